"""Timers and schedules, as features plan them and as the clockwork fires them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, select, update

from orchard_bot.features.books import Planned
from orchard_bot.storage.bounded import delete_some
from orchard_bot.storage.tables import occurrences, schedules
from orchard_bot.storage.upsert import replacing, unless_there

_columns = [schedules.c[name] for name in Planned.__struct_fields__]

_PLAN = replacing(schedules)
_CANCEL = delete(schedules).where(schedules.c.key == bindparam("key"))
_UPCOMING = (
    select(*_columns)
    .where(schedules.c.community == bindparam("community"), schedules.c.kind == bindparam("kind"))
    .order_by(schedules.c.due, schedules.c.key)
)
_DUE = (
    select(*_columns)
    .where(schedules.c.due <= bindparam("now"))
    .order_by(schedules.c.due, schedules.c.key)
    .limit(bindparam("limit"))
)
_FIRE = unless_there(occurrences)
_MOVE_ON = update(schedules).where(schedules.c.key == bindparam("its")).values(due=bindparam("next"))
_NEXT = select(func.min(schedules.c.due))
_FORGET = delete_some(occurrences, occurrences.c.fired_at < bindparam("before"))


class SqlSchedules:
    """See ``features.books.Schedules``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def plan(self, planned: Planned) -> None:
        """See ``features.books.Schedules``."""
        _PLAN.run(self._connection, **msgspec.structs.asdict(planned))

    def cancel(self, key: str) -> bool:
        """See ``features.books.Schedules``. False where there was none."""
        return self._connection.execute(_CANCEL, {"key": key}).rowcount == 1

    def upcoming(self, community: str, kind: str) -> Sequence[Planned]:
        """See ``features.books.Schedules``. Soonest first."""
        rows = self._connection.execute(_UPCOMING, {"community": community, "kind": kind})
        return [Planned(**row._mapping) for row in rows]


class SqlClockwork:
    """See ``runtime.ledger.Clockwork``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def due(self, now: datetime, limit: int) -> Sequence[Planned]:
        """See ``runtime.ledger.Clockwork``. Soonest first."""
        rows = self._connection.execute(_DUE, {"now": now, "limit": limit})
        return [Planned(**row._mapping) for row in rows]

    def fire(self, key: str, occurrence: str, now: datetime) -> bool:
        """See ``runtime.ledger.Clockwork``."""
        return _FIRE.run(self._connection, key=key, occurrence=occurrence, fired_at=now)

    def move_on(self, key: str, due: datetime | None) -> None:
        """See ``runtime.ledger.Clockwork``."""
        if due is None:
            self._connection.execute(_CANCEL, {"key": key})
        else:
            self._connection.execute(_MOVE_ON, {"its": key, "next": due})

    def next_due(self) -> datetime | None:
        """See ``runtime.ledger.Clockwork``."""
        soonest: datetime | None = self._connection.execute(_NEXT).scalar_one()
        return soonest

    def forget(self, before: datetime, limit: int = 1000) -> int:
        """See ``runtime.ledger.Clockwork``. At most ``limit`` at a time."""
        return self._connection.execute(_FORGET, {"before": before, "limit": limit}).rowcount
