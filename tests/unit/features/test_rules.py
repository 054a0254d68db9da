"""/rules: the code of conduct, quietly."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from orchard_bot.chat.intents import HideCommand
from orchard_bot.community.code_of_conduct import Topic

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage


def test_the_card_says_which_edition_it_is_and_where_the_whole_policy_is(stage: Stage) -> None:
    stage.command("/rules")
    [card] = stage.told(stage.anna)
    code = stage.house.code
    assert code.card.strip() in card
    assert "version 0.1, March 2024, draft" in card
    assert code.full_policy in card


def test_every_topic_can_be_chosen_and_shows_all_its_clauses(stage: Stage) -> None:
    code = stage.house.code
    stage.command("/rules")
    assert stage.labels(stage.anna) == [topic.title for topic in code.topics]
    for topic in code.topics:
        stage.choose(topic.title)
        shown = stage.told(stage.anna)[-1]
        assert all(clause.text in shown for clause in code.clauses_in(topic.id))
        assert code.label in shown


def test_from_a_topic_one_gets_back_to_the_card(stage: Stage) -> None:
    stage.command("/rules kindness")
    stage.choose("Other topics")
    assert stage.house.code.card.strip() in stage.told(stage.anna)[-1]


@pytest.mark.parametrize("name", ["on-topic", "What belongs in the chat", "what belongs", " ON-TOPIC "])
def test_a_topic_is_found_by_its_id_or_the_beginning_of_its_title(stage: Stage, name: str) -> None:
    stage.command(f"/rules {name}")
    assert stage.told(stage.anna)[-1].startswith("What belongs in the chat")


def test_a_topic_that_is_not_there_is_answered_with_those_that_are(stage: Stage) -> None:
    stage.command("/rules parking")
    assert stage.labels(stage.anna) == [topic.title for topic in stage.house.code.topics]
    assert "don't know that topic" in stage.told(stage.anna)[-1]


def test_in_a_group_the_command_is_hidden_and_answered_in_private(stage: Stage) -> None:
    hidden, told = stage.command("/rules", private=False)
    assert isinstance(hidden, HideCommand)
    assert stage.said() == []
    assert stage.outcome(told, delivered=True) == []


def test_the_card_goes_into_the_group_when_the_person_cannot_be_written_to(stage: Stage) -> None:
    _, told = stage.command("/rules privacy", private=False)
    stage.outcome(told, waiting=True)
    [said] = stage.said()
    assert stage.house.code.card.strip() in said
    assert stage.house.code.label in said


def test_the_group_gets_the_card_once_an_hour_at_most(stage: Stage) -> None:
    for minutes, said in [(0, 1), (30, 1), (29, 1), (1, 2)]:
        stage.due(timedelta(minutes=minutes))
        _, told = stage.command("/rules", private=False)
        stage.outcome(told)
        assert len(stage.said()) == said


def test_an_answer_given_up_weeks_later_is_not_said_in_the_group(stage: Stage) -> None:
    _, told = stage.command("/rules", private=False)
    stage.due(timedelta(days=30))
    assert stage.outcome(told) == []


def test_nothing_is_said_in_a_group_that_is_no_longer_ours(stage: Stage) -> None:
    _, told = stage.command("/rules", private=False)
    del stage.house.communities["3b"]
    assert stage.outcome(told) == []


def test_many_topics_come_on_several_lists(stage: Stage) -> None:
    topics = tuple(Topic(f"topic-{number}", f"Topic {number}") for number in range(12))
    stage.house.code = msgspec.structs.replace(stage.house.code, topics=topics)
    stage.command("/rules")
    assert stage.labels(stage.anna) == [*(f"Topic {number}" for number in range(8)), "More topics"]
    stage.choose("More topics")
    assert stage.labels(stage.anna) == ["Topic 8", "Topic 9", "Topic 10", "Topic 11"]


def test_a_topic_that_a_new_edition_dropped_leads_back_to_the_card(stage: Stage) -> None:
    stage.command("/rules")
    stage.house.code = msgspec.structs.replace(stage.house.code, topics=stage.house.code.topics[1:])
    stage.choose("Being kind to each other")
    assert stage.house.code.card.strip() in stage.told(stage.anna)[-1]
