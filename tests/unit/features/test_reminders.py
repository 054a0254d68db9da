"""/reminders: everybody sees what comes next; those who said yes to it hear of each in private."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from orchard_bot.chat.intents import HideCommand, Priority, TellPrivately
from orchard_bot.community.consent import OptIn
from orchard_bot.features.reminding.upcoming import MOST_SHOWN

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

DUE = datetime(2026, 1, 16, 15, tzinfo=UTC)


def plan(stage: Stage, what: str = "Cake sale in the hall", when: str = "Fri 16 Jan 3pm") -> None:
    stage.command(f"/remind {what} | {when} | Newsletter 12, page 3", by=stage.mia)
    stage.choose("Yes, post it then", stage.mia)


def test_with_nothing_planned_it_says_so_and_how_to_hear_of_more(stage: Stage) -> None:
    stage.command("/reminders")
    assert stage.told(stage.anna)[-1].splitlines() == [
        "No reminders are planned at the moment.",
        "",
        "/reminders on sends each of them to you here, too. You may choose when:",
    ]


def test_a_parent_sees_what_comes_next_soonest_first_with_its_source(stage: Stage) -> None:
    plan(stage)
    plan(stage, "Sports day", "Thu 15 Jan 3pm")
    stage.command("/reminders")
    shown = stage.told(stage.anna)[-1]
    assert shown.index("Thursday 15 January 2026, 15:00:\nSports day (Newsletter 12, page 3)") < shown.index(
        "Cake sale"
    )


def test_asked_in_the_group_the_answer_is_private(stage: Stage) -> None:
    plan(stage)
    before = len(stage.said())
    intents = stage.command("/reminders", private=False)
    assert len(stage.said()) == before
    assert [type(one) for one in intents] == [HideCommand, TellPrivately]


def test_a_long_list_says_how_many_more_there_are(stage: Stage) -> None:
    for day in range(MOST_SHOWN + 2):
        plan(stage, f"Event {day:02}", f"{day + 1}/2/2026 3pm")
    stage.command("/reminders")
    shown = stage.told(stage.anna)[-1]
    assert f"Event {MOST_SHOWN - 1:02}" in shown
    assert f"Event {MOST_SHOWN:02}" not in shown
    assert "And 2 more" in shown


def test_on_and_off_are_the_yes_and_the_no_to_private_reminders(stage: Stage) -> None:
    stage.command("/reminders ON")
    assert stage.books.consents.given("3b", stage.anna) == {OptIn.REMINDERS}
    stage.command("/reminders")
    assert "/reminders off ends that" in stage.told(stage.anna)[-1]
    stage.command("/reminders off")
    assert stage.books.consents.given("3b", stage.anna) == frozenset()


def test_who_said_yes_hears_of_it_when_it_is_posted_and_nobody_else(stage: Stage) -> None:
    stage.command("/reminders on")
    plan(stage)
    stage.due(DUE - stage.now - timedelta(seconds=1))
    assert not any("Cake sale" in text for text in stage.told(stage.anna))
    intents = stage.due(timedelta(seconds=1))
    [told] = [one for one in intents if isinstance(one, TellPrivately)]
    assert (told.person, told.priority, told.expires_at) == (stage.anna, Priority.REMINDER, DUE + timedelta(hours=6))
    assert "Cake sale in the hall" in told.text.value
    assert "Newsletter 12, page 3" in told.text.value
    assert "not by the school" in told.text.value


def test_what_comes_too_late_for_the_group_comes_to_nobody(stage: Stage) -> None:
    stage.command("/reminders on")
    plan(stage)
    stage.due(DUE - stage.now + timedelta(hours=7))
    assert not any("Cake sale" in text for text in stage.told(stage.anna))
