"""Schedules: the table is the truth, and an occurrence happens once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from orchard_bot.features.books import Planned
from orchard_bot.storage.ledger import SqlLedger

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)


def planned(key: str, due: datetime = NOW, **other: Any) -> Planned:
    usual: dict[str, Any] = {"kind": "remind.post", "community": "oak", "subject": "trip", "data": {"page": 3}}
    return Planned(key=key, due=due, **{**usual, **other})


def test_a_plan_comes_back_as_it_was_made(ledger: SqlLedger) -> None:
    plan = planned("a", cron="0 7 * * 1", timezone="Europe/Dublin")
    ledger.schedules.plan(plan)
    assert ledger.schedules.upcoming("oak", "remind.post") == [plan]


def test_the_same_key_replaces_the_plan(ledger: SqlLedger) -> None:
    ledger.schedules.plan(planned("a", cron="0 7 * * 1"))
    ledger.schedules.plan(planned("a", SOON, subject="play"))
    assert ledger.schedules.upcoming("oak", "remind.post") == [planned("a", SOON, subject="play")]


def test_upcoming_is_soonest_first_for_one_kind_and_community(ledger: SqlLedger) -> None:
    for plan in (
        planned("late", SOON),
        planned("soon", NOW),
        planned("elms", community="elm"),
        planned("other", kind="case.look"),
    ):
        ledger.schedules.plan(plan)
    assert [plan.key for plan in ledger.schedules.upcoming("oak", "remind.post")] == ["soon", "late"]


def test_a_plan_is_cancelled_once(ledger: SqlLedger) -> None:
    ledger.schedules.plan(planned("a"))
    assert [ledger.schedules.cancel("a"), ledger.schedules.cancel("a")] == [True, False]


def test_what_is_due_comes_soonest_first_and_bounded(ledger: SqlLedger) -> None:
    assert ledger.clockwork.next_due() is None
    for plan in (planned("b"), planned("a"), planned("first", NOW - timedelta(days=1)), planned("later", SOON)):
        ledger.schedules.plan(plan)
    assert [plan.key for plan in ledger.clockwork.due(NOW, 10)] == ["first", "a", "b"]
    assert [plan.key for plan in ledger.clockwork.due(NOW, 1)] == ["first"]
    assert ledger.clockwork.next_due() == NOW - timedelta(days=1)


def test_an_occurrence_fires_once(ledger: SqlLedger) -> None:
    fired = [
        ledger.clockwork.fire(key, occurrence, NOW)
        for key, occurrence in (("a", "2026-03-02T07:30"), ("a", "2026-03-02T07:30"), ("a", "2026-03-09T07:30"))
    ]
    assert fired == [True, False, True]
    assert ledger.clockwork.fire("b", "2026-03-02T07:30", NOW)


def test_a_plan_moves_on_or_is_over(ledger: SqlLedger) -> None:
    ledger.schedules.plan(planned("a"))
    ledger.schedules.plan(planned("b"))
    ledger.clockwork.move_on("a", SOON)
    ledger.clockwork.move_on("b", None)
    assert ledger.clockwork.due(SOON, 10) == [planned("a", SOON)]


def test_old_occurrences_are_forgotten(ledger: SqlLedger) -> None:
    ledger.clockwork.fire("a", "old", NOW)
    ledger.clockwork.fire("a", "new", SOON)
    assert ledger.clockwork.forget(SOON) == 1
    assert [ledger.clockwork.fire("a", name, SOON) for name in ("new", "old")] == [False, True]
