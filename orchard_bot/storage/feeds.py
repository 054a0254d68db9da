"""What is known of the configured feeds: how they answered last, and which of their entries were offered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import Connection, bindparam, delete, select

from orchard_bot.features.feed_state import FeedState
from orchard_bot.storage.bounded import delete_some
from orchard_bot.storage.tables import feed_entries, feeds
from orchard_bot.storage.upsert import replacing

_PUT = replacing(feeds)
_GET = select(feeds).where(feeds.c.url == bindparam("address"))
_ALL = select(feeds.c.url)
_DROP = delete(feeds).where(feeds.c.url == bindparam("address"))
_SEE = replacing(feed_entries)
_SEEN = select(feed_entries.c.entry).where(feed_entries.c.feed == bindparam("address"))
_FORGET = delete_some(feed_entries, feed_entries.c.seen_at < bindparam("before"))


class SqlFeeds:
    """See ``runtime.ledger.Feeds``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, url: str) -> FeedState | None:
        """See ``runtime.ledger.Feeds``."""
        row = self._connection.execute(_GET, {"address": url}).first()
        return FeedState(**row._mapping) if row else None

    def put(self, state: FeedState) -> None:
        """See ``runtime.ledger.Feeds``."""
        _PUT.run(self._connection, **msgspec.structs.asdict(state))

    def keep_only(self, urls: Iterable[str]) -> None:
        """See ``runtime.ledger.Feeds``."""
        known = set(self._connection.execute(_ALL).scalars())
        for url in known - set(urls):
            self._connection.execute(_DROP, {"address": url})

    def unseen(self, url: str, entries: Iterable[str], now: datetime) -> frozenset[str]:
        """See ``runtime.ledger.Feeds``."""
        known = set(self._connection.execute(_SEEN, {"address": url}).scalars())
        given = dict.fromkeys(entries)
        _SEE.run_all(self._connection, [{"feed": url, "entry": one, "seen_at": now} for one in given])
        return frozenset(given) - known

    def forget(self, before: datetime, limit: int = 1000) -> int:
        """See ``runtime.ledger.Feeds``. At most ``limit`` at a time."""
        return self._connection.execute(_FORGET, {"before": before, "limit": limit}).rowcount
