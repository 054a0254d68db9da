"""What is held on a person is shown to them alone, and goes when they ask, wherever it lies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import func, select

from orchard_bot.chat.events import encode_event
from orchard_bot.chat.intents import TellPrivately
from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.chat.text import PrivateText
from orchard_bot.community.case import Case
from orchard_bot.community.decision import Verdict
from orchard_bot.features.books import Alert, Planned, Report
from orchard_bot.features.house import Retention
from orchard_bot.storage.case_tables import case_alerts
from orchard_bot.storage.ledger import SqlLedger
from orchard_bot.storage.tables import letters, occurrences, queue
from orchard_bot.testing.builders import a_message, a_person

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
KEEP = Retention()
US = AccountRef("sandbox", "main")
ANN, BEN, CAT = (a_person(name) for name in ("ann", "ben", "cat"))


def a_case(ledger: SqlLedger, number: int, *, settled: bool) -> Case:
    """Ben wrote it, Ann reported it, Cat decides."""
    case = ledger.cases.open(
        Case(
            community="oak",
            number=0,
            code="",
            opened_at=NOW,
            policy="0.1",
            message=MessageRef(ChatRef("sandbox", "main", "oak"), str(number)),
            author=BEN,
            author_name="Ben",
            evidence="a canary",
            evidence_until=NOW + KEEP.open_case,
        )
    )
    ledger.cases.add_report(Report(case=case.id, reporter=ANN, account=US, at=NOW, note="mine"))
    ledger.cases.add_alert(Alert(case.id, CAT, US, f"alert {number}"))
    if settled:
        case = case.decide(Verdict.NOTE, CAT, NOW, frozenset())
        ledger.cases.save(case)
    return case


def kinds(ledger: SqlLedger, person: PersonRef) -> dict[str, int]:
    return {one.kind: len(one.rows) for one in ledger.personal.held(person, KEEP)}


def test_each_sees_what_is_theirs_and_no_more(ledger: SqlLedger) -> None:
    a_case(ledger, 1, settled=True)
    a_case(ledger, 2, settled=False)
    assert kinds(ledger, ANN) == {"case_reports": 2, "reporters": 2}
    assert kinds(ledger, BEN) == {"cases": 1}, "nobody learns of a report that waits"
    assert kinds(ledger, CAT) == {"cases": 1, "case_alerts": 2}
    shown = {person: repr(ledger.personal.held(person, KEEP)) for person in (ANN, BEN, CAT)}
    assert "mine" in shown[ANN]
    assert "canary" in shown[BEN]
    assert "canary" not in shown[ANN] + shown[CAT]
    assert not [other for other in ("ben", "cat") if other in shown[ANN]]
    assert not [other for other in ("ann", "cat") if other in shown[BEN]]


def test_what_is_settled_goes_at_once_and_what_waits_when_it_is_settled(ledger: SqlLedger) -> None:
    done, waiting = a_case(ledger, 1, settled=True), a_case(ledger, 2, settled=False)
    for person in (ANN, BEN, CAT):
        erased = ledger.personal.erase(person, NOW)
        assert erased.waits == (person != CAT)
        assert erased.reports == (person == ANN)
        assert erased.until == (NOW + KEEP.open_case if person == ANN else None)
    kept = ledger.cases.get("oak", done.number)
    assert kept is not None
    assert kept.decision is not None
    assert (kept.author, kept.author_name, kept.evidence, kept.message) == (None, "", "", None)
    assert kept.decision.moderator == PersonRef("sandbox", "forgotten")
    assert ledger.cases.reports(done.id) == []
    assert ledger.cases.get("oak", waiting.number) == waiting
    assert [one.reporter for one in ledger.cases.reports(waiting.id)] == [ANN]
    assert ledger.purge.purge(NOW, KEEP)["erasures"] == 0
    ledger.cases.save(waiting.taken_back(NOW))
    assert ledger.purge.purge(NOW, KEEP)["erasures"] == 2
    assert ledger.cases.reports(waiting.id) == []
    assert kinds(ledger, BEN) == kinds(ledger, ANN) == {}
    assert ledger.purge.purge(NOW, KEEP)["erasures"] == 0


def test_letters_to_them_go_and_nobody_elses(ledger: SqlLedger) -> None:
    for person in (ANN, BEN):
        text = PrivateText("words")
        ledger.outbox.add([TellPrivately(key=str(person), account=US, person=person, text=text)], NOW)
    ledger.personal.erase(ANN, NOW)
    assert ledger.connection.execute(select(letters.c.key)).scalars().all() == [str(BEN)]


def test_what_they_were_told_of_a_case_after_they_asked_goes_with_it(ledger: SqlLedger) -> None:
    case = a_case(ledger, 1, settled=False)
    ledger.personal.erase(ANN, NOW)
    ledger.outbox.add([TellPrivately(key="a", account=US, person=ANN, text=PrivateText("decided"))], NOW)
    (letter,) = ledger.outbox.due(US, NOW, 5, ())
    ledger.outbox.sent(letter.id, None, True, NOW)
    ledger.cases.save(case.taken_back(NOW))
    assert ledger.purge.purge(NOW, KEEP)["erasures"] == 1
    assert ledger.connection.execute(select(func.count()).select_from(letters)).scalar_one() == 0


def test_events_set_aside_timers_and_their_traces_go(ledger: SqlLedger) -> None:
    for person in (ANN, BEN):
        event = encode_event(a_message("words", author=person))
        row = ledger.queue.put("lane", US, event, NOW, NOW, 0)
        ledger.queue.park(row, f"ref-{person.id}", "Fault", NOW)
        ledger.schedules.plan(
            Planned(key=f"k:{person}", kind="why.told", community="oak", subject=str(person), data={}, due=NOW)
        )
        ledger.clockwork.fire(f"k:{person}", "once", NOW)
    ledger.personal.erase(ANN, NOW)
    assert ledger.connection.execute(select(queue.c.reference)).scalars().all() == ["ref-ben"]
    assert [one.subject for one in ledger.schedules.upcoming("oak", "why.told")] == [str(BEN)]
    assert ledger.connection.execute(select(occurrences.c.key)).scalars().all() == [f"k:{BEN}"]


def test_alerts_of_a_case_that_waits_stay_for_the_decision(ledger: SqlLedger) -> None:
    case = a_case(ledger, 1, settled=False)
    ledger.personal.erase(CAT, NOW)
    assert ledger.connection.execute(select(func.count()).select_from(case_alerts)).scalar_one() == 1
    ledger.cases.save(msgspec.structs.replace(case, settled_at=NOW + timedelta(days=1)))
    ledger.personal.erase(CAT, NOW)
    assert ledger.connection.execute(select(func.count()).select_from(case_alerts)).scalar_one() == 0
