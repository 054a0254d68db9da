"""All that is held on one person, and its erasure. Which columns that is about, the tables say themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    or_,
    select,
    update,
)

from orchard_bot.chat.events import decode_event
from orchard_bot.chat.refs import PersonRef
from orchard_bot.features.books import Erased, Held
from orchard_bot.features.house import Retention
from orchard_bot.storage.case_tables import case_alerts, case_reports, cases, reporters
from orchard_bot.storage.columns import Ref, Token, keyring_of
from orchard_bot.storage.kept_words import kept_in_words
from orchard_bot.storage.plain_words import PLAIN
from orchard_bot.storage.tables import audit, erasures, letters, members, metadata, occurrences, queue
from orchard_bot.storage.upsert import unless_there

_NEVER_SHOWN = {"key", "token", "hash", "destination"}
"""What only the bot can make sense of."""
_STAY = {members, audit, cases, case_reports, reporters, case_alerts, erasures}
"""Not simply gone when somebody asks: membership is known as long as it lasts, and cases have rules of their own."""
_NOBODY = "forgotten"
"""The id of the moderator who decided, once they have asked to be forgotten."""

_settled = cases.c.settled_at.is_not(None)
_its_case = and_(cases.c.community == case_reports.c.community, cases.c.number == case_reports.c.number)
_reporter_case = and_(cases.c.community == reporters.c.community, cases.c.number == reporters.c.number)
_alert_case = and_(cases.c.community == case_alerts.c.community, cases.c.number == case_alerts.c.number)
_author = cases.c.author == bindparam("person")
_NOTHING_LEFT = {"author": None, "author_name": "", "evidence": "", "evidence_until": None, "message": None}

_CASES_OF = update(cases).where(cases.c.author == bindparam("who"), _settled).values(**_NOTHING_LEFT)
_DECIDED_BY = (
    update(cases).where(cases.c.decided_by == bindparam("who"), _settled).values(decided_by=bindparam("instead"))
)
_SETTLED_PARTS = (
    delete(case_reports).where(case_reports.c.reporter == bindparam("person"), exists().where(_its_case, _settled)),
    delete(reporters).where(reporters.c.token == bindparam("person"), exists().where(_reporter_case, _settled)),
    delete(case_alerts).where(case_alerts.c.moderator == bindparam("person"), exists().where(_alert_case, _settled)),
)
_OWN_REPORTS_OPEN = (
    select(cases.c.evidence_until).join(case_reports, _its_case).where(case_reports.c.reporter == bindparam("person"))
).where(~_settled)
_OWN_MESSAGES_OPEN = select(cases.c.number).where(_author, ~_settled)
_REMEMBER = unless_there(erasures)
_ASKED = select(erasures.c.person).order_by(erasures.c.asked_at).limit(bindparam("limit"))
_FINISHED = delete(erasures).where(erasures.c.token == bindparam("person"))
_PARKED = select(queue.c.id, queue.c.event).where(queue.c.parked_at.is_not(None))
_DROP_PARKED = delete(queue).where(queue.c.id == bindparam("row"))


class SqlPersonal:
    """See ``features.books.Personal``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def held(self, person: PersonRef, retention: Retention) -> Sequence[Held]:
        """See ``features.books.Personal``."""
        found = []
        for table in metadata.sorted_tables:
            rows = [*self._own(table, person), *self._on_duty(table, person)]
            if rows:
                until = kept_in_words(table.info["kept"], retention)
                found.append(Held(table.name, PLAIN[table.name], until, tuple(rows)))
        return found

    def erase(self, person: PersonRef, now: datetime) -> Erased:
        """See ``features.books.Personal``."""
        for table in metadata.sorted_tables:
            condition = self._whose(table, person)
            if condition is not None and table not in _STAY:
                self._connection.execute(delete(table).where(condition))
        self._connection.execute(delete(occurrences).where(occurrences.c.key.contains(str(person), autoescape=True)))
        for row in self._connection.execute(_PARKED).all():
            event = decode_event(row.event)
            if person in (getattr(event, name, None) for name in ("author", "person", "by")):
                self._connection.execute(_DROP_PARKED, {"row": row.id})
        return self._erase_what_is_settled(person, now)

    def finish(self, limit: int) -> int:
        """Erase what has been settled since somebody asked; how many people nothing is left of."""
        waiting = self._connection.execute(_ASKED, {"limit": limit}).scalars().all()
        return sum(self._finished(person) for person in waiting)

    def _finished(self, person: PersonRef) -> bool:
        """What they were told of the outcome meanwhile goes too; what they began anew with the bot stays."""
        if self._erase_what_is_settled(person, None).waits:
            return False
        theirs = self._names(letters.c.destination, person)
        self._connection.execute(delete(letters).where(theirs, letters.c.closed_at.is_not(None)))
        return True

    def _erase_what_is_settled(self, person: PersonRef, now: datetime | None) -> Erased:
        run, who = self._connection.execute, {"person": person}
        run(_CASES_OF, {"who": person})
        run(_DECIDED_BY, {"who": person, "instead": PersonRef(person.platform, _NOBODY)})
        for statement in _SETTLED_PARTS:
            run(statement, who)
        reports = run(_OWN_REPORTS_OPEN, who).scalars().all()
        waits = bool(reports) or run(_OWN_MESSAGES_OPEN, who).first() is not None
        if not waits:
            run(_FINISHED, who)
        elif now is not None:
            _REMEMBER.run(self._connection, token=person, person=person, asked_at=now)
        return Erased(max((until for until in reports if until), default=None), reports=len(reports), waits=waits)

    def _own(self, table: Table, person: PersonRef) -> Iterator[Mapping[str, object]]:
        condition = self._whose(table, person)
        if condition is None:
            return
        if table is cases:
            # A case that still waits is shown when it is settled: nobody learns from this that they were reported.
            condition = and_(condition, _settled)
        hidden = {*table.info["inside"], *table.info["duty"], *table.info["whose"]}
        yield from self._rows(table, condition, hidden)

    def _on_duty(self, table: Table, person: PersonRef) -> Iterator[Mapping[str, object]]:
        columns = [table.c[name] for name in table.info["duty"]]
        if columns:
            hidden = {*table.info["inside"], *table.info["duty"], *table.info["whose"], *table.info["words"], "message"}
            yield from self._rows(table, or_(*(column == person for column in columns)), hidden)

    def _rows(self, table: Table, condition: ColumnElement[bool], hidden: set[str]) -> Iterator[Mapping[str, object]]:
        shown = [column for column in table.columns if column.name not in hidden | _NEVER_SHOWN]
        for row in self._connection.execute(select(*shown).where(condition)):
            yield _plain(row)

    def _whose(self, table: Table, person: PersonRef) -> ColumnElement[bool] | None:
        """Which rows of the table are theirs; None where none can be."""
        conditions = [self._names(table.c[name], person) for name in table.info["whose"]]
        return or_(*conditions) if conditions else None

    def _names(self, column: Column[Any], person: PersonRef) -> ColumnElement[bool]:
        if column.name == letters.c.destination.name:
            return column.endswith(f"|{keyring_of(self._connection.dialect).token(str(person))}")
        knows_people = isinstance(column.type, Ref | Token)
        return column == (person if knows_people else str(person))


def _plain(row: Row[Any]) -> Mapping[str, object]:
    """Without what is empty; refs and moments as text."""
    return {
        name: value if isinstance(value, str | int | float | bool | list | dict) else _text(value)
        for name, value in row._mapping.items()
        if value not in (None, "", [])
    }


def _text(value: object) -> str:
    return f"{value:%Y-%m-%d %H:%M} UTC" if isinstance(value, datetime) else str(value)
