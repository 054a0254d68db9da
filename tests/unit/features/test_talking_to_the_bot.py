"""/start, /help, /concern and /boundaries: the bot answers one person, and says only what is theirs to know."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from orchard_bot.chat.intents import HideCommand, TellPrivately
from orchard_bot.features.feature import Where
from orchard_bot.testing.builders import a_person, an_opened_chat

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage


@pytest.mark.parametrize("command", ["/start", "/help", "/concern", "/boundaries", "/join", "/leave"])
def test_typed_in_the_group_it_is_hidden_and_answered_to_one_person_alone(stage: Stage, command: str) -> None:
    hidden, *told = stage.command(command, private=False)
    assert isinstance(hidden, HideCommand)
    assert told
    assert all(isinstance(each, TellPrivately) and each.person == stage.anna for each in told)


def test_start_greets_a_member_by_their_group_and_offers_what_to_look_at(stage: Stage) -> None:
    stage.command("/start")
    assert "Class 3B" in stage.told(stage.anna)[0]
    for label, shows in [
        ("The rules in short", "Our code of conduct"),
        ("What I can switch on", "On for you now: nothing"),
        ("What I can do here", "/rules – "),
    ]:
        stage.choose(label)
        assert shows in stage.told(stage.anna)[-1]


def test_start_tells_a_moderator_what_is_theirs(stage: Stage) -> None:
    stage.happens(an_opened_chat(stage.mia))
    assert "/status" in stage.told(stage.mia)[0]


def test_a_stranger_never_learns_which_groups_there_are(stage: Stage) -> None:
    stranger = a_person("somebody")
    stage.happens(an_opened_chat(stranger, payload="3b"))
    [text] = stage.told(stranger)
    assert "3B" not in text
    assert stage.books.people.home(stage.account, stranger) is None


@pytest.mark.parametrize(
    ("payload", "shows"), [("rules", "Our code of conduct"), ("help", "/rules – "), ("JOIN", "On for you now")]
)
def test_a_link_leads_straight_to_what_it_names(stage: Stage, payload: str, shows: str) -> None:
    stage.happens(an_opened_chat(stage.anna, payload=payload))
    assert shows in stage.told(stage.anna)[0]


def test_a_link_to_a_group_makes_it_the_one_that_is_talked_about(stage: Stage) -> None:
    stage.happens(an_opened_chat(stage.anna, payload="3b"))
    assert stage.books.people.home(stage.account, stage.anna) == "3b"


def test_a_link_that_means_nothing_is_greeted_like_any_other(stage: Stage) -> None:
    stage.happens(an_opened_chat(stage.anna, payload="../../etc"))
    assert "Class 3B" in stage.told(stage.anna)[0]
    assert stage.books.people.home(stage.account, stage.anna) is None


def test_help_lists_only_what_this_person_may_do(stage: Stage) -> None:
    stage.command("/help")
    stage.command("/help", by=stage.mia)
    [parents], [moderators] = stage.told(stage.anna), stage.told(stage.mia)
    for command in stage.house.commands:
        line = f"/{command.name} – {stage.house.words.private(command.summary).value}"
        assert line in moderators
        assert (line in parents) == (len(command.roles) > 1), command.name
    assert "as a moderator" not in parents


def test_help_in_a_group_leaves_out_what_is_only_understood_in_private(stage: Stage) -> None:
    first, *others = stage.house.commands
    stage.house.commands = (replace(first, name="secret", where=Where.PRIVATE), *others)
    stage.command("/help", private=False)
    stage.command("/help")
    in_group, in_private = stage.told(stage.anna)
    assert "/secret" not in in_group
    assert "/secret" in in_private


def test_concern_names_every_contact_in_the_order_of_the_code(stage: Stage) -> None:
    stage.command("/concern")
    [text] = stage.told(stage.anna)
    places = [text.index(contact.name) for contact in stage.house.code.contacts]
    assert places == sorted(places)
    assert "SCHOOL1@orchard.leics.sch.uk" in text


def test_boundaries_gives_words_to_copy_alone_in_a_message(stage: Stage) -> None:
    stage.command("/boundaries")
    labels = stage.labels(stage.anna)
    assert len(labels) >= 3
    for label in labels:
        words, *_ = stage.choose(label)
        assert isinstance(words, TellPrivately)
        assert "\n" not in words.text.value
    assert "999" in stage.told(stage.anna)[-1]
