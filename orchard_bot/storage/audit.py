"""The audit trail: who did what, when, under which clause and version. Each line is chained to the one before it.

The hash of a line is SHA-256 over the hash before it and the line itself. People are stand-ins (``Keyring.token``), so
that nothing has to be changed when somebody is forgotten. What is past its time goes from the old end, and
``audit_ends`` remembers where the chain goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from orchard_bot.chat.refs import PersonRef
from orchard_bot.storage.columns import keyring_of
from orchard_bot.storage.tables import audit, audit_ends

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
JOINED = "/join/"
"""In a subject: whom a moderator let in stands behind it."""

_NOTE = insert(audit).returning(audit)
_CHAIN = update(audit).where(audit.c.id == bindparam("row")).values(hash=bindparam("chained"))
_ENDS = select(audit_ends.c.before, audit_ends.c.last)
_BEGIN = insert(audit_ends).inline()
_MOVE = update(audit_ends)
_LINES = select(audit).order_by(audit.c.id)
_STAYS = select(func.min(audit.c.id)).where(audit.c.at >= bindparam("before"))
_OLD = select(audit.c.id, audit.c.hash).order_by(audit.c.id).limit(bindparam("limit"))
_OLD_BEFORE = _OLD.where(audit.c.id < bindparam("stays"))
_FORGET = delete(audit).where(audit.c.id <= bindparam("last_id"))


class SqlAudit:
    """See ``features.books.Audit``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(
        self,
        *,
        at: datetime,
        community: str,
        actor: PersonRef | None,
        act: str,
        subject: str,
        clause: str | None,
        policy: str,
    ) -> None:
        """See ``features.books.Audit``."""
        values = {
            "at": at,
            "community": community,
            "actor": actor,
            "act": act,
            "subject": self._without_names(subject),
            "clause": clause,
            "policy": policy,
            "hash": "",
        }
        row = self._connection.execute(_NOTE, values).one()
        ends = self._connection.execute(_ENDS).first()
        chained = link(ends.last if ends else "", row)
        self._connection.execute(_CHAIN, {"row": row.id, "chained": chained})
        if ends:
            self._connection.execute(_MOVE, {"last": chained})
        else:
            self._connection.execute(_BEGIN, {"id": 1, "before": "", "last": chained})

    def forget(self, before: datetime, limit: int) -> int:
        """Drop up to ``limit`` of the oldest lines, all from before that moment; the chain goes on behind them."""
        stays = self._connection.execute(_STAYS, {"before": before}).scalar()
        old = _OLD if stays is None else _OLD_BEFORE
        gone = self._connection.execute(old, {"limit": limit} | ({} if stays is None else {"stays": stays})).all()
        if gone:
            self._connection.execute(_FORGET, {"last_id": gone[-1].id})
            self._connection.execute(_MOVE, {"before": gone[-1].hash})
        return len(gone)

    def _without_names(self, subject: str) -> str:
        community, join, newcomer = subject.partition(JOINED)
        return f"{community}{join}{keyring_of(self._connection.dialect).token(newcomer)}" if join else subject


def link(before: str, row: Row[Any]) -> str:
    """The hash of a line behind the line with the hash ``before``."""
    at = (row.at - EPOCH) // timedelta(microseconds=1)
    line = [before, row.id, at, row.community, row.actor, row.act, row.subject, row.clause, row.policy]
    return hashlib.sha256(msgspec.json.encode(line)).hexdigest()


def lines(connection: Connection) -> Iterator[Row[Any]]:
    """Every line that is kept, oldest first."""
    yield from connection.execute(_LINES)


def broken_at(connection: Connection) -> str | None:
    """What is wrong with the first line that is not as it was written; None where the whole trail is sound."""
    ends = connection.execute(_ENDS).first()
    last, newest = (ends.before, ends.last) if ends else ("", "")
    for row in lines(connection):
        if link(last, row) != row.hash:
            return (
                f"Line {row.id} of {row.at:%Y-%m-%d %H:%M} UTC is not as it was written, or one before it is missing."
            )
        last = row.hash
    return None if last == newest else "The newest lines are missing."
