"""Everything goes on time, a little at a time, and nothing goes early."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import select

from orchard_bot.chat.intents import TellPrivately
from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.chat.text import PrivateText
from orchard_bot.community.case import Case
from orchard_bot.community.decision import Verdict
from orchard_bot.features.books import Alert, Dialog, KeptText, Offer, Report, Sighting
from orchard_bot.features.house import Retention
from orchard_bot.storage.case_tables import case_alerts, case_reports
from orchard_bot.storage.ledger import SqlLedger
from orchard_bot.storage.tables import metadata

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
LONG_AFTER = NOW + timedelta(days=3000)
MOMENT = timedelta(seconds=1)
KEEP = Retention()
US = AccountRef("sandbox", "main")
ANN, BEN = PersonRef("sandbox", "ann"), PersonRef("sandbox", "ben")
DM = ChatRef("sandbox", "main", "dm-ann")


def gone(ledger: SqlLedger, now: datetime, limit: int = 500) -> Mapping[str, int]:
    """What went, without the kinds of which nothing went."""
    return {kind: many for kind, many in ledger.purge.purge(now, KEEP, limit).items() if many}


def settled_case(ledger: SqlLedger) -> Case:
    case = ledger.cases.open(
        Case(
            community="oak",
            number=0,
            code="",
            opened_at=NOW,
            policy="0.1",
            author=ANN,
            author_name="Ann",
            evidence="a canary sings",
            evidence_until=NOW + KEEP.evidence,
        )
    )
    ledger.cases.add_report(Report(case=case.id, reporter=BEN, account=US, at=NOW, note="a canary sang at me"))
    ledger.cases.add_alert(Alert(case.id, BEN, US, f"alert {case.number}"))
    settled = case.decide(Verdict.NOTE, BEN, NOW, frozenset())
    ledger.cases.save(settled)
    return settled


def test_words_and_names_go_with_the_evidence_and_the_case_stays(ledger: SqlLedger) -> None:
    case = settled_case(ledger)
    assert "evidence" not in gone(ledger, NOW + KEEP.evidence - MOMENT)
    assert ledger.purge.purge(NOW + KEEP.evidence, KEEP)["evidence"] == 1
    assert ledger.cases.get("oak", case.number) == case.forgotten()
    (report,) = ledger.cases.reports(case.id)
    assert (report.reporter, report.note) == (BEN, "")
    assert "evidence" not in gone(ledger, NOW + KEEP.evidence)


def test_a_case_goes_with_all_that_belongs_to_it(ledger: SqlLedger) -> None:
    settled_case(ledger)
    assert "cases" not in gone(ledger, NOW + KEEP.cases)
    assert gone(ledger, NOW + KEEP.cases + MOMENT)["cases"] == 1
    for table in (case_reports, case_alerts):
        assert ledger.connection.execute(select(table)).all() == []


def test_a_case_that_nobody_decided_never_goes_by_itself(ledger: SqlLedger) -> None:
    ledger.cases.open(Case(community="oak", number=0, code="", opened_at=NOW, policy="0.1"))
    assert gone(ledger, LONG_AFTER) == {}
    assert len(ledger.cases.waiting("oak")) == 1


def test_sightings_audit_and_ids_go_on_their_days(ledger: SqlLedger) -> None:
    ledger.cases.add_sighting(
        Sighting(community="oak", clause="c", detector="d", score=1, would="note", rehearsal=True, at=NOW)
    )
    message = MessageRef(ChatRef("sandbox", "main", "oak"), "1")
    ledger.kept_texts.keep(KeptText(community="oak", message=message, person=ANN, text="Words.", labels=(), at=NOW))
    ledger.audit.note(at=NOW, community="oak", actor=BEN, act="case.decided", subject="oak/1", clause=None, policy="1")
    ledger.arrivals.first_time("a", int(NOW.timestamp()))
    ledger.clockwork.fire("a", "2026-03-02T07:30", NOW)
    assert gone(ledger, NOW + KEEP.handled_ids) == {}
    assert gone(ledger, NOW + KEEP.handled_ids + MOMENT) == {"arrivals": 1, "occurrences": 1}
    assert gone(ledger, NOW + KEEP.sightings) == {}
    assert gone(ledger, NOW + KEEP.sightings + MOMENT) == {"sightings": 1}
    assert gone(ledger, NOW + KEEP.cases) == {}
    assert gone(ledger, NOW + KEEP.cases + MOMENT) == {"audit": 1, "kept_texts": 1}


def test_questions_offers_and_patience_go_when_they_are_over(ledger: SqlLedger) -> None:
    ledger.dialogs.put(US, ANN, Dialog("report.note", {}, 1, NOW))
    ledger.outbox.defer_destination(US, None, NOW)
    ledger.offers.add(
        [
            Offer(
                token="t",
                number=1,
                account=US,
                person=ANN,
                community="oak",
                action="a.b",
                data={},
                key="k",
                once=True,
                stays=False,
                version=1,
                expires_at=NOW,
            )
        ]
    )
    assert gone(ledger, NOW) == {}
    assert gone(ledger, NOW + MOMENT) == {"dialogs": 1, "offers": 1, "deferrals": 1}


def test_parked_events_and_sent_letters_go_on_their_days(ledger: SqlLedger) -> None:
    row = ledger.queue.put("lane", US, b"a canary sings", NOW, NOW, 0)
    ledger.queue.park(row, "7F3K", "ValueError", NOW)
    ledger.outbox.add([TellPrivately(key="k", account=US, person=ANN, text=PrivateText("hello"))], NOW)
    (letter,) = ledger.outbox.due(US, NOW, 1, ())
    ledger.outbox.sent(letter.id, MessageRef(DM, "1"), True, NOW)
    assert gone(ledger, NOW + KEEP.parked) == {}
    assert gone(ledger, NOW + KEEP.parked + MOMENT) == {"parked": 1}
    assert gone(ledger, NOW + KEEP.sent) == {}
    assert gone(ledger, NOW + KEEP.sent + MOMENT) == {"letters": 1}


def test_people_are_remembered_while_they_are_in_a_group(ledger: SqlLedger) -> None:
    for person in (ANN, BEN):
        ledger.people.joined("oak", person, NOW)
        ledger.people.welcomed("oak", person, NOW)
        ledger.people.opened(US, person, DM, NOW)
    ledger.people.left("oak", BEN, NOW)
    assert gone(ledger, NOW + KEEP.cases) == {}
    assert gone(ledger, LONG_AFTER) == {"welcomes": 1, "private_chats": 1}
    assert ledger.people.has_opened(US, ANN)
    assert not ledger.people.has_opened(US, BEN)


def test_a_purge_is_bounded_and_comes_to_an_end(ledger: SqlLedger) -> None:
    for _ in range(5):
        settled_case(ledger)
    rounds = [gone(ledger, LONG_AFTER, limit=2) for _ in range(4)]
    assert [went.get("cases", 0) for went in rounds] == [2, 2, 1, 0]
    assert all(many <= 2 for went in rounds for many in went.values())
    assert ledger.cases.get("oak", 1) is None
    assert ledger.cases.get("oak", 5) is None


def test_every_table_says_what_it_is_for_and_how_long_it_is_kept() -> None:
    for table in metadata.sorted_tables:
        assert table.comment, table.name
        assert table.info.get("kept"), table.name


def test_every_retention_is_named_by_a_table_and_every_name_is_a_retention() -> None:
    fields = {field.name for field in msgspec.structs.fields(Retention)}
    words = " ".join(table.info["kept"] for table in metadata.sorted_tables).split("`")[1::2]
    assert set(words) == fields
