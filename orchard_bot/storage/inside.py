"""A look into the tables for somebody trying things out: states and numbers, no text, no names, no ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, and_, func, select

from orchard_bot.chat.intents import Priority
from orchard_bot.storage.case_tables import case_reports, cases
from orchard_bot.storage.tables import letters, queue

SHOWN = 30


class LetterLine(Struct, frozen=True, kw_only=True):
    """One letter of the outbox."""

    number: int
    kind: str
    state: str
    priority: str
    to: str
    tries: int
    why: str
    at: datetime


class CaseLine(Struct, frozen=True, kw_only=True):
    """One case, without what it is about."""

    community: str
    number: int
    state: str
    clauses: Sequence[str]
    reports: int
    safety: bool
    opened_at: datetime


class Inside(Struct, frozen=True, kw_only=True):
    """The newest of each."""

    letters: Sequence[LetterLine]
    cases: Sequence[CaseLine]
    waiting: int
    queued: int
    parked: int


def look_inside(connection: Connection) -> Inside:
    """The newest letters and cases, and how much is waiting."""
    lane = select(
        func.count().filter(queue.c.parked_at.is_(None)).label("queued"),
        func.count(queue.c.parked_at).label("parked"),
    )
    counted = connection.execute(lane).one()
    waiting = connection.execute(select(func.count()).where(letters.c.closed_at.is_(None))).scalar_one()
    return Inside(
        letters=_letters(connection), cases=_cases(connection), waiting=waiting, queued=counted[0], parked=counted[1]
    )


def _letters(connection: Connection) -> list[LetterLine]:
    rows = connection.execute(select(letters).order_by(letters.c.id.desc()).limit(SHOWN))
    return [
        LetterLine(
            number=row.id,
            kind=row.origin or "answer",
            state=row.state,
            priority=Priority(row.priority).name.lower(),
            to="a person" if "|" in row.destination else "the group",
            tries=row.tries,
            why=row.why or "",
            at=row.created_at,
        )
        for row in rows
    ]


def _cases(connection: Connection) -> list[CaseLine]:
    reports = func.count(case_reports.c.reporter).label("reports")
    of_it = and_(case_reports.c.community == cases.c.community, case_reports.c.number == cases.c.number)
    found = (
        select(cases, reports)
        .select_from(cases.outerjoin(case_reports, of_it))
        .group_by(cases.c.community, cases.c.number)
        .order_by(cases.c.opened_at.desc())
        .limit(SHOWN)
    )
    return [
        CaseLine(
            community=row.community,
            number=row.number,
            state=row.state,
            clauses=row.clauses,
            reports=row.reports,
            safety=row.safety,
            opened_at=row.opened_at,
        )
        for row in connection.execute(found)
    ]
