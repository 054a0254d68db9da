"""From a newsletter to planned reminders: nothing without a yes, nothing twice, corrections and cancellations followed."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from orchard_bot.community.community import Moderator
from orchard_bot.community.newsletter import Doubt, FoundEvent, Newsletter, Source
from orchard_bot.testing.builders import a_private_message

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

SOURCE = Source(title="Larch news", day=date(2026, 1, 9), place="p. 2", fingerprint="0" * 64)
FAIR = FoundEvent(uid="fair", title="Fair", day=date(2026, 1, 23), starts=time(15, 15), place="hall", source=SOURCE)
TRIP = FoundEvent(uid="trip", title="Farm trip", day=date(2026, 1, 27), bring="bring wellies", source=SOURCE)
ALL_CLEAR = "Plan all that are clear (2)"


def sends(stage: Stage, *events: FoundEvent) -> None:
    event = a_private_message("", author=stage.mia)
    request = stage.request(event, stage.mia, newsletter=Newsletter(source=SOURCE, events=events))
    handler = stage.routes.newsletter
    assert handler is not None
    stage.run(handler, request)


def planned(stage: Stage) -> list[str]:
    rows = stage.books.schedules.upcoming("3b", "remind.post")
    return [f"{stage.community.local(row.due):%d %b %H:%M} {row.data['title']}" for row in rows]


def test_all_that_is_clear_is_planned_for_the_evening_before_in_one_press(stage: Stage) -> None:
    sends(stage, FAIR, TRIP)
    assert planned(stage) == []
    stage.choose(ALL_CLEAR, stage.mia)
    assert sorted(planned(stage)) == [
        "22 Jan 18:30 Fri 23 Jan 2026, 3.15pm: Fair; hall",
        "26 Jan 18:30 Tue 27 Jan 2026: Farm trip; bring wellies",
    ]
    assert "Planned for Thursday 22 January 2026, 18:30" in stage.told(stage.mia)[-1]
    stage.due(timedelta(days=7, hours=23))
    [post] = stage.said()
    assert "Larch news of Fri 9 Jan 2026, p. 2" in post
    assert "Posted by parents, not by the school" in post


def test_what_is_doubtful_is_for_one_by_one_alone(stage: Stage) -> None:
    sends(stage, replace(FAIR, doubts=(Doubt.WEEKDAY,)))
    assert stage.labels(stage.mia) == ["One by one"]
    stage.choose("One by one", stage.mia)
    assert "look twice" in stage.told(stage.mia)[-1]
    stage.choose("Plan it", stage.mia)
    assert len(planned(stage)) == 1
    assert "That was all" in stage.told(stage.mia)[-1]


def test_one_after_the_other_is_planned_or_left_out(stage: Stage) -> None:
    sends(stage, FAIR, TRIP)
    stage.choose("One by one", stage.mia)
    assert "1 of 2" in stage.told(stage.mia)[-1]
    stage.choose("Leave it out", stage.mia)
    assert "2 of 2" in stage.told(stage.mia)[-1]
    stage.choose("Plan it", stage.mia)
    assert [line[-24:] for line in planned(stage)] == ["Farm trip; bring wellies"]


def test_an_item_can_be_put_in_other_words(stage: Stage) -> None:
    sends(stage, FAIR)
    stage.choose("One by one", stage.mia)
    stage.choose("Other words", stage.mia)
    stage.answer("Winter fair in the hall", stage.mia)
    stage.choose("Yes, post it then", stage.mia)
    assert planned(stage) == ["22 Jan 18:30 Winter fair in the hall"]


def test_the_same_newsletter_again_plans_nothing_twice(stage: Stage) -> None:
    for _ in range(2):
        sends(stage, FAIR, TRIP)
        stage.choose(ALL_CLEAR, stage.mia)
    assert len(planned(stage)) == 2
    assert stage.told(stage.mia)[-1].count("Nothing to do") == 2


def test_a_corrected_newsletter_moves_what_is_planned(stage: Stage) -> None:
    sends(stage, FAIR, TRIP)
    stage.choose(ALL_CLEAR, stage.mia)
    sends(stage, replace(FAIR, day=date(2026, 1, 30)), TRIP)
    stage.choose(ALL_CLEAR, stage.mia)
    assert "Planned anew for Thursday 29 January" in stage.told(stage.mia)[-1]
    assert sorted(line[:12] for line in planned(stage)) == ["26 Jan 18:30", "29 Jan 18:30"]


def test_what_is_called_off_is_taken_away(stage: Stage) -> None:
    sends(stage, FAIR, TRIP)
    stage.choose(ALL_CLEAR, stage.mia)
    sends(stage, replace(FAIR, cancelled=True))
    stage.choose("One by one", stage.mia)
    assert "calls this off" in stage.told(stage.mia)[-1]
    stage.choose("Plan it", stage.mia)
    assert "no longer planned" in stage.told(stage.mia)[-1]
    assert len(planned(stage)) == 1


def test_what_is_called_off_after_it_was_posted_is_said_in_the_group_once(stage: Stage) -> None:
    sends(stage, FAIR, TRIP)
    stage.choose(ALL_CLEAR, stage.mia)
    stage.due(timedelta(days=7, hours=23))
    assert len(stage.said()) == 1
    for _ in range(2):
        sends(stage, replace(FAIR, cancelled=True))
        stage.choose("Plan all that are clear (1)", stage.mia)
        stage.due(timedelta(minutes=2))
    assert ["Called off" in text for text in stage.said()] == [False, True]


def test_what_was_never_planned_and_is_called_off_needs_nothing(stage: Stage) -> None:
    sends(stage, replace(FAIR, cancelled=True))
    stage.choose("Plan all that are clear (1)", stage.mia)
    assert "Nothing to do" in stage.told(stage.mia)[-1]


def test_what_is_tomorrow_is_too_late_and_what_is_over_is_not_on_offer(stage: Stage) -> None:
    sends(stage, replace(FAIR, day=date(2026, 1, 15)), replace(TRIP, day=date(2026, 1, 13)))
    assert stage.labels(stage.mia) == ["Plan all that are clear (1)", "One by one"]
    stage.choose("Plan all that are clear (1)", stage.mia)
    assert "Too late for the evening before" in stage.told(stage.mia)[-1]
    sends(stage, replace(TRIP, day=date(2026, 1, 13)))
    assert stage.labels(stage.mia) == []


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (replace(FAIR, source=replace(SOURCE, day=None, place="")), "nobody could look it up"),
        (replace(FAIR, title="Please let us know who comes"), "in other words"),
    ],
)
def test_what_cannot_be_a_reminder_says_why(stage: Stage, event: FoundEvent, says: str) -> None:
    sends(stage, event)
    assert stage.labels(stage.mia) == ["One by one"]
    stage.choose("One by one", stage.mia)
    stage.choose("Plan it", stage.mia)
    assert says in stage.told(stage.mia)[-1]
    assert planned(stage) == []


def test_a_day_takes_no_more_than_the_group_wants(stage: Stage) -> None:
    stage.set(posts_a_day=1)
    sends(stage, FAIR, replace(FAIR, uid="other", title="Cake sale"))
    stage.choose(ALL_CLEAR, stage.mia)
    assert len(planned(stage)) == 1
    assert "as many posts as the group wants" in stage.told(stage.mia)[-1]


def test_a_text_without_a_name_says_so_in_its_source(stage: Stage) -> None:
    sends(stage, replace(FAIR, source=replace(SOURCE, title="", place="")))
    stage.choose("One by one", stage.mia)
    assert "your text of Fri 9 Jan 2026" in stage.told(stage.mia)[-1]


@pytest.mark.parametrize("label", ["Plan it", "Leave it out", "Other words"])
def test_who_is_no_moderator_any_more_plans_nothing(stage: Stage, label: str) -> None:
    sends(stage, FAIR)
    stage.choose("One by one", stage.mia)
    stage.set(moderators=(Moderator(stage.omar, "Omar"),))
    stage.choose(label, stage.mia)
    assert planned(stage) == []
    sends(stage, FAIR)
    for choice in ("Plan all that are clear (1)", "One by one"):
        stage.choose(choice, stage.mia)
    assert planned(stage) == []
