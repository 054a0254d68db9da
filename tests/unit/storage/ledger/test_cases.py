"""Cases and what belongs to them come back as they were kept, to the right people, and only as long as agreed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.community.case import Case, CaseState
from orchard_bot.community.decision import Verdict
from orchard_bot.features.books import Alert, Report, Sighting
from orchard_bot.storage.case_code import ALPHABET, LENGTH, new_code
from orchard_bot.storage.case_tables import case_reports, cases
from orchard_bot.storage.cases import SqlCases
from orchard_bot.storage.ledger import SqlLedger
from tests.unit.storage.ledger.keys import KEYS

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
US = AccountRef("sandbox", "main")
ANN, BEN, CAT = (PersonRef("sandbox", name) for name in ("ann", "ben", "cat"))
GROUP = ChatRef("sandbox", "main", "oak")
NOBODY: frozenset[PersonRef] = frozenset()


def a_case(message: int | None = None, community: str = "oak", opened_at: datetime = NOW, code: str = "") -> Case:
    about = MessageRef(GROUP, str(message)) if message else None
    return Case(community=community, number=0, code=code, opened_at=opened_at, policy="0.1", message=about)


def decided(ledger: SqlLedger, case: Case, verdict: Verdict = Verdict.NOTE, at: datetime = NOW) -> Case:
    done = case.decide(verdict, BEN, at, NOBODY)
    ledger.cases.save(done)
    return done


def test_a_case_comes_back_with_everything_in_it(ledger: SqlLedger) -> None:
    full = msgspec.structs.replace(
        a_case(7),
        clauses=("kindness", "privacy"),
        safety=True,
        author=ANN,
        author_name="Ann",
        posted_at=NOW - timedelta(microseconds=1),
        evidence="what was said",
        evidence_until=SOON,
        edited=True,
        remarks=("seen-before:2",),
    )
    opened = ledger.cases.open(full)
    assert opened == msgspec.structs.replace(full, number=1, code=opened.code)
    assert ledger.cases.get("oak", 1) == opened
    claimed = opened.claimed(BEN, NOW, NOBODY)
    ledger.cases.save(claimed)
    assert ledger.cases.get("oak", 1) == claimed
    assert ledger.cases.get("oak", 1) != opened
    done = decided(ledger, claimed, Verdict.DELETE, SOON)
    assert ledger.cases.get("oak", 1) == done


def test_no_field_of_a_case_or_a_report_goes_without_a_column() -> None:
    columns = {column.name for column in cases.columns}
    flattened = {
        "claim": {"claimed_by", "claimed_until"},
        "decision": {name for name in columns if "decided" in name},
    }
    for field in Case.__struct_fields__:
        assert flattened.get(field, {field}) <= columns, field
    assert set(Report.__struct_fields__) - {"case", "token"} <= {column.name for column in case_reports.columns}


def test_numbers_run_on_in_each_community(ledger: SqlLedger) -> None:
    numbers = [ledger.cases.open(a_case(community=name)).number for name in ("oak", "oak", "elm", "oak")]
    assert numbers == [1, 2, 1, 3]


def test_a_case_keeps_the_code_it_has_and_gets_one_where_it_has_none(ledger: SqlLedger) -> None:
    assert ledger.cases.open(a_case(code="MINE")).code == "MINE"
    given = ledger.cases.open(a_case())
    assert ledger.cases.by_code("oak", given.code) == given
    assert ledger.cases.by_code("elm", given.code) is None


def test_a_code_that_is_taken_is_not_given_again(ledger: SqlLedger) -> None:
    offered = iter(["CDHJM", "CDHJM", "NPQRT"])

    def make(is_taken: Callable[[str], bool]) -> str:
        return next(code for code in offered if not is_taken(code))

    book = SqlCases(ledger.connection, make)
    assert [book.open(a_case()).code, book.open(a_case()).code] == ["CDHJM", "NPQRT"]


@given(st.integers(0, 5))
def test_codes_spell_no_word_and_are_asked_for_until_one_is_free(taken: int) -> None:
    answers = [True] * taken + [False]
    code = new_code(lambda _code: answers.pop(0))
    assert answers == []
    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)
    assert not set(ALPHABET) & set("AEIOUY01")


def test_two_cases_never_share_a_code(ledger: SqlLedger) -> None:
    ledger.cases.open(a_case(code="MINE"))
    with pytest.raises(IntegrityError):
        ledger.cases.open(a_case(code="MINE"))


def test_saving_what_is_not_there_is_an_error(ledger: SqlLedger) -> None:
    with pytest.raises(LookupError):
        ledger.cases.save(a_case())


def test_what_is_not_there_is_none(ledger: SqlLedger) -> None:
    assert ledger.cases.get("oak", 1) is None
    assert ledger.cases.about(MessageRef(GROUP, "1")) is None


def test_a_message_has_one_live_case_and_may_have_another_once_that_is_settled(ledger: SqlLedger) -> None:
    first = ledger.cases.open(a_case(1))
    with pytest.raises(IntegrityError), ledger.savepoint():
        ledger.cases.open(a_case(1))
    decided(ledger, first)
    second = ledger.cases.open(a_case(1, opened_at=SOON))
    assert ledger.cases.about(MessageRef(GROUP, "1")) == second


def test_waiting_cases_are_those_a_moderator_has_yet_to_decide(ledger: SqlLedger) -> None:
    asked, fresh, claimed, done = (ledger.cases.open(a_case(number)) for number in (1, 2, 3, 4))
    ledger.cases.save(msgspec.structs.replace(asked, state=CaseState.ASKED))
    ledger.cases.save(claimed.claimed(BEN, NOW, NOBODY))
    decided(ledger, done)
    ledger.cases.open(a_case(community="elm"))
    assert [case.number for case in ledger.cases.waiting("oak")] == [fresh.number, claimed.number]


def test_similar_cases_are_decided_ones_under_a_clause_of_this_one_newest_first(ledger: SqlLedger) -> None:
    def one(*clauses: str) -> Case:
        return ledger.cases.open(msgspec.structs.replace(a_case(), clauses=clauses))

    old, new, newest = one("kindness"), one("privacy", "kindness"), one("kindness")
    other, still_open, this = one("adverts"), one("kindness"), one("kindness", "topic")
    for minute, case in enumerate((old, other, new, newest, this)):
        decided(ledger, case, at=NOW + timedelta(minutes=minute))
    assert still_open.number not in {case.number for case in ledger.cases.decided_like(this, 10)}
    assert [case.number for case in ledger.cases.decided_like(this, 2)] == [newest.number, new.number]
    assert len(ledger.cases.decided_like(this, 10)) == 3


def test_decided_cases_are_those_of_one_group_since_then_newest_first(ledger: SqlLedger) -> None:
    first, last, twin, early, elsewhere = (
        ledger.cases.open(a_case(number, community))
        for number, community in ((1, "oak"), (2, "oak"), (3, "oak"), (4, "oak"), (5, "elm"))
    )
    ledger.cases.open(a_case(6))  # waits
    settled = ledger.cases.open(a_case(7))
    ledger.cases.save(settled.taken_back(SOON))  # gone without a verdict
    decided(ledger, elsewhere, at=SOON)
    decided(ledger, early, at=NOW - timedelta(microseconds=1))
    wanted = [
        decided(ledger, twin, Verdict.DISMISS, SOON),
        decided(ledger, last, Verdict.SCHOOL, SOON),
        decided(ledger, first, at=NOW),
    ]
    assert ledger.cases.decided("oak", NOW) == wanted
    assert ledger.cases.decided("ash", NOW) == []


def test_cases_about_somebody_are_the_decided_ones_since_then_newest_first(ledger: SqlLedger) -> None:
    first, second, early, waiting = (
        ledger.cases.open(msgspec.structs.replace(a_case(), author=author)) for author in (ANN, ANN, ANN, ANN)
    )
    others = ledger.cases.open(msgspec.structs.replace(a_case(), author=CAT))
    decided(ledger, early, at=NOW - timedelta(seconds=1))
    for minute, case in enumerate((first, second, others)):
        decided(ledger, case, at=NOW + timedelta(minutes=minute))
    assert waiting.author == ANN
    assert [case.number for case in ledger.cases.about_author("oak", ANN, NOW)] == [second.number, first.number]


def test_verdicts_are_counted_since_then(ledger: SqlLedger) -> None:
    for verdict, at in (
        (Verdict.NOTE, NOW),
        (Verdict.NOTE, SOON),
        (Verdict.DISMISS, SOON),
        (Verdict.MUTE, NOW - timedelta(seconds=1)),
    ):
        decided(ledger, ledger.cases.open(a_case()), verdict, at)
    ledger.cases.open(a_case())
    assert ledger.cases.verdicts("oak", NOW) == {Verdict.NOTE: 2, Verdict.DISMISS: 1}


def a_report(case: Case, reporter: PersonRef, at: datetime = NOW) -> Report:
    return Report(case=case.id, reporter=reporter, account=US, at=at, clause="kindness", note="It hurt.")


def with_token(report: Report) -> Report:
    """As it comes back: what stands for the reporter is filled in."""
    return msgspec.structs.replace(report, token=KEYS.token(str(report.reporter)))


def test_a_person_reports_a_case_once(ledger: SqlLedger) -> None:
    case, other = ledger.cases.open(a_case(1)), ledger.cases.open(a_case(2))
    assert ledger.cases.add_report(a_report(case, BEN, SOON))
    assert ledger.cases.add_report(a_report(case, ANN))
    assert not ledger.cases.add_report(a_report(case, ANN, SOON))
    assert ledger.cases.add_report(a_report(other, ANN, SOON))
    found = ledger.cases.reports(case.id)
    assert found == [with_token(a_report(case, ANN)), with_token(a_report(case, BEN, SOON))]
    assert ledger.cases.reports_by("oak", ANN) == [
        with_token(a_report(case, ANN)),
        with_token(a_report(other, ANN, SOON)),
    ]
    assert ledger.cases.reports_by("elm", ANN) == []


def test_a_token_leads_to_the_reporter_of_its_own_case_alone(ledger: SqlLedger) -> None:
    case, other = ledger.cases.open(a_case(1)), ledger.cases.open(a_case(2))
    ledger.cases.add_report(a_report(case, ANN))
    ledger.cases.add_report(a_report(other, BEN))
    (report,) = ledger.cases.reports(case.id)
    assert ledger.cases.reporter_of(case.id, report.token) == ANN
    assert ledger.cases.reporter_of(other.id, report.token) is None
    assert ledger.cases.reporter_of(case.id, str(ANN)) is None


def test_only_the_reporter_who_was_told_counts_as_told(ledger: SqlLedger) -> None:
    case = ledger.cases.open(a_case())
    for reporter in (ANN, BEN):
        ledger.cases.add_report(a_report(case, reporter))
    ledger.cases.mark_told(case.id, BEN)
    assert {report.reporter: report.told for report in ledger.cases.reports(case.id)} == {ANN: False, BEN: True}


def test_a_report_of_no_case_is_refused(ledger: SqlLedger) -> None:
    with pytest.raises(IntegrityError):
        ledger.cases.add_report(Report(case="oak/7", reporter=ANN, account=US, at=NOW))
    with pytest.raises(ValueError, match="invalid literal"):
        ledger.cases.reports("no case")


def test_alerts_are_kept_in_order_and_each_once(ledger: SqlLedger) -> None:
    case = ledger.cases.open(a_case())
    alerts = [Alert(case.id, BEN, US, "z"), Alert(case.id, CAT, US, "a")]
    for alert in (*alerts, alerts[0]):
        ledger.cases.add_alert(alert)
    assert ledger.cases.alerts(case.id) == alerts
    assert ledger.cases.alerts("oak/99") == []


def test_sightings_come_back_oldest_first_since_then(ledger: SqlLedger) -> None:
    def one(at: datetime, community: str = "oak") -> Sighting:
        return Sighting(
            community=community, clause="kindness", detector="swearing", score=0.75, would="note", rehearsal=True, at=at
        )

    for sighting in (one(SOON), one(NOW), one(NOW - timedelta(seconds=1)), one(SOON, "elm")):
        ledger.cases.add_sighting(sighting)
    assert ledger.cases.sightings("oak", NOW) == [one(NOW), one(SOON)]
