"""Which letters may go now: urgency first, order kept in each destination, and nobody asked too often."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, FromClause, and_, bindparam, case, exists, literal_column, select

from orchard_bot.chat.letters import Letter
from orchard_bot.chat.refs import AccountRef
from orchard_bot.storage.columns import Moment
from orchard_bot.storage.letter_row import COLUMNS, HELD, WAITING, from_row
from orchard_bot.storage.tables import deferrals, letters
from orchard_bot.storage.upsert import Upsert

WHOLE_ACCOUNT = ""


def _has_to_wait(letter: FromClause) -> ColumnElement[bool]:
    """It changes a message that is not there yet."""
    original = letters.alias()
    return exists().where(original.c.key == letter.c.changes, original.c.state.in_([WAITING, HELD]))


_earlier = letters.alias("earlier")
_is_next = and_(
    letters.c.account == bindparam("account"),
    letters.c.state == WAITING,
    ~_has_to_wait(letters),
    # One that is tried again later holds up those behind it, or the order would be lost.
    ~exists().where(
        _earlier.c.destination == letters.c.destination,
        _earlier.c.priority == letters.c.priority,
        _earlier.c.id < letters.c.id,
        _earlier.c.state == WAITING,
        ~_has_to_wait(_earlier),
    ),
)
_deferral = and_(deferrals.c.account == letters.c.account, deferrals.c.destination == letters.c.destination)

_DUE = (
    select(*COLUMNS)
    .where(
        _is_next,
        # Not the bare column: its index would have every letter fetched and sorted to hand out a few.
        literal_column("letters.due + 0", Moment()) <= bindparam("now"),
        ~exists().where(_deferral, deferrals.c.until > bindparam("now")),
    )
    .order_by(letters.c.priority, letters.c.id)
)
_TIMES = (
    select(letters.c.due, deferrals.c.until)
    .outerjoin(deferrals, _deferral)
    .where(_is_next)
    .order_by(letters.c.due, letters.c.id)
)
_IN_FLIGHT = select(letters.c.destination).where(letters.c.id.in_(bindparam("ids", expanding=True)))
_ACCOUNT_DEFERRED = select(deferrals.c.until).where(
    deferrals.c.account == bindparam("account"), deferrals.c.destination == WHOLE_ACCOUNT
)
_DEFER = Upsert(
    deferrals, lambda new: {"until": case((new.until > deferrals.c.until, new.until), else_=deferrals.c.until)}
)


class LetterOrder:
    """The part of ``runtime.ledger.Outbox`` about what goes when."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def due(self, account: AccountRef, now: datetime, limit: int, besides: Collection[int]) -> Sequence[Letter]:
        """See ``runtime.ledger.Outbox``. Nothing for a destination that has a letter in flight."""
        deferred = self._account_deferred(account)
        if deferred is not None and deferred > now:
            return []
        taken: set[str] = set()
        if besides:
            taken.update(self._connection.execute(_IN_FLIGHT, {"ids": list(besides)}).scalars())
        found: list[Letter] = []
        with self._connection.execute(_DUE, {"account": account, "now": now}) as rows:
            for row in rows:
                if len(found) == limit:
                    break
                if row.destination not in taken:
                    taken.add(row.destination)
                    found.append(from_row(row))
        return found

    def next_due(self, account: AccountRef) -> datetime | None:
        """See ``runtime.ledger.Outbox``. Minds order and deferrals; may be past. It does not know what is in flight."""
        soonest: datetime | None = None
        with self._connection.execute(_TIMES, {"account": account}) as rows:
            for row in rows:
                if soonest is not None and row.due >= soonest:
                    break
                at = max(row.due, row.until or row.due)
                soonest = at if soonest is None else min(soonest, at)
        deferred = self._account_deferred(account)
        return max(soonest, deferred) if soonest and deferred else soonest

    def defer_destination(self, account: AccountRef, destination: str | None, until: datetime) -> None:
        """See ``runtime.ledger.Outbox``. Of two such requests the later moment counts."""
        place = WHOLE_ACCOUNT if destination is None else destination
        _DEFER.run(self._connection, account=account, destination=place, until=until)

    def _account_deferred(self, account: AccountRef) -> datetime | None:
        found: datetime | None = self._connection.execute(_ACCOUNT_DEFERRED, {"account": account}).scalar_one_or_none()
        return found
