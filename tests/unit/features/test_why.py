"""/why: what the bot did about my messages, and nothing about who reported what."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from orchard_bot.chat.intents import HideCommand
from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.community import Moderator
from orchard_bot.testing.builders import a_message, a_person

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

CARL = a_person("carl")
SWEARING = "No angry outbursts or swearing"


def decided(stage: Stage, label: str, author: PersonRef = CARL, title: str = SWEARING) -> None:
    stage.report(a_message("Some words", author=author, author_name="Carl"))
    stage.choose("Tell the moderators, in confidence")
    stage.choose(title)
    stage.choose(label, stage.omar)
    stage.now += timedelta(minutes=1)


def test_where_nothing_was_done_it_says_how_it_works(stage: Stage) -> None:
    hidden, answer = stage.command("/why", by=CARL, private=False)
    assert isinstance(hidden, HideCommand)
    assert "Only moderators" in stage.told(CARL)[-1]
    assert "Mia, Omar" in stage.told(CARL)[-1]
    assert answer.priority == 30


@pytest.mark.parametrize(
    ("label", "says"),
    [("Kind note", "a kind note"), ("Ask to remove", "take a message back"), ("Delete", "should go")],
)
def test_a_decision_is_told_with_guideline_version_and_day(stage: Stage, label: str, says: str) -> None:
    decided(stage, label)
    stage.command("/why", by=CARL)
    told = stage.told(CARL)[-1]
    for part in (says, SWEARING, "version 0.1", str(stage.now.year), "Mia, Omar"):
        assert part in told


@pytest.mark.parametrize("label", ["It's fine: dismiss", "School route"])
def test_a_report_that_led_to_nothing_is_never_mentioned(stage: Stage, label: str) -> None:
    decided(stage, label)
    stage.command("/why", by=CARL)
    assert "done nothing" in stage.told(CARL)[-1]


def test_being_asked_by_the_bot_is_remembered(stage: Stage) -> None:
    stage.report(a_message("Some words", author=CARL))
    stage.choose("Ask the poster to remove it")
    stage.choose("Ask for me, without my name")
    stage.choose("Not sure")
    stage.deliver()
    stage.command("/why", by=CARL)
    assert "a private request" in stage.told(CARL)[-1]
    assert "no particular guideline" in stage.told(CARL)[-1]
    stage.due(timedelta(days=61))
    stage.command("/why", by=CARL)
    assert "done nothing" in stage.told(CARL)[-1]


def test_only_the_latest_five_are_shown_newest_first(stage: Stage) -> None:
    for label in ("Delete", *["Kind note"] * 5):
        decided(stage, label)
    stage.command("/why", by=CARL)
    told = stage.told(CARL)[-1]
    assert told.count("a kind note from a moderator") == 5
    assert "should go" not in told


def test_a_moderator_is_sent_to_the_others_and_the_only_one_to_nobody(stage: Stage) -> None:
    stage.command("/why", by=stage.mia)
    assert "To talk about it: Omar" in stage.told(stage.mia)[-1]
    stage.set(moderators=(Moderator(stage.mia, "Mia"),))
    stage.command("/why", by=stage.mia)
    assert "To talk about it" not in stage.told(stage.mia)[-1]


def test_nobody_learns_what_was_done_about_somebody_else(stage: Stage) -> None:
    decided(stage, "Kind note")
    stage.command("/why", by=stage.ben)
    assert "done nothing" in stage.told(stage.ben)[-1]
