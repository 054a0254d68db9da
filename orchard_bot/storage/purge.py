"""Forgetting on time: everything that is past its retention goes, a bounded number of rows at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Delete, and_, bindparam, exists, select, tuple_, update

from orchard_bot.features.house import Retention
from orchard_bot.storage.arrivals import SqlArrivals
from orchard_bot.storage.audit import SqlAudit
from orchard_bot.storage.bounded import delete_some
from orchard_bot.storage.case_tables import case_reports, cases, sightings
from orchard_bot.storage.feeds import SqlFeeds
from orchard_bot.storage.lane_queue import SqlLaneQueue
from orchard_bot.storage.outbox import SqlOutbox
from orchard_bot.storage.personal import SqlPersonal
from orchard_bot.storage.schedules import SqlClockwork
from orchard_bot.storage.tables import (
    deferrals,
    dialogs,
    kept_texts,
    links,
    members,
    offers,
    private_chats,
    recent_messages,
    welcomes,
)

_before: BindParameter[Any] = bindparam("before")
_some: BindParameter[int] = bindparam("limit")

_WITH_OLD_EVIDENCE = (
    select(cases.c.community, cases.c.number)
    .where(cases.c.evidence_until <= _before)
    .order_by(cases.c.evidence_until)
    .limit(_some)
)
_CLEAR_EVIDENCE = (
    update(cases)
    .where(tuple_(cases.c.community, cases.c.number).in_(bindparam("which", expanding=True)))
    .values(evidence="", author_name="", evidence_until=None)
)
# What a reporter wrote about the message goes with the message.
_CLEAR_NOTES = (
    update(case_reports)
    .where(tuple_(case_reports.c.community, case_reports.c.number).in_(bindparam("which", expanding=True)))
    .values(note="")
)
_CASES = delete_some(cases, cases.c.settled_at < _before)
_SIGHTINGS = delete_some(sightings, sightings.c.at < _before)
_KEPT_TEXTS = delete_some(kept_texts, kept_texts.c.at < _before)
_RECENT = delete_some(recent_messages, recent_messages.c.at < _before)
_LINKS = delete_some(links, links.c.code_until < _before)
_DIALOGS = delete_some(dialogs, dialogs.c.expires_at < _before)
_OFFERS = delete_some(offers, offers.c.expires_at < _before)
_DEFERRALS = delete_some(deferrals, deferrals.c.until < _before)
_WELCOMES = delete_some(
    welcomes,
    and_(
        welcomes.c.at < _before,
        ~exists().where(members.c.community == welcomes.c.community, members.c.person == welcomes.c.person),
    ),
)
_PRIVATE_CHATS = delete_some(
    private_chats,
    and_(private_chats.c.touched_at < _before, ~exists().where(members.c.person == private_chats.c.person)),
)


class SqlPurge:
    """See ``runtime.ledger.Purge``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def purge(self, now: datetime, retention: Retention, limit: int = 500) -> dict[str, int]:
        """See ``runtime.ledger.Purge``."""
        handled = now - retention.handled_ids
        cases_before = now - retention.cases
        return {
            "evidence": self.forget_evidence(now, limit),
            "cases": self._drop(_CASES, cases_before, limit),
            "sightings": self._drop(_SIGHTINGS, now - retention.sightings, limit),
            "audit": SqlAudit(self._connection).forget(cases_before, limit),
            "erasures": SqlPersonal(self._connection).finish(limit),
            "kept_texts": self._drop(_KEPT_TEXTS, now - retention.training_texts, limit),
            "recent_messages": self._drop(_RECENT, now - retention.recent, limit),
            "links": self._drop(_LINKS, now, limit),
            "dialogs": self._drop(_DIALOGS, now, limit),
            "offers": self._drop(_OFFERS, now, limit),
            "deferrals": self._drop(_DEFERRALS, now, limit),
            "welcomes": self._drop(_WELCOMES, cases_before, limit),
            "private_chats": self._drop(_PRIVATE_CHATS, cases_before, limit),
            "feed_entries": SqlFeeds(self._connection).forget(cases_before, limit),
            "arrivals": SqlArrivals(self._connection).forget(int(handled.timestamp()), limit),
            "occurrences": SqlClockwork(self._connection).forget(handled, limit),
            "parked": SqlLaneQueue(self._connection).forget_parked(now - retention.parked, limit),
            "letters": SqlOutbox(self._connection).forget(now - retention.sent, limit),
        }

    def forget_evidence(self, now: datetime, limit: int = 500) -> int:
        """Drop text and name, and what reporters wrote, of cases whose ``evidence_until`` is past."""
        rows = self._connection.execute(_WITH_OLD_EVIDENCE, {"before": now, "limit": limit})
        which = [tuple(row) for row in rows]
        if which:
            self._connection.execute(_CLEAR_EVIDENCE, {"which": which})
            self._connection.execute(_CLEAR_NOTES, {"which": which})
        return len(which)

    def _drop(self, statement: Delete, before: datetime, limit: int) -> int:
        return self._connection.execute(statement, {"before": before, "limit": limit}).rowcount
