"""Pictures that came with a message: fetched from the platform, read in a process of their own, and dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from orchard_bot.chat.events import Attachment, MessagePosted
from orchard_bot.chat.platform import HasFiles, Platform
from orchard_bot.chat.refs import AccountRef
from orchard_bot.errors import Gone, NotAllowed, PlatformError, RateLimited, Unavailable
from orchard_bot.runtime.log import Log
from orchard_bot.runtime.picture_reader import MOST_BYTES, ReadsPictures

FETCH_SECONDS = 60.0
MOST_PICTURES = 10
"""Of one message; an album's are mostly messages of their own."""
MOST_CHARACTERS = 8_000


class Pictures:
    """What stands between a message with pictures and the detectors: the bytes live no longer than ``text_in``."""

    def __init__(self, reader: ReadsPictures, platforms: Mapping[AccountRef, Platform], log: Log) -> None:
        self._reader, self._platforms, self._log = reader, platforms, log

    async def text_in(self, event: MessagePosted, *, insist: bool) -> str:
        """The text in all its pictures; empty where there is none, or none that can be had or read.

        ``insist``: raise ``Unavailable`` where the platform may yet hand them over, rather than do without.
        """
        platform = self._platforms.get(event.account)
        if not isinstance(platform, HasFiles):
            return ""
        found: list[str] = []
        for picture in event.pictures[:MOST_PICTURES]:
            data = await self._fetched(platform, picture, event.account, insist=insist)
            if data:
                text = (await self._reader.read(data)).text
                found += [text] if text else []
        return "\n\n".join(found)[:MOST_CHARACTERS]

    async def _fetched(self, platform: HasFiles, picture: Attachment, account: AccountRef, *, insist: bool) -> bytes:
        if (picture.size or 0) > MOST_BYTES:
            return b""
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                return await platform.fetch(picture, MOST_BYTES)
        except (NotAllowed, Gone):
            return b""
        except (PlatformError, TimeoutError) as error:
            self._log.fault("picture not handed over", error, account=str(account))
            if insist and isinstance(error, Unavailable | RateLimited | TimeoutError):
                raise Unavailable("The platform does not hand over a picture at the moment.") from error
            return b""
