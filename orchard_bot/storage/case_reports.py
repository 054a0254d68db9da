"""What belongs to a case: who reported it, and what the moderators were sent about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, Text, and_, bindparam, select, type_coerce, update

from orchard_bot.chat.refs import PersonRef
from orchard_bot.features.books import Alert, Report
from orchard_bot.storage.case_row import case_key
from orchard_bot.storage.case_tables import case_alerts, case_conflicts, case_reports, reporters
from orchard_bot.storage.upsert import unless_there

_REPORT = unless_there(case_reports)
_REPORTER = unless_there(reporters)
_whole: Select[Any] = select(
    *(case_reports.c[name] for name in ("community", "number", "account", "at", "clause", "note", "told")),
    reporters.c.token,
    reporters.c.person,
).join(
    reporters,
    and_(
        reporters.c.community == case_reports.c.community,
        reporters.c.number == case_reports.c.number,
        reporters.c.token == case_reports.c.reporter,
    ),
)
_REPORTS = _whole.where(
    case_reports.c.community == bindparam("community"), case_reports.c.number == bindparam("number")
).order_by(case_reports.c.at, case_reports.c.reporter)
_REPORTS_BY = _whole.where(
    case_reports.c.community == bindparam("community"), case_reports.c.reporter == bindparam("reporter")
).order_by(case_reports.c.at, case_reports.c.number)
_REPORTER_OF = select(reporters.c.person).where(
    reporters.c.community == bindparam("community"),
    reporters.c.number == bindparam("number"),
    type_coerce(reporters.c.token, Text) == bindparam("stand_in"),
)
_TOLD = (
    update(case_reports)
    .where(
        case_reports.c.community == bindparam("its"),
        case_reports.c.number == bindparam("own"),
        case_reports.c.reporter == bindparam("whose"),
    )
    .values(told=True)
)
_CONFLICT = unless_there(case_conflicts)
_CONFLICTS = select(case_conflicts.c.moderator).where(
    case_conflicts.c.community == bindparam("community"), case_conflicts.c.number == bindparam("number")
)
_ALERT = unless_there(case_alerts)
_ALERTS = (
    select(case_alerts)
    .where(case_alerts.c.community == bindparam("community"), case_alerts.c.number == bindparam("number"))
    .order_by(case_alerts.c.id)
)


class CaseReports:
    """The part of ``features.books.Cases`` about reports and alerts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_report(self, report: Report) -> bool:
        """See ``features.books.Cases``."""
        key = case_key(report.case)
        _REPORTER.run(self._connection, **key, token=report.reporter, person=report.reporter)
        return _REPORT.run(
            self._connection,
            **key,
            reporter=report.reporter,
            account=report.account,
            at=report.at,
            clause=report.clause,
            note=report.note,
            told=report.told,
        )

    def reports(self, case: str) -> Sequence[Report]:
        """See ``features.books.Cases``. Oldest first."""
        return [_report(row) for row in self._connection.execute(_REPORTS, case_key(case))]

    def reporter_of(self, case: str, token: str) -> PersonRef | None:
        """See ``features.books.Cases``."""
        values = case_key(case) | {"stand_in": token}
        found: PersonRef | None = self._connection.execute(_REPORTER_OF, values).scalar_one_or_none()
        return found

    def reports_by(self, community: str, reporter: PersonRef) -> Sequence[Report]:
        """See ``features.books.Cases``. Oldest first."""
        rows = self._connection.execute(_REPORTS_BY, {"community": community, "reporter": reporter})
        return [_report(row) for row in rows]

    def mark_told(self, case: str, reporter: PersonRef) -> None:
        """See ``features.books.Cases``."""
        key = case_key(case)
        self._connection.execute(_TOLD, {"its": key["community"], "own": key["number"], "whose": reporter})

    def add_conflict(self, case: str, moderator: PersonRef) -> None:
        """See ``features.books.Cases``."""
        _CONFLICT.run(self._connection, **case_key(case), moderator=moderator)

    def conflicts(self, case: str) -> frozenset[PersonRef]:
        """See ``features.books.Cases``."""
        return frozenset(self._connection.execute(_CONFLICTS, case_key(case)).scalars())

    def add_alert(self, alert: Alert) -> None:
        """See ``features.books.Cases``. The same key again is the same alert."""
        _ALERT.run(
            self._connection,
            **case_key(alert.case),
            moderator=alert.moderator,
            account=alert.account,
            key=alert.key,
        )

    def alerts(self, case: str) -> Sequence[Alert]:
        """See ``features.books.Cases``. Oldest first."""
        rows = self._connection.execute(_ALERTS, case_key(case))
        return [Alert(case, row.moderator, row.account, row.key) for row in rows]


def _report(row: Row[Any]) -> Report:
    return Report(
        case=f"{row.community}/{row.number}",
        reporter=row.person,
        account=row.account,
        at=row.at,
        clause=row.clause,
        note=row.note,
        told=row.told,
        token=row.token,
    )
