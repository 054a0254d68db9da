"""A newsletter that a moderator sent: fetched from the platform, read in a process of its own, and dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from orchard_bot.chat.events import Attachment, MessagePosted
from orchard_bot.chat.platform import HasFiles, Platform
from orchard_bot.chat.refs import AccountRef
from orchard_bot.community.community import Community
from orchard_bot.community.newsletter import Newsletter, Refusal, Unreadable
from orchard_bot.errors import Gone, NotAllowed, PlatformError, RateLimited, Unavailable
from orchard_bot.features.house import House
from orchard_bot.newsletters.reading import School
from orchard_bot.runtime.log import Log
from orchard_bot.runtime.newsletter_reader import MOST_BYTES, ReadsNewsletters
from orchard_bot.runtime.passage import Passage

FETCH_SECONDS = 60.0


def school_of(community: Community, now: datetime) -> School:
    """What the reader has to know of the community's school."""
    return School(
        today=community.local(now).date(),
        timezone=community.timezone,
        terms=community.terms,
        nation=community.bank_holidays.value if community.bank_holidays else "",
    )


class Newsletters:
    """What stands between a moderator's message and the handler: the bytes live no longer than ``look``."""

    def __init__(
        self, house: House, reader: ReadsNewsletters, platforms: Mapping[AccountRef, Platform], log: Log
    ) -> None:
        self._house, self._reader, self._platforms, self._log = house, reader, platforms, log

    async def look(self, passage: Passage, now: datetime, *, insist: bool) -> None:
        """Read what the passage holds, if it holds something to read.

        ``insist``: raise ``Unavailable`` where the platform may yet hand it over, rather than say that it does not.
        """
        event = passage.event
        if not isinstance(event, MessagePosted) or not (passage.document or passage.pasted):
            return
        if passage.document is None:
            given: bytes | Unreadable = passage.pasted.encode("utf-8", "replace")
            name, kind = "pasted.txt", "text/plain"
        else:
            given = await self._fetched(event.account, passage.document, insist=insist)
            name, kind = passage.document.name, passage.document.kind
        passage.newsletter = given if isinstance(given, Unreadable) else await self._read(given, name, kind, event, now)

    async def _fetched(self, account: AccountRef, attachment: Attachment, *, insist: bool) -> bytes | Unreadable:
        platform = self._platforms.get(account)
        if not isinstance(platform, HasFiles):
            return Unreadable(Refusal.UNFETCHED)
        if (attachment.size or 0) > MOST_BYTES:
            return Unreadable(Refusal.TOO_LARGE)
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                return await platform.fetch(attachment, MOST_BYTES)
        except NotAllowed:
            return Unreadable(Refusal.TOO_LARGE)
        except Gone:
            return Unreadable(Refusal.UNFETCHED)
        except (PlatformError, TimeoutError) as error:
            self._log.fault("file not handed over", error, account=str(account))
            if insist and isinstance(error, Unavailable | RateLimited | TimeoutError):
                raise Unavailable("The platform does not hand over a file at the moment.") from error
            return Unreadable(Refusal.UNFETCHED)

    async def _read(
        self, data: bytes, name: str, kind: str, event: MessagePosted, now: datetime
    ) -> Newsletter | Unreadable:
        community = next(iter(self._house.moderated_by(event.author)))
        answer = await self._reader.read(data, name, school_of(community, now), kind)
        if answer.newsletter is not None:
            return answer.newsletter
        return Unreadable(answer.refusal or Refusal.BROKEN)
