"""Private reminders at a time of one's own: once, corrected and called off too, and never at night."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from orchard_bot.chat.intents import TellPrivately
from orchard_bot.community.consent import OptIn
from orchard_bot.features.reminding.announced import Announced
from tests.unit.features.test_newsletter_cards import ALL_CLEAR, FAIR, TRIP, sends, until

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage


def heard(stage: Stage) -> list[str]:
    """The reminders that Anna got."""
    return [text for text in stage.told(stage.anna) if text.startswith(("From the newsletter", "The newsletter has"))]


def plans(stage: Stage) -> None:
    stage.set(week_ahead=False)
    sends(stage, FAIR, TRIP)
    stage.choose(ALL_CLEAR, stage.mia)


@pytest.mark.parametrize(
    ("chosen", "before", "then"),
    [
        ("On the morning of the day", (23, 7, 29), (23, 7, 30)),
        ("Two days before", (21, 18, 29), (21, 18, 30)),
        ("A week before", (16, 18, 29), (16, 18, 30)),
        ("When the group is told", (22, 18, 29), (22, 18, 30)),
    ],
)
def test_each_hears_at_the_time_they_chose(
    stage: Stage, chosen: str, before: tuple[int, int, int], then: tuple[int, int, int]
) -> None:
    stage.command("/reminders on week" if chosen != "A week before" else "/reminders on morning")
    stage.command("/reminders")
    stage.choose(chosen)
    plans(stage)
    until(stage, *before)
    assert heard(stage) == []
    until(stage, *then)
    assert ["Fair" in text for text in heard(stage)] == [True]
    until(stage, 24, 12, 0)
    assert sum("Fair" in text for text in heard(stage)) == 1


def test_the_choice_is_a_yes_that_is_shown_and_ends_with_the_yes(stage: Stage) -> None:
    stage.command("/reminders")
    assert stage.labels(stage.anna)[:2] == ["When the group is told", "On the morning of the day"]
    stage.choose("Two days before")
    assert stage.books.consents.choices("3b", OptIn.REMINDERS) == {stage.anna: "two-days"}
    assert "get reminders from the newsletter for Class 3B here, two days before." in stage.told(stage.anna)[-1]
    stage.command("/reminders on")
    assert stage.books.consents.choices("3b", OptIn.REMINDERS) == {stage.anna: "two-days"}
    stage.command("/reminders")
    assert "two days before. /reminders off ends that" in stage.told(stage.anna)[-1]
    assert "Two days before" not in stage.labels(stage.anna)
    stage.choose("No private reminders")
    assert stage.books.consents.choices("3b", OptIn.REMINDERS) == {}


def test_one_can_choose_for_each_class(stage: Stage) -> None:
    stage.books.people.joined("year-4", stage.anna, stage.now)
    stage.command("/reminders")
    assert stage.told(stage.anna)[-1].startswith("Class 3B\n")
    stage.choose("Show Year 4")
    assert stage.told(stage.anna)[-1].startswith("Year 4\n")
    stage.choose("A week before")
    assert stage.books.consents.choices("year-4", OptIn.REMINDERS) == {stage.anna: "week"}
    assert stage.books.consents.choices("3b", OptIn.REMINDERS) == {}


def test_who_has_left_the_class_since_is_shown_nothing_of_it(stage: Stage) -> None:
    stage.books.people.joined("year-4", stage.anna, stage.now)
    stage.command("/reminders")
    stage.books.people.left("year-4", stage.anna, stage.now)
    stage.choose("Show Year 4")
    assert "not in the group" in stage.told(stage.anna)[-1]
    stage.books.people.left("3b", stage.anna, stage.now)
    stage.choose("A week before")
    assert "not in the group" in stage.told(stage.anna)[-1]
    assert stage.books.consents.choices("3b", OptIn.REMINDERS) == {}
    stage.command("/reminders")
    assert stage.labels(stage.anna) == []


def test_what_comes_due_together_is_one_message(stage: Stage) -> None:
    stage.command("/reminders on week")
    stage.set(week_ahead=False)
    sends(stage, FAIR, replace(TRIP, day=FAIR.day))
    stage.choose(ALL_CLEAR, stage.mia)
    until(stage, 16, 18, 30)
    [text] = heard(stage)
    assert "Fair" in text
    assert "Farm trip" in text


def test_what_is_planned_after_its_time_is_said_at_once(stage: Stage) -> None:
    stage.command("/reminders on week")
    stage.set(week_ahead=False)
    sends(stage, replace(FAIR, day=stage.now.date() + timedelta(days=3)))
    stage.choose("Plan all that are clear (1)", stage.mia)
    stage.due(timedelta(minutes=1))
    assert len(heard(stage)) == 1


def test_at_night_nobody_hears_anything(stage: Stage) -> None:
    stage.command("/reminders on week")
    plans(stage)
    stage.due(timedelta(days=2, hours=3) + timedelta(hours=2))
    assert heard(stage) == []
    until(stage, 17, 7, 30)
    assert len(heard(stage)) == 1


def test_a_correction_and_a_cancellation_reach_who_has_heard_already(stage: Stage) -> None:
    stage.command("/reminders on week")
    plans(stage)
    until(stage, 17, 12, 0)
    assert len(heard(stage)) == 1
    sends(stage, replace(FAIR, starts=time(14)), TRIP)
    stage.choose(ALL_CLEAR, stage.mia)
    assert heard(stage)[-1].startswith("The newsletter has put this right: Fri 23 Jan 2026, 2pm: Fair")
    sends(stage, replace(FAIR, starts=time(14), cancelled=True))
    stage.choose("Plan all that are clear (1)", stage.mia)
    assert "Called off: Fri 23 Jan 2026, 2pm: Fair" in heard(stage)[-1]
    until(stage, 24, 12, 0)
    assert sum("Fair" in text for text in heard(stage)) == 3


def test_what_is_called_off_before_anybody_heard_is_said_to_nobody(stage: Stage) -> None:
    stage.command("/reminders on two days")
    plans(stage)
    sends(stage, replace(FAIR, cancelled=True))
    stage.choose("Plan all that are clear (1)", stage.mia)
    until(stage, 24, 12, 0)
    assert not any("Fair" in text for text in heard(stage))


def test_what_a_moderator_takes_away_is_no_longer_announced(stage: Stage) -> None:
    stage.command("/reminders on morning")
    plans(stage)
    stage.command("/remind cancel 1", by=stage.mia)
    until(stage, 24, 12, 0)
    assert not any("Fair" in text for text in heard(stage))


def test_what_has_begun_already_is_left_alone(stage: Stage) -> None:
    stage.command("/reminders on morning")
    stage.set(week_ahead=False)
    sends(stage, replace(FAIR, starts=time(8)))
    stage.choose("Plan all that are clear (1)", stage.mia)
    row = stage.books.schedules.upcoming("3b", "remind.lead-due")[0]
    stage.now = stage.now.replace(day=23, hour=9)
    assert [one for one in stage.timer(row.kind, data=row.data) if isinstance(one, TellPrivately)] == []


def test_a_reminder_without_a_day_of_its_own_reaches_everybody_when_the_group_is_told(stage: Stage) -> None:
    stage.command("/reminders on week")
    stage.command("/remind Cake sale | Fri 16 Jan 3pm | Newsletter 12, page 3", by=stage.mia)
    stage.choose("Yes, post it then", stage.mia)
    until(stage, 16, 15, 0)
    assert sum("Cake sale" in text for text in heard(stage)) == 1


def test_in_other_words_it_is_announced_in_those(stage: Stage) -> None:
    stage.command("/reminders on two days")
    stage.set(week_ahead=False)
    sends(stage, FAIR)
    stage.choose("One by one", stage.mia)
    stage.choose("Other words", stage.mia)
    stage.answer("Fair on Friday, from a quarter past three", by=stage.mia)
    stage.choose("Yes, post it then", stage.mia)
    until(stage, 21, 18, 30)
    assert "Fair on Friday, from a quarter past three" in heard(stage)[-1]


def test_an_event_goes_from_the_table_the_day_after(stage: Stage) -> None:
    plans(stage)
    until(stage, 24, 3, 59)
    assert len(stage.books.schedules.upcoming("3b", "remind.announced")) == 2
    until(stage, 24, 4, 0)
    [left] = stage.books.schedules.upcoming("3b", "remind.announced")
    assert left.data["fact"]["day"] == date(2026, 1, 27).isoformat()
    assert set(left.data) == set(Announced.__struct_fields__)
