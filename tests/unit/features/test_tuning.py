"""The watch learns from verdicts, without text, says what it has learnt, and forgets it on request."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from orchard_bot.community.code_of_conduct import DetectorSpec, Tier
from orchard_bot.community.community import Watch
from orchard_bot.community.decision import Verdict
from orchard_bot.detectors.observation import Observation
from orchard_bot.features.watching.tuning import ENOUGH, Lesson, learn, tuning_of
from orchard_bot.testing.builders import a_message, a_person

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

SPEC = DetectorSpec(name="slurs", clause="discrimination", queue_at=0.3, alert_at=0.7)
SLURS = Observation("discrimination", (0, 4), 0.9, "A word.", "slurs", "1")


def lessons(*verdicts: tuple[float, bool]) -> list[Lesson]:
    return [Lesson("slurs", score, upheld) for score, upheld in verdicts]


def test_a_few_verdicts_teach_nothing() -> None:
    learnt = learn("slurs", lessons(*[(0.8, False)] * (ENOUGH - 1)))
    assert (learnt.passes, learnt.queue_only) == (0.0, False)


def test_scores_that_are_always_found_fine_pass_and_higher_ones_do_not() -> None:
    learnt = learn("slurs", lessons(*[(0.5, False)] * 6, *[(0.9, True)] * 6))
    assert learnt.passes == 0.5
    assert not learnt.queue_only
    assert [learnt.tier(SPEC, score) for score in (0.4, 0.5, 0.6, 0.9)] == [
        Tier.NOTHING,
        Tier.NOTHING,
        Tier.QUEUE,
        Tier.ALERT,
    ]


def test_a_detector_that_is_mostly_wrong_calls_nobody_any_more() -> None:
    learnt = learn("slurs", lessons((0.75, True), (0.8, False), (0.85, True), (0.9, False), (0.95, False)))
    assert learnt.queue_only
    assert learnt.tier(SPEC, 0.96) is Tier.QUEUE
    assert learnt.tier(SPEC, 0.2) is Tier.NOTHING


def case_and_verdict(stage: Stage, verdict: Verdict, score: float = 0.9) -> None:
    message = a_message("unspeakable", author=a_person("carl"))
    stage.group(message, Observation("discrimination", (0, 4), score, "A word.", "slurs", "1"))
    case = stage.books.cases.about(message.message)
    assert case is not None
    stage.books.cases.save(case.decide(verdict, stage.mia, stage.now, frozenset()))
    stage.now += timedelta(minutes=5)


@pytest.fixture
def live(stage: Stage) -> Stage:
    stage.set(watch=Watch.LIVE)
    return stage


def test_what_moderators_keep_finding_fine_is_let_pass_explained_and_undone(live: Stage) -> None:
    live.command("/tuning", live.mia)
    assert "I haven't changed anything here yet" in live.told(live.mia)[-1]
    for _ in range(ENOUGH):
        case_and_verdict(live, Verdict.DISMISS)
    message = a_message("unspeakable", author=a_person("carl"))
    live.group(message, SLURS)
    assert live.books.cases.about(message.message) is None
    live.command("/tuning", live.mia)
    said = live.told(live.mia)[-1]
    assert f"You found {ENOUGH} of the last {ENOUGH} fine. What I am no surer of than 0.90 I now let pass" in said
    assert "unspeakable" not in said
    live.choose("Forget what you learnt", by=live.mia)
    assert live.told(live.mia)[-1].startswith("Forgotten.")
    live.group(message, SLURS)
    assert live.books.cases.about(message.message) is not None


def test_mixed_verdicts_lead_to_the_queue_and_are_explained(live: Stage) -> None:
    verdicts = (Verdict.NOTE, Verdict.DISMISS, Verdict.DISMISS, Verdict.DISMISS, Verdict.ASK)
    for number, verdict in enumerate(verdicts):
        case_and_verdict(live, verdict, 0.8 + number / 50)
    live.command("/tuning", live.mia)
    assert "You found 3 of the last 5 fine. I call nobody for these any more" in live.told(live.mia)[-1]


def test_where_low_scores_pass_the_rest_may_still_only_queue(live: Stage) -> None:
    for number in range(6):
        case_and_verdict(live, Verdict.ASK if number == 5 else Verdict.DISMISS, 0.8 + number / 50)
    live.command("/tuning", live.mia)
    assert "for the rest I call nobody" in live.told(live.mia)[-1]


def test_a_case_for_the_schools_route_teaches_nothing(live: Stage) -> None:
    for _ in range(ENOUGH):
        case_and_verdict(live, Verdict.SCHOOL)
    assert tuning_of_3b(live) == ()


def tuning_of_3b(stage: Stage) -> tuple[object, ...]:
    return tuning_of(stage._unit(), stage.community).learnt


def test_somebody_who_is_no_moderator_any_more_forgets_nothing(live: Stage) -> None:
    for _ in range(ENOUGH):
        case_and_verdict(live, Verdict.DISMISS)
    live.command("/tuning", live.mia)
    live.set(moderators=tuple(one for one in live.community.moderators if one.person != live.mia))
    live.choose("Forget what you learnt", by=live.mia)
    assert "not on their list" in live.told(live.mia)[-1]
    assert len(tuning_of_3b(live)) == 1


def test_a_clause_that_is_gone_is_called_by_its_detectors_name(live: Stage) -> None:
    for _ in range(ENOUGH):
        message = a_message("x", author=a_person("carl"))
        live.group(message, SLURS)
        case = live.books.cases.about(message.message)
        assert case is not None
        renamed = tuple(one.replace("slurs", "bygone") for one in case.remarks)
        decided = case.decide(Verdict.DISMISS, live.mia, live.now, frozenset())
        live.books.cases.save(replace(decided, remarks=renamed))
    live.command("/tuning", live.mia)
    assert "bygone (bygone)" in live.told(live.mia)[-1]
