"""Events that wait, in the order of their lanes. Only the first of a lane is ever handed out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CTE, Connection, bindparam, delete, func, insert, select, update

from orchard_bot.chat.letters import PICTURE_LANES, Queued
from orchard_bot.chat.refs import AccountRef
from orchard_bot.storage.bounded import delete_some
from orchard_bot.storage.tables import queue

_in_lane = queue.c.parked_at.is_(None)


def _lane_by_lane() -> CTE:
    """Every lane, found by a step from each to the next, however many events wait in one."""
    other = queue.alias("other")
    lanes = select(func.min(queue.c.lane).label("lane")).where(_in_lane).cte("lanes", recursive=True)
    following = select(func.min(other.c.lane)).where(other.c.lane > lanes.c.lane, other.c.parked_at.is_(None))
    return lanes.union_all(select(following.scalar_subquery()).where(lanes.c.lane.is_not(None)))


_lanes = _lane_by_lane()
_waiting = queue.alias("waiting")
_first = select(func.min(_waiting.c.id)).where(_waiting.c.lane == _lanes.c.lane, _waiting.c.parked_at.is_(None))
# Not "first of those that are due": a head that has to wait holds up its lane, or the order would be lost.
_head_of_each = _lanes.join(queue, queue.c.id == _first.scalar_subquery())
_this = queue.c.id == bindparam("row")

_PUT = insert(queue).returning(queue.c.id)
_IS_WAITING = select(queue.c.id).where(queue.c.lane == bindparam("lane"), _in_lane).limit(1)
_of_kind = queue.c.lane.startswith(PICTURE_LANES) == bindparam("pictures")
_HEADS = (
    select(*(queue.c[name] for name in Queued.__struct_fields__))
    .select_from(_head_of_each)
    .where(queue.c.due <= bindparam("now"), _of_kind)
    .order_by(queue.c.id)
    .limit(bindparam("limit"))
)
_BEGIN = update(queue).where(_this).values(tries=queue.c.tries + 1).returning(queue.c.tries)
_DONE = delete(queue).where(_this)
_LATER = update(queue).where(_this).values(due=bindparam("then"))
_REPACK = update(queue).where(_this).values(event=bindparam("content"), due=bindparam("then"))
_PARK = (
    update(queue)
    .where(_this)
    .values(reference=bindparam("under"), error=bindparam("what"), parked_at=bindparam("when"))
)
# Its id is lower than that of everything that came after it: it is the head of its lane again.
_UNPARK = (
    update(queue)
    .where(queue.c.reference == bindparam("under"), queue.c.parked_at.is_not(None))
    .values(reference=None, error=None, parked_at=None, tries=0, due=bindparam("then"))
)
_FORGET = delete_some(queue, queue.c.parked_at < bindparam("before"))
_NEXT = select(func.min(queue.c.due)).select_from(_head_of_each).where(_of_kind)
_IN_LANE = select(func.count()).select_from(queue).where(queue.c.lane == bindparam("lane"), _in_lane)
_LENGTH = select(func.count()).select_from(queue).where(_in_lane)


class SqlLaneQueue:
    """See ``runtime.ledger.LaneQueue``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, lane: str, account: AccountRef, event: bytes, now: datetime, due: datetime, tries: int) -> int:
        """See ``runtime.ledger.LaneQueue``."""
        values = {"lane": lane, "account": account, "event": event, "put_at": now, "due": due, "tries": tries}
        row: int = self._connection.execute(_PUT, values).scalar_one()
        return row

    def is_waiting(self, lane: str) -> bool:
        """See ``runtime.ledger.LaneQueue``."""
        return self._connection.execute(_IS_WAITING, {"lane": lane}).first() is not None

    def waiting_in(self, lane: str) -> int:
        """See ``runtime.ledger.LaneQueue``."""
        return self._connection.execute(_IN_LANE, {"lane": lane}).scalar_one()

    def heads(self, now: datetime, limit: int, *, pictures: bool = False) -> Sequence[Queued]:
        """See ``runtime.ledger.LaneQueue``."""
        asked = {"now": now, "limit": limit, "pictures": pictures}
        return [Queued(*row) for row in self._connection.execute(_HEADS, asked)]

    def begin(self, id: int) -> int:
        """See ``runtime.ledger.LaneQueue``. 0 where it is no longer there."""
        return self._connection.execute(_BEGIN, {"row": id}).scalar_one_or_none() or 0

    def done(self, id: int) -> None:
        """See ``runtime.ledger.LaneQueue``."""
        self._connection.execute(_DONE, {"row": id})

    def later(self, id: int, due: datetime) -> None:
        """See ``runtime.ledger.LaneQueue``."""
        self._connection.execute(_LATER, {"row": id, "then": due})

    def repack(self, id: int, event: bytes, due: datetime) -> None:
        """See ``runtime.ledger.LaneQueue``."""
        self._connection.execute(_REPACK, {"row": id, "content": event, "then": due})

    def park(self, id: int, reference: str, error: str, now: datetime) -> None:
        """See ``runtime.ledger.LaneQueue``."""
        self._connection.execute(_PARK, {"row": id, "under": reference, "what": error, "when": now})

    def unpark(self, reference: str, now: datetime) -> bool:
        """See ``runtime.ledger.LaneQueue``. Its tries are counted from 0 again."""
        return self._connection.execute(_UNPARK, {"under": reference, "then": now}).rowcount > 0

    def forget_parked(self, before: datetime, limit: int = 1000) -> int:
        """See ``runtime.ledger.LaneQueue``. At most ``limit`` at a time."""
        return self._connection.execute(_FORGET, {"before": before, "limit": limit}).rowcount

    def next_due(self, *, pictures: bool = False) -> datetime | None:
        """See ``runtime.ledger.LaneQueue``. When the first of the heads is due, which may be past."""
        soonest: datetime | None = self._connection.execute(_NEXT, {"pictures": pictures}).scalar_one()
        return soonest

    def length(self) -> int:
        """See ``runtime.ledger.LaneQueue``. Without parked events."""
        return self._connection.execute(_LENGTH).scalar_one()
