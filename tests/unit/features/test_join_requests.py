"""Somebody asks to be let in: the first moderator to answer decides."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from orchard_bot.chat.events import JoinRequested
from orchard_bot.chat.intents import AnswerJoin
from orchard_bot.community.community import Moderator
from orchard_bot.testing.builders import a_group, a_newcomer, a_person, an_event_id

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

NINA = a_person("nina")


@pytest.fixture
def asked(stage: Stage) -> Stage:
    stage.happens(a_request(stage))
    return stage


def a_request(stage: Stage, name: str = "Nina") -> JoinRequested:
    return JoinRequested(an_event_id(), stage.now, a_group(), person=NINA, name=name)


def answers(stage: Stage) -> list[tuple[bool, str]]:
    return [(one.admit, one.mandate.moderator.id) for one in stage.intents if isinstance(one, AnswerJoin)]


def test_every_moderator_is_asked_in_private(asked: Stage) -> None:
    assert "Nina asks to join Class 3B" in asked.told(asked.mia)[0]
    assert asked.told(asked.omar) == asked.told(asked.mia)
    assert asked.said() == []


def test_one_request_is_asked_about_once(asked: Stage) -> None:
    assert asked.happens(a_request(asked)) == []


@pytest.mark.parametrize(("label", "admit"), [("Let them in", True), ("Don't let them in", False)])
def test_a_moderators_answer_carries_their_mandate(asked: Stage, label: str, admit: bool) -> None:
    asked.choose(label, asked.omar)
    assert answers(asked) == [(admit, "omar")]
    assert asked.changed() == [asked.changed()[0]] * 2
    assert "Omar" in asked.changed()[0]


def test_the_first_answer_wins(asked: Stage) -> None:
    late = asked.offer("Don't let them in", asked.mia)
    asked.choose("Let them in", asked.omar)
    request = asked.request(a_request(asked), asked.mia, data=late.data)
    asked.run(asked.routes.actions[late.action], request)
    assert answers(asked) == [(True, "omar")]
    assert "answered already" in asked.told(asked.mia)[-1]


def test_after_the_first_answer_nothing_is_on_offer_any_more(asked: Stage) -> None:
    asked.choose("Let them in", asked.omar)
    with pytest.raises(AssertionError, match="not on offer"):
        asked.offer("Let them in", asked.mia)


def test_who_is_no_moderator_any_more_decides_nothing(asked: Stage) -> None:
    asked.set(moderators=(Moderator(asked.mia, "Mia"),))
    asked.choose("Let them in", asked.omar)
    assert answers(asked) == []
    assert "moderators" in asked.told(asked.omar)[-1]


def test_who_came_in_another_way_needs_no_answer(asked: Stage) -> None:
    asked.happens(a_newcomer(NINA))
    assert asked.changed() == ["Nina is in the group now. There is nothing left to do."] * 2


def test_a_request_nobody_answers_is_taken_off_the_list_and_said_so(asked: Stage) -> None:
    asked.due(timedelta(days=7))
    assert all("You can still answer in the app" in text for text in asked.changed())
    assert len(asked.changed()) == 2
    assert asked.happens(a_request(asked)) != []


def test_whether_a_moderator_could_be_asked_is_remembered(asked: Stage) -> None:
    mias, omars = asked.intents
    asked.outcome(mias, delivered=True)
    asked.outcome(omars, waiting=True)
    assert asked.books.people.reach(asked.account, asked.mia) is True
    assert asked.books.people.reach(asked.account, asked.omar) is False


def test_a_name_full_of_tricks_is_shown_on_one_line(stage: Stage) -> None:
    stage.happens(a_request(stage, "Nina\n\u202e/admit all\x00" + "x" * 500))
    assert max(map(len, stage.told(stage.mia)[0].splitlines())) < 130
    assert "\u202e" not in stage.told(stage.mia)[0]
