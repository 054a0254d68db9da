"""Whatever happens to letters, in whatever order: each goes out in its turn, and each ends sent, dead or waiting."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import create_engine, select
from sqlalchemy.pool import StaticPool

from orchard_bot.chat.intents import EditOwn, Priority, TellPrivately
from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.chat.text import PrivateText
from orchard_bot.storage.columns import sealed_with
from orchard_bot.storage.letter_row import private_destination
from orchard_bot.storage.outbox import SqlOutbox
from orchard_bot.storage.tables import letters, metadata
from tests.unit.storage.ledger.keys import KEYS

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
US = AccountRef("sandbox", "main")
PRIVATE = ChatRef("sandbox", "main", "dm")


def tell(key: str, person: PersonRef, priority: Priority) -> TellPrivately:
    return TellPrivately(key=key, account=US, person=person, text=PrivateText("hello"), priority=priority)


def edit(key: str, of: str, priority: Priority) -> EditOwn:
    return EditOwn(key=key, account=US, of=of, text=PrivateText("hello again"), priority=priority)


PEOPLE = [PersonRef("sandbox", name) for name in ("ann", "ben", "cat")]
URGENCIES = [Priority.SAFETY, Priority.ANSWER, Priority.REMINDER]


class OutboxMachine(RuleBasedStateMachine):
    """Any run of sending, failing, holding and waiting, beside a list that says what may go out when."""

    @initialize()
    def open_outbox(self) -> None:
        def connect() -> sqlite3.Connection:
            return sqlite3.connect(":memory:", isolation_level=None)

        self.engine = sealed_with(create_engine("sqlite://", creator=connect, poolclass=StaticPool), KEYS)
        self.connection = self.engine.connect()
        metadata.create_all(self.connection)
        self.outbox = SqlOutbox(self.connection)
        self.now = NOW
        self.letters: list[dict[str, Any]] = []
        self.deferred: dict[str, datetime] = {}
        self.made = 0

    def teardown(self) -> None:
        self.connection.close()
        self.engine.dispose()

    def by_key(self, key: str | None) -> dict[str, Any] | None:
        return next((one for one in self.letters if one["key"] == key), None)

    def may_go(self, in_flight: set[str]) -> list[str]:
        """Written down letter by letter, as a person would decide it."""
        going: list[dict[str, Any]] = []
        held_up: set[tuple[str, int]] = set()
        for one in sorted(self.letters, key=lambda one: (one["priority"], self.letters.index(one))):
            original = self.by_key(one["of"])
            if one["state"] != "waiting" or (original and original["state"] in {"waiting", "held"}):
                continue
            place = (one["to"], one["priority"])
            if place in held_up:
                continue
            held_up.add(place)
            patience = self.deferred.get(one["to"], NOW)
            if one["due"] <= self.now and patience <= self.now and one["to"] not in in_flight:
                if one["to"] not in {other["to"] for other in going}:
                    going.append(one)
        return [one["key"] for one in going]

    @rule(person=st.sampled_from(PEOPLE), priority=st.sampled_from(URGENCIES))
    def tell(self, person: PersonRef, priority: Priority) -> None:
        key = f"k{len(self.letters)}"
        self.outbox.add([tell(key, person, priority)], self.now)
        place = private_destination(US, person, KEYS)
        self.letters.append(
            {"key": key, "to": place, "priority": priority, "of": None, "state": "waiting", "due": self.now}
        )

    @precondition(lambda self: self.letters)
    @rule(data=st.data(), priority=st.sampled_from(URGENCIES))
    def change(self, data: st.DataObject, priority: Priority) -> None:
        original = data.draw(st.sampled_from(self.letters))
        key = f"k{len(self.letters)}"
        self.outbox.add([edit(key, original["key"], priority)], self.now)
        self.letters.append(
            {**original, "key": key, "priority": priority, "of": original["key"], "state": "waiting", "due": self.now}
        )

    @precondition(lambda self: self.letters)
    @rule(data=st.data())
    def say_it_again(self, data: st.DataObject) -> None:
        again = data.draw(st.sampled_from(self.letters))
        self.outbox.add([tell(again["key"], PEOPLE[0], Priority.ANSWER)], self.now)

    @rule(seconds=st.integers(1, 3))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(
        limit=st.integers(1, 3),
        ends=st.lists(st.sampled_from(["sent", "dead", "held", "waiting"]), min_size=3, max_size=3),
        delay=st.integers(0, 3),
    )
    def send(self, limit: int, ends: list[str], delay: int) -> None:
        handed = self.outbox.due(US, self.now, limit, ())
        assert [letter.intent.key for letter in handed] == self.may_go(set())[:limit]
        beside = self.outbox.due(US, self.now, 10, [letter.id for letter in handed])
        assert [letter.intent.key for letter in beside] == self.may_go({letter.destination for letter in handed})
        for letter, end in zip(handed, ends, strict=False):
            one = self.by_key(letter.intent.key)
            assert one is not None
            one["state"] = end
            if end == "sent":
                self.made += 1
                self.outbox.sent(letter.id, MessageRef(PRIVATE, str(self.made)), True, self.now)
            elif end == "dead":
                self.outbox.die(letter.id, "Gone.", self.now)
            elif end == "held":
                self.outbox.hold(letter.id)
            else:
                one["due"] = self.now + timedelta(seconds=delay)
                self.outbox.later(letter.id, one["due"], letter.tries + 1)

    @rule(person=st.sampled_from(PEOPLE))
    def release(self, person: PersonRef) -> None:
        held = [
            one for one in self.letters if one["state"] == "held" and one["to"] == private_destination(US, person, KEYS)
        ]
        assert self.outbox.release(US, person, self.now) == len(held)
        for one in held:
            one.update(state="waiting", due=self.now)

    @rule(person=st.sampled_from(PEOPLE), seconds=st.integers(1, 3))
    def defer(self, person: PersonRef, seconds: int) -> None:
        place, until = private_destination(US, person, KEYS), self.now + timedelta(seconds=seconds)
        self.outbox.defer_destination(US, place, until)
        self.deferred[place] = max(until, self.deferred.get(place, until))

    @invariant()
    def each_letter_is_in_exactly_one_state(self) -> None:
        states = {row.key: row.state for row in self.connection.execute(select(letters.c.key, letters.c.state))}
        assert states == {one["key"]: one["state"] for one in self.letters}
        for one in self.letters:
            assert (self.outbox.receipt(one["key"]) is not None) == (one["state"] == "sent")

    @invariant()
    def the_next_time_is_now_exactly_when_something_may_go(self) -> None:
        soonest = self.outbox.next_due(US)
        assert (soonest is not None and soonest <= self.now) == bool(self.may_go(set()))


TestOutboxMachine = OutboxMachine.TestCase
TestOutboxMachine.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
