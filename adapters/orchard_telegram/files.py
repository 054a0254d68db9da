"""Files that people send: asked of Telegram by their id, and kept in memory only.

https://core.telegram.org/bots/api#getfile: a bot may have files of up to 20 MB.
"""

from __future__ import annotations

from telegram import Bot
from telegram.error import BadRequest, InvalidToken

from orchard_bot.chat.events import Attachment
from orchard_bot.errors import Gone, NotAllowed
from orchard_telegram.client import refusals
from orchard_telegram.refusals import Concern

_TOO_LARGE = "Telegram hands the bot no file of this size."


async def fetch(bot: Bot, attachment: Attachment, most: int) -> bytes:
    """What is in the file. Raises ``NotAllowed`` where it is too large, ``Gone`` where Telegram has it no more."""
    with refusals(Concern.MESSAGE):
        try:
            found = await bot.get_file(attachment.id)
        except BadRequest as error:
            if "too big" in error.message.lower():
                raise NotAllowed(_TOO_LARGE) from error
            raise Gone("Telegram has this file no more.") from error
        if (found.file_size or 0) > most:
            raise NotAllowed(_TOO_LARGE)
        try:
            data = bytes(await found.download_as_bytearray())
        except InvalidToken as error:  # the library says so of every 404
            raise Gone("Telegram has this file no more.") from error
    if len(data) > most:
        raise NotAllowed(_TOO_LARGE)
    return data
