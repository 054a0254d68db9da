"""The code of conduct answers what features ask of it."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from orchard_bot.community.code_of_conduct import (
    Clause,
    CodeOfConduct,
    Contact,
    DetectorSpec,
    Kind,
    Severity,
    Status,
    Tier,
    Topic,
    month_in_words,
)


def clause(id: str, kind: Kind = Kind.GUIDELINE, topic: str = "kindness", response: str = "") -> Clause:
    watched: tuple[str, ...] | str = (response,) if response else "human-only"
    given = {
        "id": id,
        "title": id,
        "topic": topic,
        "kind": kind,
        "text": "Be kind.",
        "note": "Please.",
        "response": watched,
    }
    return msgspec.convert(given, Clause)


CODE = CodeOfConduct(
    title="Ours",
    version="0.1",
    dated="2024-03",
    status=Status.DRAFT,
    review_due="2026-03",
    full_policy="Ask the office.",
    card="Be kind.",
    contacts=(Contact(id="teacher", name="The teacher", concern="Anything", how="Ask."),),
    topics=(Topic("kindness", "Kindness"), Topic("choice", "Your choice")),
    clauses=(
        clause("grievance"),
        clause("swearing", Kind.INAPPROPRIATE, response="swearing"),
        clause("voluntary", Kind.VOLUNTARY, "choice"),
        clause("ethos", Kind.EXPECTATION),
    ),
    detectors=(DetectorSpec(name="swearing", clause="swearing", note_at=0.5, alert_at=0.9),),
)


def test_the_label_says_which_edition_it_is() -> None:
    assert CODE.label == "version 0.1, March 2024, draft"
    assert month_in_words("2026-12") == "December 2026"


def test_things_are_found_by_their_ids_and_only_by_these() -> None:
    found = CODE.clause("swearing")
    assert found is not None
    assert found.watched_by == ("swearing",)
    assert CODE.clauses[0].watched_by == ()
    assert CODE.topic("choice") == CODE.topics[1]
    assert CODE.contact("teacher") == CODE.contacts[0]
    assert CODE.detector("swearing") == CODE.detectors[0]
    assert {CODE.clause("no"), CODE.topic("no"), CODE.contact("no"), CODE.detector("no")} == {None}


def test_a_topic_lists_its_clauses_in_the_order_of_the_file() -> None:
    assert [one.id for one in CODE.clauses_in("kindness")] == ["grievance", "swearing", "ethos"]
    assert CODE.clauses_in("nothing") == ()


def test_parents_can_report_what_a_message_can_go_against() -> None:
    assert [one.id for one in CODE.reportable()] == ["grievance", "swearing"]


@pytest.mark.parametrize(
    ("today", "overdue"),
    [(date(2026, 3, 31), False), (date(2026, 4, 1), True), (date(2025, 12, 1), False), (date(2027, 1, 1), True)],
)
def test_a_review_is_overdue_when_its_month_has_passed(today: date, overdue: bool) -> None:
    assert CODE.review_overdue(today) is overdue


@pytest.mark.parametrize(
    ("score", "tier"),
    [(0.0, Tier.NOTHING), (0.49, Tier.NOTHING), (0.5, Tier.NOTE), (0.9, Tier.ALERT), (1.0, Tier.ALERT)],
)
def test_a_score_asks_for_what_the_thresholds_say(score: float, tier: Tier) -> None:
    assert CODE.detectors[0].tier(score) is tier


def test_a_detector_may_only_note_or_only_alert() -> None:
    note = DetectorSpec(name="a", clause="a", note_at=0.5)
    alert = DetectorSpec(name="a", clause="a", alert_at=0.5)
    neither = DetectorSpec(name="a", clause="a")
    assert [one.tier(1.0) for one in (note, alert, neither)] == [Tier.NOTE, Tier.ALERT, Tier.NOTHING]
    assert [one.threshold for one in (note, alert, neither)] == [0.5, 0.5, None]


def test_a_detector_is_made_from_its_namesake_unless_it_says_otherwise() -> None:
    assert DetectorSpec(name="a", clause="a").made_from == "a"
    assert DetectorSpec(name="a", clause="a", uses="patterns").made_from == "patterns"


def test_a_clause_is_mild_and_about_no_danger_unless_it_says_otherwise() -> None:
    assert (CODE.clauses[0].severity, CODE.clauses[0].safety) == (Severity.MILD, False)
