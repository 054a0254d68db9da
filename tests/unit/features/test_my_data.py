"""/mydata and /forgetme, handler by handler."""

from __future__ import annotations

import json
from collections.abc import Sequence

import msgspec

from orchard_bot.chat.intents import TellPrivately
from orchard_bot.chat.refs import PersonRef
from orchard_bot.features.feature import Outcome
from orchard_bot.features.my_data import GONE, on_gone
from orchard_bot.testing.builders import a_message, a_person
from tests.unit.features.conftest import Stage


def asked(stage: Stage, command: str, by: PersonRef | None = None) -> list[str]:
    who = by or stage.anna
    before = len(stage.told(who))
    stage.command(command, who)
    return stage.told(who)[before:]


def test_a_stranger_of_whom_nothing_is_known_is_told_so(stage: Stage) -> None:
    assert asked(stage, "/mydata", a_person("zoe")) == ["I keep nothing about you."]


def test_five_of_a_kind_are_told_and_all_are_in_the_json(stage: Stage) -> None:
    for number in range(7):
        stage.command(f"/report unclear {number}")
    words, data = asked(stage, "/mydata")
    count = len(json.loads(data)["held"]["letters"])
    assert count > 5
    assert f"• and {count - 5} more, all in the JSON below" in words


def test_lists_are_told_with_commas(stage: Stage) -> None:
    message = a_message("You are all idiots", author=stage.ben)
    stage.report(message)
    stage.choose("Tell the moderators, in confidence")
    stage.choose("Not sure")
    case = stage.books.cases.about(message.message)
    assert case is not None
    stage.books.cases.save(
        msgspec.structs.replace(case.taken_back(stage.now), clauses=("kindness", "swearing"), safety=False)
    )
    words, _ = asked(stage, "/mydata", stage.ben)
    assert "clauses: kindness, swearing" in words


def test_one_is_asked_before_anything_is_erased(stage: Stage) -> None:
    stage.command("/join reminders")
    stage.command("/forgetme")
    assert stage.labels(stage.anna) == ["Yes, erase it", "No, keep it"]
    assert stage.books.consents.given("3b", stage.anna)
    stage.choose("No, keep it")
    assert stage.books.consents.given("3b", stage.anna)
    stage.command("/forgetme")
    stage.choose("Yes, erase it")
    assert not stage.books.consents.given("3b", stage.anna)


def test_a_report_that_waits_stays_with_its_date(stage: Stage) -> None:
    message = a_message("You are all idiots", author=stage.ben)
    stage.report(message)
    stage.choose("Tell the moderators, in confidence")
    stage.choose("Not sure")
    stage.command("/forgetme")
    stage.choose("Yes, erase it")
    assert "Your reports that still wait: 1." in stage.told(stage.anna)[-1]
    assert "by 14 April 2026 at the latest" in stage.told(stage.anna)[-1]


def last_word(stage: Stage) -> TellPrivately:
    stage.command("/forgetme")
    told: Sequence[object] = stage.choose("Yes, erase it")
    assert isinstance(told[-1], TellPrivately)
    assert told[-1].origin == GONE
    return told[-1]


def test_the_note_that_the_last_word_arrived_goes_too(stage: Stage) -> None:
    word = last_word(stage)
    stage.books.people.reachable(stage.account, stage.anna, True, stage.now)
    stage.outcome(word, delivered=True)
    assert stage.books.people.reach(stage.account, stage.anna) is None


def test_while_the_last_word_waits_for_them_nothing_more_is_erased(stage: Stage) -> None:
    word = last_word(stage)
    stage.books.people.reachable(stage.account, stage.anna, False, stage.now)
    stage.outcome(word, waiting=True)
    assert stage.books.people.reach(stage.account, stage.anna) is False


def test_an_outcome_without_a_person_erases_nothing(stage: Stage) -> None:
    unit = stage._unit()
    on_gone(Outcome(True, "k", "", stage.account, None), unit)
    assert unit.intents == []
