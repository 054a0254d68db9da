"""Cases: opened, saved, found again; their sightings and verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, bindparam, func, insert, select, update

from orchard_bot.chat.refs import MessageRef, PersonRef
from orchard_bot.community.case import Case
from orchard_bot.community.decision import Verdict
from orchard_bot.features.books import Sighting
from orchard_bot.storage.case_code import new_code
from orchard_bot.storage.case_reports import CaseReports
from orchard_bot.storage.case_row import from_row, to_row
from orchard_bot.storage.case_tables import cases, sightings

_in_community = cases.c.community == bindparam("community")
_decided = (_in_community, cases.c.verdict.is_not(None))

_LAST_NUMBER = select(func.coalesce(func.max(cases.c.number), 0)).where(_in_community)
_OPEN = insert(cases).inline()
_SAVE = update(cases).where(cases.c.community == bindparam("its"), cases.c.number == bindparam("own"))
_GET = select(cases).where(_in_community, cases.c.number == bindparam("number"))
_BY_CODE = select(cases).where(_in_community, cases.c.code == bindparam("code"))
_ABOUT = (
    select(cases)
    .where(cases.c.message == bindparam("message"))
    .order_by(cases.c.opened_at.desc(), cases.c.number.desc())
    .limit(1)
)
_WAITING = select(cases).where(_in_community, cases.c.state.in_(("open", "claimed"))).order_by(cases.c.number)
_DECIDED = select(cases).where(*_decided).order_by(cases.c.decided_at.desc(), cases.c.number.desc())
_DECIDED_SINCE = _DECIDED.where(cases.c.decided_at >= bindparam("since"))
_ABOUT_AUTHOR = _DECIDED.where(cases.c.author == bindparam("author"), cases.c.decided_at >= bindparam("since"))
_VERDICTS = (
    select(cases.c.verdict, func.count().label("times"))
    .where(*_decided, cases.c.decided_at >= bindparam("since"))
    .group_by(cases.c.verdict)
)
_ADD_SIGHTING = insert(sightings).inline()
_SIGHTINGS = (
    select(*(sightings.c[name] for name in Sighting.__struct_fields__))
    .where(sightings.c.community == bindparam("community"), sightings.c.at >= bindparam("since"))
    .order_by(sightings.c.at, sightings.c.id)
)


class SqlCases(CaseReports):
    """See ``features.books.Cases``."""

    def __init__(self, connection: Connection, make_code: Callable[[Callable[[str], bool]], str] = new_code) -> None:
        super().__init__(connection)
        self._make_code = make_code

    def open(self, case: Case) -> Case:
        """See ``features.books.Cases``. Gives a code too where the case has none."""
        place = {"community": case.community}
        number = self._connection.execute(_LAST_NUMBER, place).scalar_one() + 1
        code = case.code or self._make_code(lambda code: self.by_code(case.community, code) is not None)
        opened = msgspec.structs.replace(case, number=number, code=code)
        self._connection.execute(_OPEN, to_row(opened))
        return opened

    def save(self, case: Case) -> None:
        """See ``features.books.Cases``. Raises LookupError for a case that was never opened, or has been forgotten."""
        values = to_row(case)
        values |= {"its": values.pop("community"), "own": values.pop("number")}
        if self._connection.execute(_SAVE, values).rowcount != 1:
            raise LookupError("There is no such case to save.")

    def get(self, community: str, number: int) -> Case | None:
        """See ``features.books.Cases``."""
        row = self._connection.execute(_GET, {"community": community, "number": number}).first()
        return from_row(row) if row else None

    def by_code(self, community: str, code: str) -> Case | None:
        """See ``features.books.Cases``."""
        row = self._connection.execute(_BY_CODE, {"community": community, "code": code}).first()
        return from_row(row) if row else None

    def about(self, message: MessageRef) -> Case | None:
        """See ``features.books.Cases``."""
        row = self._connection.execute(_ABOUT, {"message": message}).first()
        return from_row(row) if row else None

    def waiting(self, community: str) -> Sequence[Case]:
        """See ``features.books.Cases``."""
        return [from_row(row) for row in self._connection.execute(_WAITING, {"community": community})]

    def decided_like(self, case: Case, count: int) -> Sequence[Case]:
        """See ``features.books.Cases``. The case itself is not among them."""
        clauses = set(case.clauses)
        found: list[Case] = []
        with self._connection.execute(_DECIDED, {"community": case.community}) as rows:
            for row in rows:
                if len(found) == count:
                    break
                if row.number != case.number and clauses.intersection(row.clauses):
                    found.append(from_row(row))
        return found

    def decided(self, community: str, since: datetime) -> Sequence[Case]:
        """See ``features.books.Cases``."""
        rows = self._connection.execute(_DECIDED_SINCE, {"community": community, "since": since})
        return [from_row(row) for row in rows]

    def about_author(self, community: str, author: PersonRef, since: datetime) -> Sequence[Case]:
        """See ``features.books.Cases``."""
        values = {"community": community, "author": author, "since": since}
        return [from_row(row) for row in self._connection.execute(_ABOUT_AUTHOR, values)]

    def add_sighting(self, sighting: Sighting) -> None:
        """See ``features.books.Cases``."""
        self._connection.execute(_ADD_SIGHTING, msgspec.structs.asdict(sighting))

    def sightings(self, community: str, since: datetime) -> Sequence[Sighting]:
        """See ``features.books.Cases``. Oldest first."""
        rows = self._connection.execute(_SIGHTINGS, {"community": community, "since": since})
        return [Sighting(**row._mapping) for row in rows]

    def verdicts(self, community: str, since: datetime) -> Mapping[Verdict, int]:
        """See ``features.books.Cases``. Verdicts that nobody gave are not in it."""
        rows = self._connection.execute(_VERDICTS, {"community": community, "since": since})
        return {Verdict(row.verdict): row.times for row in rows}
