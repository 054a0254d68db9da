"""Nobody skips a step, like is treated alike, and every decision can be looked at again by somebody else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from orchard_bot.chat.intents import Restrict
from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.case import Case, CaseState
from orchard_bot.community.community import Moderator
from orchard_bot.storage.tables import audit
from orchard_bot.testing.builders import a_message

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

CARL = PersonRef("sandbox", "carl")
SURE = {"Mute for a day": "Yes, mute for a day", "Remove from group": "Yes, remove from the group"}


def reported(
    stage: Stage, text: str = "Mind your own business", guideline: str = "Not sure", by: PersonRef | None = None
) -> None:
    who = by or stage.anna
    stage.report(a_message(text, author=CARL, author_name="Carl"), by=who)
    stage.deliver()
    stage.choose("Tell the moderators, in confidence", who)
    for _ in range(4):
        if guideline not in stage.labels(who):
            stage.choose("More …", who)
    stage.choose(guideline, who)
    stage.deliver()


def decides(stage: Stage, verdict: str, who: PersonRef | None = None) -> None:
    by = who or stage.mia
    stage.choose(verdict, by)
    if verdict in SURE:
        stage.choose(SURE[verdict], by)
    stage.deliver()


def case(stage: Stage, number: int = 1) -> Case:
    found = stage.books.cases.get("3b", number)
    assert found is not None
    return found


def noted(stage: Stage) -> list[str]:
    acts = select(audit.c.act).where(audit.c.act.startswith("mute-"))
    return list(stage.books.connection.execute(acts).scalars())


def verdicts(stage: Stage) -> list[str]:
    steps = ("Kind note", "Warning", "Mute for a day", "Remove from group")
    return [label for label in stage.labels(stage.mia) if label in steps]


def test_a_first_time_is_answered_by_a_kind_note_at_most(stage: Stage) -> None:
    stage.set(step_by_step=True)
    reported(stage)
    assert verdicts(stage) == ["Kind note"]


def test_each_step_opens_the_next(stage: Stage) -> None:
    stage.set(step_by_step=True)
    for number, verdict in enumerate(("Kind note", "Warning", "Mute for a day", "Remove from group"), start=1):
        reported(stage, f"Once more, {number}")
        assert verdicts(stage)[-1] == verdict
        decides(stage, verdict)
        assert case(stage, number).state is CaseState.DECIDED


def test_steps_fade(stage: Stage) -> None:
    stage.set(step_by_step=True)
    reported(stage)
    decides(stage, "Kind note")
    stage.due(timedelta(days=181))
    reported(stage, "And again")
    assert verdicts(stage) == ["Kind note"]


def test_a_risk_to_somebody_is_no_matter_of_steps(stage: Stage) -> None:
    stage.set(step_by_step=True)
    reported(stage, guideline=next(clause.title for clause in stage.house.code.reportable() if clause.safety))
    assert verdicts(stage)[-1] == "Remove from group"


def test_a_step_too_far_that_was_offered_before_is_refused(stage: Stage) -> None:
    reported(stage)
    stage.set(step_by_step=True)
    stage.choose("Mute for a day", stage.mia)
    assert "a step too far" in stage.told(stage.mia)[-1]
    assert case(stage).decision is None


def test_how_similar_cases_were_decided_stands_beside_the_choices(stage: Stage) -> None:
    guideline = next(clause.title for clause in stage.house.code.reportable() if not clause.safety)
    reported(stage, "One", guideline)
    assert "Similar cases" not in stage.told(stage.mia)[-1]
    decides(stage, "Kind note")
    reported(stage, "Two", guideline, by=stage.ben)
    assert "Similar cases lately: a kind note to the poster (14 Jan)." in stage.told(stage.mia)[-1]


def test_a_similar_case_that_concerns_the_reader_is_not_counted(stage: Stage) -> None:
    guideline = next(clause.title for clause in stage.house.code.reportable() if not clause.safety)
    reported(stage, "One", guideline, by=stage.omar)
    decides(stage, "Kind note")
    reported(stage, "Two", guideline)
    assert "Similar cases" in stage.told(stage.mia)[-1]
    assert "Similar cases" not in stage.told(stage.omar)[-1]


def test_a_decision_taken_back_leaves_nothing_behind(stage: Stage) -> None:
    stage.set(step_by_step=True)
    reported(stage)
    decides(stage, "Kind note")
    stage.choose("Take it back", stage.mia)
    stage.deliver()
    assert case(stage).state is CaseState.OPEN
    assert "taken back" in stage.told(CARL)[-1]
    assert any(
        "It's fine: dismiss" in [c.label for c in one.choices] for one in stage.intents[-6:] if hasattr(one, "choices")
    )
    decides(stage, "It's fine: dismiss")
    reported(stage, "And again")
    assert verdicts(stage) == ["Kind note"]


def test_a_mute_that_is_taken_back_ends(stage: Stage) -> None:
    reported(stage)
    decides(stage, "Mute for a day")
    stage.choose("Take it back", stage.mia)
    acts = [one for one in stage.intents if isinstance(one, Restrict)]
    assert [one.until for one in acts] == [stage.now + timedelta(hours=24), None]
    assert acts[-1].mandate.moderator == stage.mia
    stage.deliver()
    assert noted(stage) == ["mute-lifted"]


def test_where_the_bot_cannot_end_a_mute_that_is_noted(stage: Stage) -> None:
    reported(stage)
    decides(stage, "Mute for a day")
    stage.choose("Take it back", stage.mia)
    act = next(one for one in reversed(stage.intents) if isinstance(one, Restrict))
    stage.outcome(act, why="The bot is no admin here.")
    assert noted(stage) == ["mute-not-lifted"]


def test_somebody_whose_removal_is_taken_back_is_invited_again(stage: Stage) -> None:
    reported(stage)
    decides(stage, "Remove from group")
    stage.choose("Take it back", stage.mia)
    assert "will invite you again" in stage.told(CARL)[-1]
    assert any("please send an invitation" in text for text in stage.told(stage.omar))


def test_a_dismissal_that_is_taken_back_is_not_told_to_the_poster(stage: Stage) -> None:
    reported(stage)
    decides(stage, "It's fine: dismiss")
    stage.choose("Take it back", stage.mia)
    assert stage.told(CARL) == []


def test_only_whoever_decided_takes_it_back(stage: Stage) -> None:
    reported(stage)
    decides(stage, "Kind note")
    offer = stage.offer("Take it back", stage.mia)
    stage.set(moderators=(Moderator(stage.omar, "Omar"),))
    stage.choose("Take it back", stage.mia)
    assert case(stage).state is CaseState.DECIDED
    stage.set(moderators=(Moderator(stage.mia, "Mia"), Moderator(stage.omar, "Omar")))
    stage.books.offers.add([offer])
    stage.choose("Take it back", stage.mia)
    decides(stage, "Kind note", stage.omar)
    stage.books.offers.add([offer])
    stage.choose("Take it back", stage.mia)
    assert "Only whoever decided this" in stage.told(stage.mia)[-1]


def test_words_that_are_forgotten_stay_so_when_a_decision_is_taken_back(stage: Stage) -> None:
    reported(stage)
    decides(stage, "Kind note")
    stage.books.cases.save(case(stage).forgotten())
    stage.choose("Take it back", stage.mia)
    assert (case(stage).evidence, case(stage).evidence_until) == ("", None)


def test_a_poster_may_ask_another_moderator_and_never_the_one_who_decided(stage: Stage) -> None:
    reported(stage)
    decides(stage, "Delete")
    stage.choose("Ask another moderator", CARL)
    assert "I've asked Omar" in stage.told(CARL)[-1]
    assert "asks for a second look" in stage.told(stage.omar)[-1]
    assert not any("second look" in text for text in stage.told(stage.mia))


def test_an_appeal_may_leave_things_as_they_are(stage: Stage) -> None:
    reported(stage)
    decides(stage, "Delete")
    stage.choose("Ask another moderator", CARL)
    stage.choose("It stands", stage.omar)
    assert "leaves it as it is" in stage.told(CARL)[-1]
    assert "Omar leaves your decision as it is" in stage.told(stage.mia)[-1]
    assert case(stage).state is CaseState.DECIDED


def test_an_appeal_may_take_the_decision_back(stage: Stage) -> None:
    reported(stage)
    decides(stage, "Mute for a day")
    stage.choose("Ask another moderator", CARL)
    stage.choose("Take it back for them", stage.omar)
    assert "has been taken back" in stage.told(CARL)[-1]
    assert any("Omar has taken the decision back" in text for text in stage.told(stage.mia))
    assert case(stage).state is CaseState.OPEN
    last = [one for one in stage.intents if isinstance(one, Restrict)][-1]
    assert (last.until, last.mandate.moderator) == (None, stage.omar)


def test_an_appeal_is_judged_once(stage: Stage) -> None:
    reported(stage)
    decides(stage, "Delete")
    again = stage.offer("Ask another moderator", CARL)
    stage.choose("Ask another moderator", CARL)
    stage.books.offers.add([again])
    stage.choose("Ask another moderator", CARL)
    assert "you have asked already" in stage.told(CARL)[-1]
    stands, back = stage.offer("It stands", stage.omar), stage.offer("Take it back for them", stage.omar)
    stage.choose("Take it back for them", stage.omar)
    for offer, label in ((stands, "It stands"), (back, "Take it back for them")):
        stage.books.offers.add([offer])
        stage.choose(label, stage.omar)
        assert "looked at again already" in stage.told(stage.omar)[-1]


def test_where_nobody_else_is_there_the_poster_is_told_so(stage: Stage) -> None:
    reported(stage)
    stage.set(moderators=(Moderator(stage.mia, "Mia"),))
    decides(stage, "Delete")
    stage.choose("Ask another moderator", CARL)
    assert "no other moderator" in stage.told(CARL)[-1]
    assert case(stage).appealed_at is None


def test_whoever_decided_meanwhile_does_not_judge(stage: Stage) -> None:
    reported(stage)
    decides(stage, "Delete")
    stage.choose("Ask another moderator", CARL)
    stage.choose("Take it back", stage.mia)
    decides(stage, "Delete", stage.omar)
    stage.choose("It stands", stage.omar)
    assert "You decided this yourself" in stage.told(stage.omar)[-1]


@pytest.mark.parametrize("label", ["It stands", "Take it back for them", "Take it back"])
def test_who_is_no_moderator_any_more_judges_nothing(stage: Stage, label: str) -> None:
    reported(stage)
    decides(stage, "Delete")
    stage.choose("Ask another moderator", CARL)
    who = stage.mia if label == "Take it back" else stage.omar
    stage.set(moderators=(Moderator(stage.anna, "Anna"),))
    stage.choose(label, who)
    assert case(stage).state is CaseState.DECIDED
    assert "not on their list" in stage.told(who)[-1]


def test_a_decider_who_has_left_is_not_written_to(stage: Stage) -> None:
    reported(stage)
    decides(stage, "Delete")
    stage.choose("Ask another moderator", CARL)
    stage.set(moderators=(Moderator(stage.omar, "Omar"),))
    before = len(stage.told(stage.mia))
    stage.choose("It stands", stage.omar)
    assert len(stage.told(stage.mia)) == before
    assert "leaves it as it is" in stage.told(CARL)[-1]


def test_nobody_is_told_where_nobody_stands_behind_a_message(stage: Stage) -> None:
    stage.set(step_by_step=True)
    message = a_message("Cheap loans", author=CARL, author_name="Loans")
    stage.report(message, impersonal=True)
    stage.deliver()
    stage.choose("Tell the moderators, in confidence")
    stage.choose("Not sure")
    stage.deliver()
    decides(stage, "Delete")
    stage.choose("Take it back", stage.mia)
    assert stage.told(CARL) == []
    assert case(stage).state is CaseState.OPEN


def test_word_of_a_case_that_is_gone_is_let_go(stage: Stage) -> None:
    reported(stage)
    decides(stage, "Mute for a day")
    stage.choose("Take it back", stage.mia)
    act = next(one for one in reversed(stage.intents) if isinstance(one, Restrict))
    stage.outcome(replace(act, subject="3b/9"))
    assert noted(stage) == []


def test_where_the_message_is_in_a_newer_case_the_older_one_ends(stage: Stage) -> None:
    message = a_message("Mind your own business", author=CARL, author_name="Carl")
    for who in (stage.anna, stage.ben):
        stage.report(message, by=who)
        stage.deliver()
        stage.choose("Tell the moderators, in confidence", who)
        stage.choose("Not sure", who)
        stage.deliver()
        if who == stage.anna:
            decides(stage, "Kind note")
    assert case(stage, 2).state is CaseState.OPEN
    stage.choose("Take it back", stage.mia)
    assert (case(stage).state, case(stage).decision) == (CaseState.SETTLED, None)
    assert case(stage, 2).state is CaseState.OPEN
