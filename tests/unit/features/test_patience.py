"""Moderators hear of a case at an hour that suits, and again when nobody answers."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

import pytest

from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.community import Moderator
from orchard_bot.testing.builders import a_message

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

CARL = PersonRef("sandbox", "carl")
NIGHT = timedelta(hours=3)
"""From half past seven in the evening to half past ten."""
UNTIL_MORNING = timedelta(hours=9)


def reported(stage: Stage, guideline: str = "Not sure") -> None:
    stage.report(a_message("Mind your own business", author=CARL, author_name="Carl"))
    stage.deliver()
    stage.choose("Tell the moderators, in confidence")
    for _ in range(4):
        if guideline not in stage.labels(stage.anna):
            stage.choose("More …")
    stage.choose(guideline)
    stage.deliver()


def unsafe(stage: Stage) -> str:
    return next(clause.title for clause in stage.house.code.reportable() if clause.safety)


def cases_told(stage: Stage, person: PersonRef) -> list[str]:
    return [text for text in stage.told(person) if "Case 1" in text]


def test_at_night_a_case_waits_for_the_morning(stage: Stage) -> None:
    stage.due(NIGHT)
    reported(stage)
    assert cases_told(stage, stage.mia) == cases_told(stage, stage.omar) == []
    assert "As soon as it has reached one of them" in stage.told(stage.anna)[-1]
    stage.due(UNTIL_MORNING)
    assert len(cases_told(stage, stage.mia)) == len(cases_told(stage, stage.omar)) == 1


def test_at_night_a_risk_to_somebody_is_told_at_once(stage: Stage) -> None:
    stage.due(NIGHT)
    reported(stage, unsafe(stage))
    assert len(cases_told(stage, stage.mia)) == len(cases_told(stage, stage.omar)) == 1
    stage.due(UNTIL_MORNING)
    assert len(cases_told(stage, stage.mia)) == 1


def test_at_night_whoever_is_on_call_hears_alone_and_the_others_in_the_morning(stage: Stage) -> None:
    stage.set(moderators=(Moderator(stage.mia, "Mia"), Moderator(stage.omar, "Omar", on_call=True)))
    stage.due(NIGHT)
    reported(stage, unsafe(stage))
    assert (len(cases_told(stage, stage.mia)), len(cases_told(stage, stage.omar))) == (0, 1)
    stage.due(UNTIL_MORNING)
    assert (len(cases_told(stage, stage.mia)), len(cases_told(stage, stage.omar))) == (1, 1)


def test_cases_may_come_all_at_one_hour_of_the_day(stage: Stage) -> None:
    stage.set(alerts_at=time(20))
    reported(stage)
    assert cases_told(stage, stage.mia) == []
    stage.due(timedelta(minutes=30))
    assert len(cases_told(stage, stage.mia)) == 1


def test_a_risk_to_somebody_does_not_wait_for_that_hour(stage: Stage) -> None:
    stage.set(alerts_at=time(20))
    reported(stage, unsafe(stage))
    assert len(cases_told(stage, stage.mia)) == 1


def test_what_may_be_hard_to_read_is_shown_when_it_is_chosen(stage: Stage) -> None:
    reported(stage, unsafe(stage))
    assert "Mind your own business" not in stage.told(stage.mia)[-1]
    stage.choose("Show the words", stage.mia)
    assert "Mind your own business" in stage.told(stage.mia)[-1]


def test_who_may_not_see_a_case_does_not_read_its_words(stage: Stage) -> None:
    reported(stage, unsafe(stage))
    stage.books.cases.add_conflict("3b/1", stage.mia)
    stage.choose("Show the words", stage.mia)
    assert "no such case" in stage.told(stage.mia)[-1]


def test_a_case_decided_in_the_night_is_not_told_in_the_morning(stage: Stage) -> None:
    stage.due(NIGHT)
    reported(stage)
    stage.command("/case 1", by=stage.omar)
    stage.choose("It's fine: dismiss", stage.omar)
    stage.due(UNTIL_MORNING)
    assert cases_told(stage, stage.mia) == []


def test_who_looks_at_a_case_in_the_night_wakes_nobody(stage: Stage) -> None:
    stage.due(NIGHT)
    reported(stage)
    stage.command("/case 1", by=stage.omar)
    stage.choose("I'll look at it", stage.omar)
    assert cases_told(stage, stage.mia) == []


def test_a_case_that_waits_is_brought_up_again_and_then_it_is_somebodys_turn(stage: Stage) -> None:
    reported(stage)
    stage.due(timedelta(hours=24))
    assert "has been waiting for a day" in stage.told(stage.mia)[-1]
    assert "has been waiting for a day" in stage.told(stage.omar)[-1]
    turns = []
    for days in (2, 3):
        stage.due(timedelta(hours=24))
        mine = {who: "it is your turn" in stage.told(who)[-1] for who in (stage.mia, stage.omar)}
        assert sum(mine.values()) == 1
        assert all(f"for {days} days" in stage.told(who)[-1] for who in mine)
        turns.append(mine)
    assert turns[0] != turns[1]
    stage.choose("Case 1 in Class 3B", stage.mia)
    assert "Mind your own business" in stage.told(stage.mia)[-1]


def test_after_a_week_nobody_is_asked_any_more(stage: Stage) -> None:
    reported(stage)
    for _ in range(9):
        stage.due(timedelta(hours=24))
    assert sum("waiting for" in text for text in stage.told(stage.mia)) == 7


def test_a_decided_case_is_not_brought_up(stage: Stage) -> None:
    reported(stage)
    stage.choose("It's fine: dismiss", stage.mia)
    before = len(stage.told(stage.omar))
    stage.due(timedelta(hours=24))
    assert len(stage.told(stage.omar)) == before


def test_nobody_is_reminded_at_night(stage: Stage) -> None:
    reported(stage)
    before = len(stage.told(stage.mia))
    stage.due(timedelta(hours=27))
    assert len(stage.told(stage.mia)) == before
    stage.due(UNTIL_MORNING)
    assert "has been waiting for a day" in stage.told(stage.mia)[-1]


@pytest.mark.parametrize("kind", ["alerts.morning", "alerts.unanswered"])
def test_a_case_that_is_gone_is_let_go(stage: Stage, kind: str) -> None:
    before = len(stage.intents)
    stage.timer(kind, subject="3b/7", data={"times": 0})
    assert len(stage.intents) == before
