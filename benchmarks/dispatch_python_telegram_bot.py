"""For ``dispatch.py``: python-telegram-bot's own Application, from the bytes of the answer to the handlers; in memory."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from dispatch_no_network import NoNetwork
from dispatch_updates import DIALOG, GROUPS, TOKEN, Meter, answers, task, update
from telegram import Update
from telegram.ext import Application, CommandHandler, ConversationHandler, MessageHandler, filters

WORDS = 1


async def nothing(_update: Update, _context: Any) -> None:
    """What the other commands do."""


async def answer(update: Update, _context: Any) -> None:
    """What ``/help`` does."""
    assert update.message is not None
    await update.message.reply_text("What you can do here")


async def begin(_update: Update, _context: Any) -> int:
    """A dialog is open from now on."""
    return WORDS


async def main(wanted: dict[str, Any]) -> None:
    """Print one row as JSON."""
    request = NoNetwork()
    application = (
        Application.builder().token(TOKEN).request(request).get_updates_request(request).job_queue(None).build()
    )
    talk = ConversationHandler(
        [CommandHandler(DIALOG[1:], begin)], {WORDS: [MessageHandler(filters.TEXT & ~filters.COMMAND, nothing)]}, []
    )
    application.add_handler(talk)
    for number in range(wanted["commands"] - 1):
        application.add_handler(CommandHandler(f"bench{number}", nothing))
    application.add_handler(CommandHandler("help", answer))
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, nothing))
    await application.initialize()
    for number in range(wanted["dialogs"]):
        asked = update(number, DIALOG, who=GROUPS + number, private=True)
        await application.process_update(Update.de_json(asked, application.bot))
    meter = Meter(wanted, "python-telegram-bot")
    for raw in answers(Path(wanted["file"])):
        for each in json.loads(raw)["result"]:
            await application.process_update(Update.de_json(each, application.bot))
        meter.batch_done()
    meter.print_row()
    await application.shutdown()


if __name__ == "__main__":
    asyncio.run(main(task()))
