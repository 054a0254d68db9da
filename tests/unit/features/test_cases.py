"""/cases, /case and claims: two moderators never act at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from orchard_bot.chat.intents import HideCommand
from orchard_bot.features.house import House
from orchard_bot.testing.builders import a_message, a_person
from orchard_bot.testing.profiles import SIGNAL

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage


def opened(stage: Stage, count: int = 1) -> None:
    for number in range(count):
        stage.report(a_message(f"Unkind words {number}", author=a_person("carl"), author_name="Carl"))
        stage.choose("Tell the moderators, in confidence")
        stage.choose("Not sure")


def test_the_list_shows_what_waits_with_its_age_oldest_first(stage: Stage) -> None:
    opened(stage)
    stage.now += timedelta(hours=5)
    opened(stage)
    stage.now += timedelta(hours=50)
    opened(stage)
    stage.command("/cases", by=stage.mia)
    lines = stage.told(stage.mia)[-1].splitlines()
    assert lines[0] == "Waiting for you moderators: 3"
    assert [line.rpartition("(")[2] for line in lines[1:]] == ["2 days)", "2 days)", "within the hour)"]
    stage.choose("Case 3 in Class 3B", stage.mia)
    assert "Unkind words 0" in stage.told(stage.mia)[-1]


def test_a_long_list_shows_nine_and_counts_the_rest(stage: Stage) -> None:
    opened(stage, 11)
    stage.now += timedelta(hours=7)
    stage.command("/cases", by=stage.mia)
    assert "7 h" in stage.told(stage.mia)[-1]
    assert "and 2 more" in stage.told(stage.mia)[-1]
    assert len(stage.labels(stage.mia)) == 9


def test_in_the_group_the_command_is_hidden_and_the_answer_private(stage: Stage) -> None:
    hidden, _ = stage.command("/cases", by=stage.mia, private=False)
    assert isinstance(hidden, HideCommand)
    assert stage.said() == []


def test_names_never_authorise(stage: Stage) -> None:
    opened(stage)
    for typed in ("/cases", "/case 1"):
        stage.command(typed, by=stage.ben)
        assert "not on their list" in stage.told(stage.ben)[-1]


@pytest.mark.parametrize("typed", ["/case", "/case three", "/case -1", "/case ²"])
def test_a_case_is_asked_for_by_its_number(stage: Stage, typed: str) -> None:
    stage.command(typed, by=stage.mia)
    assert "/case and its number" in stage.told(stage.mia)[-1]


@pytest.mark.parametrize("typed", ["/case 7", "/case 99999999999999999999", "/case 0"])
def test_a_case_that_is_not_there_is_said_not_to_be(stage: Stage, typed: str) -> None:
    opened(stage)
    stage.command(typed, by=stage.mia)
    assert "no such case" in stage.told(stage.mia)[-1]


def test_a_decided_case_can_still_be_read_and_has_no_options(stage: Stage) -> None:
    opened(stage)
    stage.choose("It's fine: dismiss", stage.mia)
    stage.command("/case #1", by=stage.omar)
    assert "is decided: all is well (Mia" in stage.told(stage.omar)[-1]
    assert stage.labels(stage.omar) == []


def test_a_claim_keeps_the_others_from_deciding_for_half_an_hour(stage: Stage) -> None:
    opened(stage)
    stage.choose("I'll look at it", stage.mia)
    stage.choose("Delete", stage.omar)
    assert "Mia is looking at this one until" in stage.told(stage.omar)[-1]
    stage.command("/cases", by=stage.omar)
    assert "Mia is looking" in stage.told(stage.omar)[-1]
    stage.now += timedelta(minutes=31)
    stage.choose("It's fine: dismiss", stage.omar)
    assert stage.books.cases.waiting("3b") == []


def test_a_claim_can_be_given_back(stage: Stage) -> None:
    opened(stage)
    stage.choose("I'll look at it", stage.mia)
    stage.choose("Give it back", stage.mia)
    stage.choose("It's fine: dismiss", stage.omar)
    assert stage.books.cases.waiting("3b") == []


def test_giving_back_what_has_run_out_is_fine(stage: Stage) -> None:
    opened(stage)
    stage.choose("I'll look at it", stage.mia)
    stage.now += timedelta(minutes=31)
    stage.choose("Give it back", stage.mia)
    assert "free for anybody again" in stage.told(stage.mia)[-1]


def test_giving_back_what_somebody_else_has_by_now_does_not_take_it_from_them(stage: Stage) -> None:
    opened(stage)
    stage.choose("I'll look at it", stage.mia)
    stage.now += timedelta(minutes=31)
    stage.choose("I'll look at it", stage.omar)
    stage.choose("Give it back", stage.mia)
    [case] = stage.books.cases.waiting("3b")
    assert case.holder(stage.now) == stage.omar


def test_a_claim_of_what_has_been_decided_changes_nothing(stage: Stage) -> None:
    opened(stage)
    stage.command("/case 1", by=stage.omar)
    stage.choose("It's fine: dismiss", stage.mia)
    stage.choose("I'll look at it", stage.omar)
    assert "is decided" in stage.told(stage.omar)[-1]


def test_a_moderator_hears_when_the_original_disappears(stage: Stage) -> None:
    abilities = replace(SIGNAL.abilities, disappear_after=timedelta(days=1))
    stage.house.learn(stage.community.chat, abilities)
    stage.report(a_message("Some words", author=stage.ben, at=stage.now))
    stage.choose("Tell the moderators, in confidence")
    stage.choose("Not sure")
    assert "the original goes on Thursday 15 January 2026, 19:30" in stage.told(stage.omar)[-1]
    stage.now += timedelta(days=1)
    stage.command("/case 1", stage.omar)
    assert "the original has gone by now" in stage.told(stage.omar)[-1]


def test_a_case_bears_its_group_only_where_a_moderator_looks_after_several(stage: Stage) -> None:
    stage.report(a_message("Some words", author=stage.ben, at=stage.now))
    stage.choose("Tell the moderators, in confidence")
    stage.choose("Not sure")
    assert stage.told(stage.omar)[-1].startswith("Case 1 in Class 3B:"), "Mia looks after two groups"
    stage.house = House([stage.community], stage.house.code, stage.house.words)
    stage.command("/case 1", stage.omar)
    assert stage.told(stage.omar)[-1].startswith("Case 1: ")
