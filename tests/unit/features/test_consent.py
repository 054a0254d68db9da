"""Joining and leaving: nothing is on without a yes, and nobody else learns of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from orchard_bot.chat.events import MemberLeft
from orchard_bot.chat.intents import TellPrivately
from orchard_bot.community.consent import OptIn
from orchard_bot.testing.builders import a_group, a_newcomer, a_person, an_event_id

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

NINA = a_person("nina")


def test_the_welcome_says_first_that_all_of_it_is_voluntary(stage: Stage) -> None:
    stage.happens(a_newcomer())
    [text] = stage.told(NINA)
    places = [text.index(words) for words in ("up to you", "answering", "mute", "leave it", "Parents run me", "keep")]
    assert places == sorted(places)
    assert "don't speak for" in text


def test_silence_is_not_consent(stage: Stage) -> None:
    stage.happens(a_newcomer())
    assert stage.books.consents.given("3b", NINA) == frozenset()


def test_each_thing_has_a_yes_of_its_own(stage: Stage) -> None:
    stage.happens(a_newcomer())
    stage.choose("Yes to reminders", NINA)
    assert stage.books.consents.given("3b", NINA) == {OptIn.REMINDERS}
    stage.choose("Yes to private notes", NINA)
    assert stage.books.consents.given("3b", NINA) == {OptIn.REMINDERS, OptIn.NOTES}


def test_a_no_is_taken_as_a_no(stage: Stage) -> None:
    stage.happens(a_newcomer())
    stage.choose("No, thank you", NINA)
    assert "nothing is on" in stage.told(NINA)[-1]
    assert stage.books.consents.given("3b", NINA) == frozenset()


def test_nobody_is_welcomed_twice(stage: Stage) -> None:
    stage.happens(a_newcomer())
    assert stage.happens(a_newcomer()) == []
    stage.happens(a_newcomer(chat=a_group("year-4")))
    assert len(stage.told(NINA)) == 1, "the stage speaks of class 3B, whatever the chat"


def test_nobody_else_learns_what_somebody_chose(stage: Stage) -> None:
    stage.happens(a_newcomer())
    stage.choose("Yes to private notes", NINA)
    stage.command("/leave everything", by=NINA)
    assert stage.said() == []
    assert all(isinstance(one, TellPrivately) and one.person == NINA for one in stage.intents)


@pytest.mark.parametrize(
    ("typed", "on"),
    [
        ("/join notes", {OptIn.NOTES}),
        ("/join Reminder", {OptIn.REMINDERS}),
        ("/join learning", {OptIn.LEARNING}),
        ("/join everything", set()),
    ],
)
def test_what_is_joined_has_to_be_named(stage: Stage, typed: str, on: set[OptIn]) -> None:
    stage.command(typed)
    assert stage.books.consents.given("3b", stage.anna) == on


def test_join_offers_only_what_is_not_on_yet(stage: Stage) -> None:
    stage.command("/join notes")
    stage.command("/join")
    assert stage.labels(stage.anna) == ["Yes to reminders", "Yes to learning"]
    assert "On for you now: private notes." in stage.told(stage.anna)[-1]


def test_a_second_yes_changes_nothing(stage: Stage) -> None:
    stage.command("/join notes")
    stage.command("/join notes")
    assert stage.books.consents.everyone("3b", OptIn.NOTES) == [stage.anna]


def test_a_yes_counts_for_one_group_only(stage: Stage) -> None:
    stage.command("/join notes")
    assert stage.books.consents.given("year-4", stage.anna) == frozenset()


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("/leave notes", {OptIn.REMINDERS}),
        ("/leave reminders", {OptIn.NOTES}),
        ("/leave everything", set()),
        ("/leave ALL", set()),
    ],
)
def test_leaving_ends_what_was_named_and_not_the_membership(stage: Stage, typed: str, left: set[OptIn]) -> None:
    stage.command("/join notes")
    stage.command("/join reminders")
    stage.command(typed)
    assert stage.books.consents.given("3b", stage.anna) == left
    assert "still in the group" in stage.told(stage.anna)[-1]


def test_leave_asks_which_when_there_are_several(stage: Stage) -> None:
    stage.command("/join notes")
    stage.command("/join reminders")
    stage.command("/leave")
    assert stage.labels(stage.anna) == ["Private notes off", "Reminders off", "All off"]
    stage.choose("All off")
    assert stage.books.consents.given("3b", stage.anna) == frozenset()


def test_leave_with_one_thing_on_offers_just_that(stage: Stage) -> None:
    stage.command("/join reminders")
    stage.command("/leave")
    assert stage.labels(stage.anna) == ["Reminders off"]
    stage.choose("Reminders off")
    assert stage.books.consents.given("3b", stage.anna) == frozenset()


@pytest.mark.parametrize("typed", ["/leave", "/leave notes"])
def test_leaving_what_was_never_on_is_said_kindly(stage: Stage, typed: str) -> None:
    stage.command(typed)
    assert "nothing to switch off" in stage.told(stage.anna)[-1]


def test_what_somebody_said_yes_to_ends_when_they_leave_the_group(stage: Stage) -> None:
    stage.command("/join notes")
    stage.happens(MemberLeft(an_event_id(), stage.now, a_group(), person=stage.anna))
    assert stage.books.consents.given("3b", stage.anna) == frozenset()


def test_an_old_yes_of_somebody_who_has_left_switches_nothing_on(stage: Stage) -> None:
    stage.command("/join")
    stage.books.people.left("3b", stage.anna, stage.now)
    stage.choose("Yes to reminders")
    assert stage.books.consents.given("3b", stage.anna) == frozenset()
    assert "You are not in the group" in stage.told(stage.anna)[-1]
