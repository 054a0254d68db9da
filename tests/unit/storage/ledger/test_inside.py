"""A look into the tables: what is there and how it stands, never what was said, by whom or to whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from orchard_bot.chat.intents import Priority, Say, TellPrivately
from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.chat.text import PrivateText, PublicText
from orchard_bot.community.case import Case, CaseState
from orchard_bot.features.books import Report
from orchard_bot.storage.inside import SHOWN, Inside, look_inside
from orchard_bot.storage.ledger import SqlLedger

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
US = AccountRef("sandbox", "main")
GROUP = ChatRef("sandbox", "main", "canary-group")
ANN, BEN = PersonRef("sandbox", "canary-ann"), PersonRef("sandbox", "canary-ben")


def tell(key: str, person: PersonRef = ANN, **how: object) -> TellPrivately:
    """A private message with words that must not be seen."""
    return TellPrivately(key=key, account=US, person=person, text=PrivateText("canary words"), **how)  # type: ignore[arg-type]


def look(ledger: SqlLedger) -> Inside:
    """What there is to see."""
    return look_inside(ledger.connection)


def test_an_empty_house_is_empty(ledger: SqlLedger) -> None:
    seen = look(ledger)
    assert (seen.letters, seen.cases, seen.waiting, seen.queued, seen.parked) == ([], [], 0, 0, 0)


def test_letters_are_told_by_kind_state_and_urgency_newest_first(ledger: SqlLedger) -> None:
    post = Say(key="b", chat=GROUP, text=PublicText("canary", "remind.post"), origin="remind.post")
    ledger.outbox.add([tell("a", priority=Priority.SAFETY), post, tell("c", BEN)], NOW)
    first, second = ledger.outbox.due(US, NOW, 2, ())
    ledger.outbox.sent(first.id, None, True, NOW)
    ledger.outbox.die(second.id, "It was not delivered in time.", NOW)
    seen = look(ledger)
    assert [(one.kind, one.to, one.priority) for one in seen.letters] == [
        ("answer", "a person", "answer"),
        ("remind.post", "the group", "answer"),
        ("answer", "a person", "safety"),
    ]
    assert sorted(one.state for one in seen.letters) == ["dead", "sent", "waiting"]
    assert [one.why for one in seen.letters if one.state == "dead"] == ["It was not delivered in time."]
    assert seen.waiting == 1


def test_events_in_their_lanes_are_counted_and_those_set_aside_apart(ledger: SqlLedger) -> None:
    numbers = [ledger.queue.put(lane, US, b"canary", NOW, NOW, 0) for lane in ("one", "one", "two")]
    ledger.queue.park(numbers[0], "7F3K", "ValueError", NOW)
    seen = look(ledger)
    assert (seen.queued, seen.parked) == (2, 1)


@pytest.fixture
def case() -> Case:
    """A case about somebody's words."""
    return Case(
        community="oak",
        number=0,
        code="",
        opened_at=NOW,
        message=MessageRef(GROUP, "canary-message"),
        author=BEN,
        author_name="canary name",
        evidence="canary text",
        clauses=("kindness",),
        policy="0.1",
        safety=True,
    )


def test_cases_are_told_by_state_clause_and_number_of_reports(ledger: SqlLedger, case: Case) -> None:
    opened = ledger.cases.open(case)
    other = ledger.cases.open(
        msgspec.structs.replace(case, message=None, opened_at=NOW + timedelta(hours=1), safety=False)
    )
    for reporter in (ANN, BEN):
        ledger.cases.add_report(Report(case=opened.id, reporter=reporter, at=NOW, account=US, note="canary"))
    first, second = look(ledger).cases
    assert (first.number, first.reports, first.safety) == (other.number, 0, False)
    assert (second.number, second.reports, second.safety) == (opened.number, 2, True)
    assert (second.community, second.state, list(second.clauses)) == ("oak", CaseState.OPEN, ["kindness"])
    assert second.opened_at == NOW


def test_nothing_that_anybody_said_and_nobodys_name_is_in_it(ledger: SqlLedger, case: Case) -> None:
    opened = ledger.cases.open(case)
    ledger.cases.add_report(Report(case=opened.id, reporter=ANN, at=NOW, account=US, note="canary note"))
    ledger.outbox.add([tell("a", subject="canary-subject"), tell("b", BEN, origin="report.sent")], NOW)
    ledger.queue.put("canary-lane", US, b'"canary"', NOW, NOW, 0)
    assert "canary" not in msgspec.json.encode(look(ledger)).decode()


def test_only_the_newest_are_shown(ledger: SqlLedger, case: Case) -> None:
    ledger.outbox.add([tell(f"letter {number}") for number in range(SHOWN + 5)], NOW)
    for number in range(SHOWN + 5):
        message = MessageRef(GROUP, str(number))
        ledger.cases.open(msgspec.structs.replace(case, message=message, opened_at=NOW + timedelta(minutes=number)))
    seen = look(ledger)
    assert len(seen.letters) == len(seen.cases) == SHOWN
    assert seen.cases[0].opened_at == NOW + timedelta(minutes=SHOWN + 4)
    assert seen.waiting == SHOWN + 5
