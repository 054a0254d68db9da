"""Looks at the configured feeds once an hour, and has what is new offered to the moderators. Never at night.

An entry is offered in the same transaction that remembers it: not twice, whatever happens, and not lost either. A feed
that fails for a day is said to the moderators, then once a week, until it answers again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b

import msgspec
from msgspec.structs import replace

from orchard_bot.community.community import Community
from orchard_bot.community.newsletter import FoundEvent, Newsletter
from orchard_bot.errors import StorageError
from orchard_bot.features.feature import FeedNews
from orchard_bot.features.feed_state import FeedState
from orchard_bot.newsletters.work import Answer, lacking
from orchard_bot.runtime.core import Core
from orchard_bot.runtime.feed_fetching import FeedRefused, Fetched, Stamp, fetch_feed
from orchard_bot.runtime.ledger import Ledger
from orchard_bot.runtime.newsletter_reader import ReadsNewsletters
from orchard_bot.runtime.newsletters import school_of
from orchard_bot.runtime.performing import Performing

EVERY = timedelta(hours=1)
_A_LITTLE_EARLY = timedelta(minutes=1)
SAID_AFTER, SAID_AGAIN = timedelta(days=1), timedelta(days=7)


class Feeds:
    """Looks at ``urls``. ``fetch`` asks one for news, on a thread of its own."""

    def __init__(
        self,
        core: Core,
        performing: Performing,
        reader: ReadsNewsletters,
        urls: Sequence[str],
        *,
        fetch: Callable[..., Fetched] = fetch_feed,
        allow_loopback: bool = False,
    ) -> None:
        self._core, self._performing, self._reader = core, performing, reader
        self._urls, self._fetch, self._allow_loopback = tuple(urls), fetch, allow_loopback

    async def run(self) -> None:
        """For ever; at once where there is nothing to look at."""
        if not self._urls:
            return
        while True:
            try:
                await self.look()
            except StorageError as error:
                self._core.log.fault("feeds were not looked at", error)
            await self._core.clock.sleep(EVERY.total_seconds())

    async def look(self) -> None:
        """Ask each feed whose time it is."""
        await self._core.storage.write(lambda ledger: ledger.feeds.keep_only(self._urls))
        for url in self._urls:
            now = self._core.clock.now()
            known = await self._core.storage.read(lambda ledger, url=url: ledger.feeds.get(url))  # type: ignore[misc]
            due = known is None or now - known.looked_at >= EVERY - _A_LITTLE_EARLY
            if due and not lacking() and not any(one.is_quiet(now) for one in self._communities()):
                await self._safely(known or FeedState(url=url, looked_at=now), now)

    async def _safely(self, known: FeedState, now: datetime) -> None:
        """What a feature makes of one feed costs the others nothing; it is tried again the next time."""
        try:
            await self._one(known, now)
        except StorageError:
            raise
        except Exception as error:
            self._core.counts["failures"] += 1
            self._core.log.fault("a feed could not be dealt with", error)

    async def _one(self, known: FeedState, now: datetime) -> None:
        stamp = Stamp(etag=known.etag, last_modified=known.last_modified)
        try:
            got = await asyncio.to_thread(self._fetch, known.url, stamp, allow_loopback=self._allow_loopback)
        except FeedRefused as error:
            await self._failed(known, str(error), now)
            return
        fine = replace(known, looked_at=now, failing_since=None, said_at=None, why="", moved_to=got.moved_to)
        if got.data is None:
            await self._core.storage.write(lambda ledger: ledger.feeds.put(fine))
            return
        answers = await self._read(got.data, known.url, now)
        refused = next((one.says for one in answers.values() if one.newsletter is None), None)
        if refused is not None:
            await self._failed(known, refused, now)
            return
        found = {id: one.newsletter for id, one in answers.items() if one.newsletter is not None}
        fine = replace(fine, etag=got.stamp.etag, last_modified=got.stamp.last_modified)
        await self._core.storage.write(lambda ledger: self._offer(fine, found, ledger, now))
        self._core.outbox.ring()

    async def _read(self, data: bytes, url: str, now: datetime) -> dict[str, Answer]:
        """By community: each school has days of its own, and schools that are alike are read for once."""
        found: dict[str, Answer] = {}
        read: list[tuple[object, Answer]] = []
        for community in self._communities():
            school = school_of(community, now)
            answer = next((one for known, one in read if known == school), None)
            if answer is None:
                answer = await self._reader.read(data, url, school)
                read.append((school, answer))
            found[community.id] = answer
        return found

    def _offer(self, state: FeedState, found: dict[str, Newsletter], ledger: Ledger, now: datetime) -> None:
        ledger.feeds.put(state)
        every = {_fingerprint(event) for one in found.values() for event in one.events}
        new = ledger.feeds.unseen(state.url, sorted(every), now)
        for community in self._communities():
            newsletter = found[community.id]
            events = tuple(event for event in newsletter.events if _fingerprint(event) in new)
            if events:
                news = FeedNews(community=community, url=state.url, newsletter=replace(newsletter, events=events))
                self._performing.feed(news, f"feed:{state.url}:{now.isoformat()}:{community.id}", ledger, now)

    async def _failed(self, known: FeedState, why: str, now: datetime) -> None:
        since = known.failing_since or now
        due = now - since >= SAID_AFTER and (known.said_at is None or now - known.said_at >= SAID_AGAIN)
        state = replace(known, looked_at=now, failing_since=since, said_at=now if due else known.said_at, why=why[:300])

        def work(ledger: Ledger) -> None:
            ledger.feeds.put(state)
            for community in self._communities() if due else ():
                news = FeedNews(community=community, url=state.url, why=why)
                self._performing.feed(news, f"feed:{state.url}:{now.isoformat()}:{community.id}", ledger, now)

        await self._core.storage.write(work)
        self._core.outbox.ring()

    def _communities(self) -> list[Community]:
        return list(self._core.house.communities.values())


def _fingerprint(event: FoundEvent) -> str:
    """Of what it says: a corrected entry is a new one, and the moderators are offered the difference."""
    said = [event.uid, event.title, event.day, event.last_day, event.starts, event.ends, event.place, event.cancelled]
    return blake2b(msgspec.json.encode(said), digest_size=16).hexdigest()
