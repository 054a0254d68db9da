"""Moderators are parents too: what a week brought, who cannot be reached, and how one of them hands over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.case import CaseState
from orchard_bot.community.community import Moderator
from orchard_bot.testing.builders import a_group, a_message, an_event_id

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage
from orchard_bot.chat.events import MemberLeft

CARL = PersonRef("sandbox", "carl")


def reported(stage: Stage, by: PersonRef, text: str = "Mind your own business") -> None:
    stage.report(a_message(text, author=CARL, author_name="Carl"), by=by)
    stage.deliver()
    stage.choose("Tell the moderators, in confidence", by)
    stage.choose("Not sure", by)
    stage.deliver()


def test_a_week_is_summed_up_without_what_concerns_the_reader(stage: Stage) -> None:
    reported(stage, stage.anna, "One")
    stage.choose("It's fine: dismiss", stage.mia)
    reported(stage, stage.omar, "Two")
    stage.timer("care.week")
    assert "Cases decided: 1, by you: 1. Waiting now: 1." in stage.told(stage.mia)[-1]
    assert "Cases decided: 1, by you: 0. Waiting now: 0." in stage.told(stage.omar)[-1]


def test_a_quiet_week_is_not_mentioned(stage: Stage) -> None:
    stage.timer("care.week")
    assert stage.told(stage.mia) == []


def test_the_others_hear_once_a_week_whom_the_bot_cannot_reach(stage: Stage) -> None:
    stage.books.people.reachable(stage.account, stage.omar, False, stage.now)
    stage.timer("care.check")
    stage.timer("care.check")
    assert ["I can't write to Omar" in text for text in stage.told(stage.mia)] == [True]
    assert stage.told(stage.omar) == []
    stage.timer("care.said", subject="")


def test_handing_over_frees_what_one_was_looking_at_and_tells_the_others(stage: Stage) -> None:
    reported(stage, stage.anna)
    stage.choose("I'll look at it", stage.mia)
    stage.command("/handover", by=stage.mia)
    assert "orchard.toml" in stage.told(stage.mia)[-1]
    assert "Mia is handing over" in stage.told(stage.omar)[-1]
    assert "Cases waiting for you: 1" in stage.told(stage.omar)[-1]
    case = stage.books.cases.get("3b", 1)
    assert case is not None
    assert case.state is CaseState.OPEN


def test_a_moderator_who_leaves_the_group_is_not_waited_for(stage: Stage) -> None:
    reported(stage, stage.anna)
    stage.happens(MemberLeft(an_event_id(), stage.now, a_group("3b"), person=stage.mia))
    assert "Mia is handing over" in stage.told(stage.omar)[-1]


def test_a_member_who_leaves_the_group_is_no_handover(stage: Stage) -> None:
    stage.happens(MemberLeft(an_event_id(), stage.now, a_group("3b"), person=stage.ben))
    assert stage.told(stage.omar) == []


def test_nobody_else_hands_anything_over(stage: Stage) -> None:
    stage.command("/handover")
    assert "for the group's moderators" in stage.told(stage.anna)[-1]


def off_the_list(stage: Stage, *left: Moderator) -> None:
    stage.timer("care.roll")
    stage.set(moderators=left)
    stage.timer("care.roll")


def test_who_is_taken_off_the_list_hands_over_all_the_same(stage: Stage) -> None:
    reported(stage, stage.anna)
    stage.choose("I'll look at it", stage.mia)
    off_the_list(stage, Moderator(stage.omar, "Omar"))
    assert "Mia is no longer a moderator of Class 3B" in stage.told(stage.omar)[-1]
    assert "Cases waiting for you: 1" in stage.told(stage.omar)[-1]
    assert "is with the other moderators" in stage.changed()[-1]
    case = stage.books.cases.get("3b", 1)
    assert case is not None
    assert case.state is CaseState.OPEN
    stage.timer("care.roll")
    assert sum("no longer a moderator" in text for text in stage.told(stage.omar)) == 1


def test_a_reporter_hears_where_nobody_is_left_to_look(stage: Stage) -> None:
    reported(stage, stage.omar)
    off_the_list(stage, Moderator(stage.omar, "Omar"))
    assert "concerned" in stage.told(stage.omar)[-1] or "school" in stage.told(stage.omar)[-1]


def test_at_night_nobody_is_told_who_left(stage: Stage) -> None:
    stage.timer("care.roll")
    stage.set(moderators=(Moderator(stage.omar, "Omar"),))
    stage.now += timedelta(hours=6)
    stage.timer("care.roll")
    assert stage.told(stage.omar) == []
    stage.now += timedelta(hours=12)
    stage.timer("care.roll")
    assert "Mia is no longer a moderator" in stage.told(stage.omar)[-1]


def test_whoever_comes_onto_the_list_is_no_news(stage: Stage) -> None:
    off_the_list(stage, *stage.community.moderators, Moderator(stage.ben, "Ben"))
    assert stage.told(stage.mia) == stage.told(stage.omar) == stage.told(stage.ben) == []
