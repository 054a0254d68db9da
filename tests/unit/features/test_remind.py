"""/remind: what the newsletter announced, at a time a moderator chose, said once and asking for nothing."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from orchard_bot.chat.intents import HideCommand, Priority, Say
from orchard_bot.community.community import Moderator, QuietHours

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

LINE = "/remind Cake sale in the hall | Fri 16 Jan 3pm | Newsletter 12, page 3"
DUE = datetime(2026, 1, 16, 15, tzinfo=UTC)


@pytest.fixture
def planned(stage: Stage) -> Stage:
    plan(stage)
    return stage


def plan(stage: Stage, line: str = LINE) -> None:
    stage.command(line, by=stage.mia)
    stage.choose("Yes, post it then", stage.mia)


def posts(stage: Stage) -> list[Say]:
    return [intent for intent in stage.intents if isinstance(intent, Say)]


def test_a_reminder_is_previewed_confirmed_and_posted_in_time(stage: Stage) -> None:
    stage.command(LINE, by=stage.mia)
    [preview] = stage.told(stage.mia)
    assert "Friday 16 January 2026, 15:00" in preview
    stage.choose("Yes, post it then", stage.mia)
    stage.due(DUE - stage.now - timedelta(seconds=1))
    assert stage.said() == []
    stage.due(timedelta(seconds=1))
    [post] = posts(stage)
    assert post.text.value in preview
    assert "Cake sale in the hall" in post.text.value
    assert "Newsletter 12, page 3" in post.text.value
    assert "not by the school" in post.text.value
    assert post.priority is Priority.REMINDER
    assert post.expires_at == DUE + timedelta(hours=6)
    assert stage.due(timedelta(days=30)) == []


def test_step_by_step_each_thing_is_asked_for(stage: Stage) -> None:
    stage.command("/remind", by=stage.mia)
    for answer in ("Cake sale in the hall", "16/1/26 15:00", "Newsletter 12, page 3"):
        stage.answer(answer, stage.mia)
    stage.choose("Yes, post it then", stage.mia)
    stage.due(DUE - stage.now)
    assert len(stage.said()) == 1
    assert stage.books.dialogs.get(stage.account, stage.mia) is None


def test_what_is_missing_from_the_line_is_asked_for(stage: Stage) -> None:
    stage.command("/remind Cake sale in the hall", by=stage.mia)
    assert "When shall I post it?" in stage.told(stage.mia)[-1]
    stage.command("/remind Cake sale in the hall\nFri 16 Jan 3pm", by=stage.mia)
    assert "Which newsletter" in stage.told(stage.mia)[-1]


def test_a_line_with_too_many_parts_is_explained(stage: Stage) -> None:
    stage.command("/remind a | b | c | d", by=stage.mia)
    assert "more parts than I know" in stage.told(stage.mia)[-1]
    assert "What shall I remind" in stage.told(stage.mia)[-1]


def test_typed_in_the_group_it_leaves_the_group(stage: Stage) -> None:
    hidden, *_ = stage.command(LINE, by=stage.mia, private=False)
    assert isinstance(hidden, HideCommand)
    assert stage.said() == []


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("on Friday", "couldn't read"),
        ("31/2 3pm", "no such day"),
        ("Fri 16 Jan 25:00", "no such time"),
        ("Thu 16 Jan 3pm", "another day of the week"),
        ("16 Jan 3:00", "Morning or evening?"),
        ("14 Jan 7.30pm", "has passed"),
        ("16/1/2028 15:00", "more than a year"),
        ("29/3/26 01:30", "clocks go forward"),
        ("25/10/26 01:30", "clocks go back"),
    ],
)
def test_a_time_that_cannot_be_taken_is_refused_with_the_reason_and_asked_again(
    stage: Stage, typed: str, why: str
) -> None:
    stage.command(f"/remind Cake sale | {typed} | Newsletter 12", by=stage.mia)
    assert why in stage.told(stage.mia)[-1]
    stage.answer("16 Jan 15:00", stage.mia)
    assert stage.labels(stage.mia) == ["Yes, post it then", "No, drop it"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("/remind Cake sale | Fri 16 Jan 3pm | somewhere", "I need its place"),
        ("/remind Who brings cake? | Fri 16 Jan 3pm | Newsletter 12", "as if people had to answer"),
        ("/remind Cake, please reply by Friday | Fri 16 Jan 3pm | Newsletter 12", "as if people had to answer"),
        (f"/remind {'cake ' * 60} | Fri 16 Jan 3pm | Newsletter 12", "one line"),
    ],
)
def test_a_reminder_needs_its_place_in_the_newsletter_and_asks_nobody_anything(
    stage: Stage, line: str, why: str
) -> None:
    stage.command(line, by=stage.mia)
    assert why in stage.told(stage.mia)[-1]
    assert stage.labels(stage.mia) == []


def test_of_two_faults_the_one_that_is_asked_about_is_named(stage: Stage) -> None:
    stage.command("/remind Cake sale? | whenever | somewhere", by=stage.mia)
    assert "as if people had to answer" in stage.told(stage.mia)[-1]


def test_no_means_no(stage: Stage) -> None:
    stage.command(LINE, by=stage.mia)
    stage.choose("No, drop it", stage.mia)
    assert stage.due(timedelta(days=10)) == []


def test_a_preview_confirmed_too_late_asks_for_another_time(stage: Stage) -> None:
    stage.command("/remind Cake sale | today 20:00 | Newsletter 12", by=stage.mia)
    stage.now += timedelta(hours=1)
    stage.choose("Yes, post it then", stage.mia)
    assert "has passed" in stage.told(stage.mia)[-1]
    stage.answer("16 Jan 15:00", stage.mia)
    stage.choose("Yes, post it then", stage.mia)
    assert "reminder 1" in stage.told(stage.mia)[-1]


# --- the group's peace ---


def test_in_the_quiet_hours_it_moves_to_their_end_and_the_moderator_is_told(stage: Stage) -> None:
    stage.command("/remind Cake sale | Thu 15 Jan 11pm | Newsletter 12", by=stage.mia)
    preview = stage.told(stage.mia)[-1]
    assert "Friday 16 January 2026, 07:30" in preview
    assert "before the event" in preview
    stage.choose("Yes, post it then", stage.mia)
    stage.due(datetime(2026, 1, 16, 7, 29, tzinfo=UTC) - stage.now)
    assert stage.said() == []
    stage.due(timedelta(minutes=1))
    assert len(stage.said()) == 1


def test_no_more_is_planned_for_a_day_than_the_group_takes(stage: Stage) -> None:
    stage.set(posts_a_day=2)
    for hour in (10, 11):
        plan(stage, f"/remind Cake sale | 16 Jan {hour}am | Newsletter 12")
    stage.command("/remind One more | 16 Jan 12:00 | Newsletter 12", by=stage.mia)
    assert "Friday 16 January 2026 is full: at most 2" in stage.told(stage.mia)[-1]
    stage.answer("17 Jan 12:00", stage.mia)
    assert "Saturday 17 January" in stage.told(stage.mia)[-1]


def test_two_previews_of_the_last_place_of_a_day_give_one_post(stage: Stage) -> None:
    stage.set(posts_a_day=1)
    stage.command(LINE, by=stage.mia)
    stage.command(LINE.replace("3pm", "4pm"), by=stage.omar)
    stage.choose("Yes, post it then", stage.mia)
    stage.choose("Yes, post it then", stage.omar)
    assert "is full" in stage.told(stage.omar)[-1]


def test_what_was_posted_today_counts_towards_the_day(stage: Stage) -> None:
    stage.set(posts_a_day=1)
    plan(stage, "/remind Cake sale | today 20:00 | Newsletter 12")
    stage.due(timedelta(minutes=45))
    stage.command("/remind One more | today 20:30 | Newsletter 12", by=stage.mia)
    assert "is full" in stage.told(stage.mia)[-1]
    stage.command("/remind One more | tomorrow 20:30 | Newsletter 12", by=stage.mia)
    assert stage.labels(stage.mia) == ["Yes, post it then", "No, drop it"]


def test_a_post_too_many_for_the_day_is_left_and_said_so(stage: Stage) -> None:
    plan(stage, "/remind First | 16 Jan 10am | Newsletter 12")
    plan(stage, "/remind Second | 16 Jan 11am | Newsletter 12")
    stage.set(posts_a_day=1)
    for hour in (10, 11):
        stage.due(datetime(2026, 1, 16, hour, tzinfo=UTC) - stage.now)
    assert len(stage.said()) == 1
    assert "all its posts for the day:\nSecond" in stage.told(stage.mia)[-1]


# --- after downtime ---


def test_up_to_six_hours_late_it_is_still_posted(planned: Stage) -> None:
    planned.set(quiet_hours=QuietHours(time(23), time(6)))
    planned.due(DUE + timedelta(hours=6) - planned.now)
    assert len(planned.said()) == 1


def test_later_than_that_it_is_left_and_whoever_planned_it_hears_of_it(planned: Stage) -> None:
    planned.set(quiet_hours=QuietHours(time(23), time(6)))
    planned.due(DUE + timedelta(hours=6, seconds=1) - planned.now)
    assert planned.said() == []
    assert "Planned for Friday 16 January 2026, 15:00" in planned.told(planned.mia)[-1]
    assert planned.told(planned.omar) == []


def test_late_and_in_the_quiet_hours_it_waits_for_their_end(stage: Stage) -> None:
    stage.set(quiet_hours=QuietHours(time(17), time(19)))
    plan(stage)
    stage.due(DUE + timedelta(hours=3) - stage.now)
    assert stage.said() == []
    stage.due(timedelta(hours=1))
    assert len(stage.said()) == 1


def test_late_and_quiet_for_longer_than_it_is_worth_it_is_left(planned: Stage) -> None:
    planned.due(DUE + timedelta(hours=6) - planned.now)
    assert planned.said() == []
    assert "too late" in planned.told(planned.mia)[-1]


def test_all_moderators_hear_of_it_when_its_maker_is_none_any_more(planned: Stage) -> None:
    planned.set(moderators=(Moderator(planned.omar, "Omar"),))
    planned.due(timedelta(days=20))
    assert "too late" in planned.told(planned.omar)[-1]


def test_a_post_that_the_platform_refused_is_reported_to_its_maker(planned: Stage) -> None:
    plan(planned, "/remind Swimming kit | 16 Jan 10am | Newsletter 12")
    planned.due(DUE - planned.now - timedelta(hours=5))
    [post] = planned.due(DUE - planned.now)
    assert planned.outcome(post, delivered=True) == []
    planned.outcome(post, why="The bot may not write in this group.")
    assert "did not get into the group:\nCake sale in the hall" in planned.told(planned.mia)[-1]
    assert "The bot may not write in this group." in planned.told(planned.mia)[-1]


def test_the_outcome_of_another_groups_post_concerns_nobody_here(planned: Stage) -> None:
    [post] = planned.due(DUE - planned.now)
    planned.due(timedelta(days=2))
    assert planned.outcome(post) == []
    del planned.house.communities["3b"]
    assert planned.outcome(post) == []


# --- looking after what is planned ---


def test_the_list_shows_what_is_planned_soonest_first(planned: Stage) -> None:
    plan(planned, "/remind Swimming kit | Thu 15 Jan 6pm | https://school.example/news#12")
    planned.command("/remind list", by=planned.omar)
    text = planned.told(planned.omar)[-1]
    assert text.index("2. Thursday 15 January 2026, 18:00\nSwimming kit") < text.index("1. Friday 16 January")
    assert planned.labels(planned.omar) == ["Cancel 2", "Cancel 1"]


@pytest.mark.parametrize("typed", ["/remind list", "/remind cancel", "/remind LIST"])
def test_an_empty_list_says_so(stage: Stage, typed: str) -> None:
    stage.command(typed, by=stage.mia)
    assert "No reminders are planned" in stage.told(stage.mia)[-1]


@pytest.mark.parametrize("typed", ["/remind cancel 1", "/remind Cancel  1"])
def test_a_cancelled_reminder_is_never_posted(planned: Stage, typed: str) -> None:
    planned.command(typed, by=planned.mia)
    assert planned.due(timedelta(days=20)) == []
    assert planned.told(planned.mia)[-1] == "Cancelled: Cake sale in the hall"


def test_its_maker_hears_when_another_moderator_cancels(planned: Stage) -> None:
    planned.command("/remind list", by=planned.omar)
    planned.choose("Cancel 1", planned.omar)
    assert planned.told(planned.mia)[-1].startswith("Omar has cancelled")


def test_a_maker_who_is_no_moderator_any_more_is_left_alone(planned: Stage) -> None:
    planned.set(moderators=(Moderator(planned.omar, "Omar"),))
    before = planned.told(planned.mia)
    planned.command("/remind cancel 1", by=planned.omar)
    assert planned.told(planned.mia) == before


@pytest.mark.parametrize("typed", ["/remind cancel 7", "/remind cancel 99999999999999999999"])
def test_cancelling_what_is_not_there_says_so(planned: Stage, typed: str) -> None:
    planned.command(typed, by=planned.mia)
    assert "isn't planned any more" in planned.told(planned.mia)[-1]


def test_cancelling_twice_from_the_list_says_so(planned: Stage) -> None:
    planned.command("/remind list", by=planned.mia)
    planned.choose("Cancel 1", planned.mia)
    planned.choose("Cancel 1", planned.mia)
    assert "isn't planned any more" in planned.told(planned.mia)[-1]


def test_an_old_list_never_cancels_a_newer_reminder_of_the_same_number(planned: Stage) -> None:
    planned.command("/remind list", by=planned.mia)
    old = planned.offer("Cancel 1", planned.mia)
    planned.command("/remind cancel 1", by=planned.mia)
    plan(planned)
    assert "reminder 1" in planned.told(planned.mia)[-1]
    assert planned.offer("Cancel 1", planned.mia).token == old.token
    planned.choose("Cancel 1", planned.mia)
    assert "isn't planned any more" in planned.told(planned.mia)[-1]


# --- authority ---


def test_who_is_no_moderator_plans_nothing(stage: Stage) -> None:
    stage.command(LINE)
    assert "moderators" in stage.told(stage.anna)[-1]
    assert stage.labels(stage.anna) == []


@pytest.mark.parametrize(("line", "label"), [(LINE, "Yes, post it then"), ("/remind list", "Cancel 1")])
def test_authority_is_looked_at_again_at_the_press(planned: Stage, line: str, label: str) -> None:
    planned.command(line, by=planned.omar)
    planned.set(moderators=(Moderator(planned.mia, "Mia"),))
    planned.choose(label, planned.omar)
    assert "moderators" in planned.told(planned.omar)[-1]
    planned.due(DUE - planned.now)
    assert len(planned.said()) == 1


def test_authority_is_looked_at_again_at_each_answer(stage: Stage) -> None:
    stage.command("/remind", by=stage.omar)
    stage.set(moderators=(Moderator(stage.mia, "Mia"),))
    stage.answer("Cake sale", stage.omar)
    assert "moderators" in stage.told(stage.omar)[-1]
    assert stage.books.dialogs.get(stage.account, stage.omar) is None


def test_words_as_if_the_school_said_them_are_not_taken(stage: Stage) -> None:
    stage.command("/remind The school asks you to come | Fri 23 Jan 9am | Newsletter 12, page 3", by=stage.mia)
    assert "as if the school said it" in stage.told(stage.mia)[-1]
