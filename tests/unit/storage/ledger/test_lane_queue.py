"""The lane queue keeps the order of each chat, and loses nothing."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from orchard_bot.chat.refs import AccountRef
from orchard_bot.storage.columns import sealed_with
from orchard_bot.storage.lane_queue import SqlLaneQueue
from orchard_bot.storage.ledger import SqlLedger
from orchard_bot.storage.tables import metadata
from tests.unit.storage.ledger.keys import KEYS

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
US = AccountRef("sandbox", "main")


def put(ledger: SqlLedger, lane: str, due: datetime = NOW, tries: int = 0) -> int:
    return ledger.queue.put(lane, US, f"event of {lane}".encode(), NOW, due, tries)


def test_an_event_comes_out_as_it_was_put_in(ledger: SqlLedger) -> None:
    row = put(ledger, "a", tries=1)
    (head,) = ledger.queue.heads(NOW, 10)
    assert (head.id, head.lane, head.account, head.event, head.tries) == (row, "a", US, b"event of a", 1)


def test_a_head_that_has_to_wait_holds_up_its_own_lane_alone(ledger: SqlLedger) -> None:
    first, _second, other = put(ledger, "a", due=SOON), put(ledger, "a"), put(ledger, "b")
    assert [head.id for head in ledger.queue.heads(NOW, 10)] == [other]
    assert [head.id for head in ledger.queue.heads(SOON, 10)] == [first, other]


def test_next_due_asks_the_heads_alone(ledger: SqlLedger) -> None:
    assert ledger.queue.next_due() is None
    put(ledger, "a", due=SOON)
    put(ledger, "a", due=NOW)
    assert ledger.queue.next_due() == SOON


def test_tries_are_counted(ledger: SqlLedger) -> None:
    row = put(ledger, "a")
    assert [ledger.queue.begin(row), ledger.queue.begin(row)] == [1, 2]
    ledger.queue.done(row)
    assert ledger.queue.begin(row) == 0


def test_a_repacked_event_keeps_its_place(ledger: SqlLedger) -> None:
    first, _second = put(ledger, "a"), put(ledger, "a")
    ledger.queue.repack(first, b"less", SOON)
    assert ledger.queue.heads(NOW, 10) == []
    (head,) = ledger.queue.heads(SOON, 10)
    assert (head.id, head.event) == (first, b"less")


def test_an_id_is_never_given_twice(ledger: SqlLedger) -> None:
    first = put(ledger, "a")
    ledger.queue.done(first)
    assert put(ledger, "a") > first


def test_a_parked_event_lets_its_lane_go_on_and_comes_back_as_its_head(ledger: SqlLedger) -> None:
    first, second = put(ledger, "a"), put(ledger, "a")
    ledger.queue.begin(first)
    ledger.queue.park(first, "7F3K", "ValueError", NOW)
    assert [head.id for head in ledger.queue.heads(NOW, 10)] == [second]
    assert (ledger.health.parked(), ledger.queue.length()) == (1, 1)
    assert ledger.queue.unpark("7F3K", SOON)
    (head,) = ledger.queue.heads(SOON, 10)
    assert (head.id, head.tries) == (first, 0)
    assert ledger.health.parked() == 0


def test_an_unknown_reference_unparks_nothing(ledger: SqlLedger) -> None:
    put(ledger, "a")
    assert not ledger.queue.unpark("7F3K", NOW)


def test_parked_events_are_forgotten_on_time_and_waiting_ones_never(ledger: SqlLedger) -> None:
    old, young = put(ledger, "a"), put(ledger, "b")
    put(ledger, "c")
    ledger.queue.park(old, "OLD", "ValueError", NOW)
    ledger.queue.park(young, "YOUNG", "ValueError", SOON)
    assert ledger.queue.forget_parked(SOON) == 1
    assert not ledger.queue.unpark("OLD", SOON)
    assert ledger.queue.unpark("YOUNG", SOON)
    assert ledger.queue.length() == 2


class LaneQueueMachine(RuleBasedStateMachine):
    """Every run of puts, tries, delays, parkings and unparkings, beside a list that says what must come out."""

    @initialize()
    def open_queue(self) -> None:
        def connect() -> sqlite3.Connection:
            return sqlite3.connect(":memory:", isolation_level=None)

        self.engine = sealed_with(create_engine("sqlite://", creator=connect, poolclass=StaticPool), KEYS)
        self.connection = self.engine.connect()
        metadata.create_all(self.connection)
        self.queue = SqlLaneQueue(self.connection)
        self.now = NOW
        self.waiting: list[dict[str, Any]] = []
        self.parked: list[dict[str, Any]] = []

    def teardown(self) -> None:
        self.connection.close()
        self.engine.dispose()

    def heads(self) -> list[dict[str, Any]]:
        firsts: dict[str, dict[str, Any]] = {}
        for one in sorted(self.waiting, key=lambda one: int(one["id"])):
            firsts.setdefault(one["lane"], one)
        return [one for one in sorted(firsts.values(), key=lambda one: int(one["id"])) if one["due"] <= self.now]

    @rule(lane=st.sampled_from("abc"), delay=st.integers(0, 3))
    def put(self, lane: str, delay: int) -> None:
        due = self.now + timedelta(seconds=delay)
        row = self.queue.put(lane, US, b"event", self.now, due, 0)
        self.waiting.append({"id": row, "lane": lane, "due": due})

    @rule(seconds=st.integers(1, 3))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(limit=st.integers(1, 3), end=st.sampled_from(["done", "later", "park"]), delay=st.integers(0, 3))
    def handle(self, limit: int, end: str, delay: int) -> None:
        handed = self.queue.heads(self.now, limit)
        assert [head.id for head in handed] == [one["id"] for one in self.heads()[:limit]]
        for one in self.heads()[:limit]:
            if end == "later":
                one["due"] = self.now + timedelta(seconds=delay)
                self.queue.later(one["id"], one["due"])
                continue
            self.waiting.remove(one)
            if end == "done":
                self.queue.done(one["id"])
            else:
                self.queue.park(one["id"], f"REF{one['id']}", "ValueError", self.now)
                self.parked.append(one)

    @precondition(lambda self: self.parked)
    @rule(data=st.data())
    def unpark(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self.parked))
        self.parked.remove(one)
        assert self.queue.unpark(f"REF{one['id']}", self.now)
        self.waiting.append({**one, "due": self.now})

    @invariant()
    def nothing_is_lost(self) -> None:
        assert self.queue.length() == len(self.waiting)
        for lane in "abc":
            assert self.queue.is_waiting(lane) == any(one["lane"] == lane for one in self.waiting)
        due = self.queue.next_due()
        assert (due is not None and due <= self.now) == bool(self.heads())


TestLaneQueueMachine = LaneQueueMachine.TestCase
TestLaneQueueMachine.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
