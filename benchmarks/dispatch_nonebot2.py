"""For ``dispatch.py``: nonebot2 with its Telegram adapter, from the bytes of the answer to the matchers; in memory.

Runs in an environment of its own (``make bench-install``).
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import nonebot
from dispatch_updates import DIALOG, GROUPS, TOKEN, Meter, answers, person, task, update
from nonebot.adapters.telegram import Adapter, Bot, Event
from nonebot.adapters.telegram.config import BotConfig
from nonebot.matcher import Matcher
from nonebot.plugin import on_command, on_message


class NoNetwork(Adapter):
    """Whatever is sent is answered at once."""

    async def _call_api(self, bot: Any, api: str, **data: Any) -> Any:
        return {"message_id": 1, "date": 1_790_000_000, "chat": {"id": person(0), "type": "private"}, "text": "x"}


def install(commands: int) -> None:
    """Commands, ``/help`` among them, a dialog, and somebody who hears everything else."""

    async def nothing() -> None:
        """What they do."""

    async def answer(bot: Bot, event: Event) -> None:
        await bot.send(event, "What you can do here")

    for number in range(commands - 1):
        on_command(f"bench{number}", priority=1, block=True).append_handler(nothing)
    on_command("help", priority=1, block=True).append_handler(answer)
    on_message(priority=5, block=False).append_handler(nothing)
    talk = on_command(DIALOG[1:], priority=1, block=True)

    @talk.got("words")
    async def _(_matcher: Matcher) -> None:
        """What is done with the words."""


async def main(wanted: dict[str, Any]) -> None:
    """Print one row as JSON."""
    nonebot.init(driver="~none", log_level="ERROR", command_start={"/"})
    nonebot.get_driver().register_adapter(NoNetwork)
    adapter = nonebot.get_adapter(NoNetwork)
    install(wanted["commands"])
    bot = Bot(adapter, TOKEN.partition(":")[0], config=BotConfig(token=TOKEN))
    bot.username = "orchard_bot"
    for number in range(wanted["dialogs"]):
        await bot.handle_event(Event.parse_event(update(number, DIALOG, who=GROUPS + number, private=True)))
    meter = Meter(wanted, "nonebot2")
    for raw in answers(Path(wanted["file"])):
        for each in json.loads(raw)["result"]:
            await bot.handle_event(Event.parse_event(each))
        meter.batch_done()
    meter.print_row()


if __name__ == "__main__":
    asyncio.run(main(task()))
