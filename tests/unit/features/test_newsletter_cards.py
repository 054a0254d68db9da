"""From a newsletter to planned reminders: nothing without a yes, nothing twice, corrections and cancellations followed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from orchard_bot.chat.abilities import Ability
from orchard_bot.chat.intents import EditSaid, WithdrawOwn
from orchard_bot.community.community import Moderator, QuietHours
from orchard_bot.community.newsletter import Doubt, FoundEvent, Newsletter, Source
from orchard_bot.testing.builders import a_private_message
from orchard_bot.testing.profiles import TELEGRAM

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

SOURCE = Source(title="Larch news", day=date(2026, 1, 9), place="p. 2", fingerprint="0" * 64)
FAIR = FoundEvent(uid="fair", title="Fair", day=date(2026, 1, 23), starts=time(15, 15), place="hall", source=SOURCE)
TRIP = FoundEvent(uid="trip", title="Farm trip", day=date(2026, 1, 27), bring="bring wellies", source=SOURCE)
PASS_ON = "Pass it on to the other groups"
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


def until(stage: Stage, day: int, hour: int, minute: int) -> None:
    """Time passes until then in January, and everything happens when it is due."""
    end = datetime(2026, 1, day, hour, minute, tzinfo=UTC)
    while (due := stage.books.clockwork.next_due()) is not None and due <= end:
        stage.due(max(due - stage.now, timedelta()))
    stage.now = end


def withdrawn(stage: Stage) -> list[str]:
    return [one.of for one in stage.intents if isinstance(one, WithdrawOwn)]


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
    assert stage.labels(stage.mia) == ["One by one", PASS_ON]
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
    assert stage.labels(stage.mia) == ["Plan all that are clear (1)", "One by one", PASS_ON]
    stage.choose("Plan all that are clear (1)", stage.mia)
    assert "Too late to remind anybody" in stage.told(stage.mia)[-1]
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
    assert stage.labels(stage.mia) == ["One by one", PASS_ON]
    stage.choose("One by one", stage.mia)
    stage.choose("Plan it", stage.mia)
    assert says in stage.told(stage.mia)[-1]
    assert planned(stage) == []


def test_a_day_takes_no_more_than_the_group_wants(stage: Stage) -> None:
    stage.set(posts_a_day=1)
    stage.command("/remind Bring tins | 22 Jan 10am | Newsletter 12", by=stage.mia)
    stage.choose("Yes, post it then", stage.mia)
    sends(stage, FAIR)
    stage.choose("Plan all that are clear (1)", stage.mia)
    assert len(planned(stage)) == 1
    assert "as many posts as it wants" in stage.told(stage.mia)[-1]


def test_what_is_due_at_the_same_time_is_one_post(stage: Stage) -> None:
    stage.set(posts_a_day=1)
    stage.command("/join reminders", stage.anna)
    sends(stage, FAIR, replace(FAIR, uid="sale", title="Cake sale"))
    stage.choose(ALL_CLEAR, stage.mia)
    assert len(planned(stage)) == 2
    until(stage, 22, 18, 30)
    [_, post] = stage.said()
    assert "Fair; hall" in post
    assert "Cake sale; hall" in post
    assert stage.told(stage.anna)[-1].count("p. 2") == 2
    assert planned(stage) == []


def test_monday_begins_with_one_post_about_the_week(stage: Stage) -> None:
    sends(stage, FAIR, TRIP, replace(FAIR, uid="sale", title="Cake sale", day=date(2026, 1, 20)))
    stage.choose("Plan all that are clear (3)", stage.mia)
    until(stage, 19, 8, 0)
    [post] = stage.said()
    assert post.startswith("This week, from the newsletter:")
    assert post.index("Cake sale") < post.index("Fair")
    assert "Farm trip" not in post, "that is next week"
    until(stage, 26, 8, 0)
    assert "Farm trip" in stage.said()[-1]
    assert "This week" in stage.said()[-1]


def test_a_monday_that_has_its_posts_or_nothing_left_has_no_digest(stage: Stage) -> None:
    stage.set(posts_a_day=1)
    sends(stage, TRIP)  # on Tuesday: its reminder on Monday evening is the one post of that day
    stage.choose("Plan all that are clear (1)", stage.mia)
    until(stage, 26, 8, 0)
    assert stage.said() == []
    until(stage, 26, 18, 30)
    assert "Farm trip" in stage.said()[-1]


def test_a_community_may_want_no_digest_and_other_lead_times(stage: Stage) -> None:
    stage.set(week_ahead=False, remind_days_before=(7, 1), remind_at=time(17))
    sends(stage, TRIP)
    stage.choose("Plan all that are clear (1)", stage.mia)
    assert "Tuesday 20 January 2026, 17:00 and Monday 26 January 2026, 17:00" in stage.told(stage.mia)[-1]
    until(stage, 28, 12, 0)
    assert [("This week" in post) for post in stage.said()] == [False, False]


def test_a_digest_waits_for_the_morning_and_is_left_out_when_it_would_be_late(stage: Stage) -> None:
    stage.set(quiet_hours=QuietHours(time(21), time(9, 30)))
    sends(stage, FAIR)
    stage.choose("Plan all that are clear (1)", stage.mia)
    [row] = stage.books.schedules.upcoming("3b", "remind.week")
    assert stage.community.local(row.due).time() == time(9, 30)
    stage.set(quiet_hours=QuietHours(time(21), time(10)))
    until(stage, 19, 9, 30)
    assert stage.said() == [], "the quiet hours are longer now"
    until(stage, 19, 10, 0)
    assert len(stage.said()) == 1
    sends(stage, TRIP)
    stage.choose("Plan all that are clear (1)", stage.mia)
    until(stage, 25, 12, 0)
    assert len(stage.said()) == 2, "the reminder of the evening before the fair"
    stage.due(datetime(2026, 1, 26, 14, 1, tzinfo=UTC) - stage.now)
    assert len(stage.said()) == 2, "by then the morning is over"


def test_what_was_planned_and_is_cancelled_leaves_no_digest(stage: Stage) -> None:
    sends(stage, TRIP)
    stage.choose("Plan all that are clear (1)", stage.mia)
    stage.command("/remind cancel 1", by=stage.mia)
    until(stage, 26, 12, 0)
    assert stage.said() == []


def test_what_is_over_goes_out_of_view_where_the_bot_may(stage: Stage) -> None:
    stage.house.learn(stage.community.chat, replace(TELEGRAM.abilities, delete_others_within=timedelta(hours=48)))
    sends(stage, FAIR, replace(FAIR, uid="sale", title="Cake sale", last_day=date(2026, 1, 24)))
    stage.choose(ALL_CLEAR, stage.mia)
    until(stage, 22, 18, 30)
    until(stage, 24, 8, 0)
    assert withdrawn(stage) == [], "one half of it is still on"
    until(stage, 25, 8, 0)
    assert withdrawn(stage) == [], "too old for that by now"
    sends(stage, TRIP)
    stage.choose("Plan all that are clear (1)", stage.mia)
    until(stage, 26, 18, 30)
    until(stage, 28, 8, 0)
    assert len(withdrawn(stage)) == 1


@pytest.mark.parametrize("known", [True, False])
def test_where_it_may_not_nothing_is_taken_out_of_view(stage: Stage, known: bool) -> None:
    if known:
        stage.house.learn(stage.community.chat, replace(TELEGRAM.abilities, withdraw_own=Ability(False)))
    sends(stage, FAIR)
    stage.choose("Plan all that are clear (1)", stage.mia)
    until(stage, 22, 18, 30)
    until(stage, 24, 8, 0)
    assert withdrawn(stage) == []


def test_a_corrected_newsletter_puts_right_what_was_posted_in_its_place_and_privately(stage: Stage) -> None:
    stage.command("/join reminders", stage.anna)
    sends(stage, FAIR, replace(FAIR, uid="sale", title="Cake sale"))
    stage.choose(ALL_CLEAR, stage.mia)
    until(stage, 22, 18, 30)
    sends(stage, replace(FAIR, starts=time(14)))
    stage.choose("Plan all that are clear (1)", stage.mia)
    assert "Put right where I posted it" in stage.told(stage.mia)[-1]
    [edit, week] = [one for one in stage.intents if isinstance(one, EditSaid)]
    assert week.text.value.startswith("This week")
    assert "2pm: Fair" in edit.text.value
    assert "Cake sale" in edit.text.value, "the post was about both"
    assert edit.otherwise is not None
    assert "has put this right: Fri 23 Jan 2026, 2pm: Fair" in edit.otherwise.value
    assert "has put this right" in stage.told(stage.anna)[-1]
    sends(stage, replace(FAIR, starts=time(14)))
    stage.choose("Plan all that are clear (1)", stage.mia)
    assert "Nothing to do" in stage.told(stage.mia)[-1]


def test_what_is_posted_and_moved_to_another_day_is_put_right_and_planned_anew(stage: Stage) -> None:
    sends(stage, FAIR)
    stage.choose("Plan all that are clear (1)", stage.mia)
    until(stage, 22, 18, 30)
    sends(stage, replace(FAIR, day=date(2026, 1, 30)))
    stage.choose("Plan all that are clear (1)", stage.mia)
    assert "Put right" in stage.told(stage.mia)[-1]
    assert [line[:12] for line in planned(stage)] == ["29 Jan 18:30"]


def test_what_has_other_words_is_found_again_by_a_corrected_newsletter(stage: Stage) -> None:
    sends(stage, FAIR)
    stage.choose("One by one", stage.mia)
    stage.choose("Other words", stage.mia)
    stage.answer("Winter fair in the hall", stage.mia)
    stage.choose("Yes, post it then", stage.mia)
    sends(stage, FAIR)
    stage.choose("Plan all that are clear (1)", stage.mia)
    assert planned(stage) == ["22 Jan 18:30 Winter fair in the hall"]
    sends(stage, replace(FAIR, day=date(2026, 1, 30)))
    stage.choose("Plan all that are clear (1)", stage.mia)
    assert [line[:12] for line in planned(stage)] == ["29 Jan 18:30"]


def test_other_words_for_what_is_tomorrow_ask_when_as_well(stage: Stage) -> None:
    sends(stage, replace(FAIR, day=date(2026, 1, 15)))
    stage.choose("One by one", stage.mia)
    assert "too late to remind anybody at the usual time" in stage.told(stage.mia)[-1]
    stage.choose("Other words", stage.mia)
    stage.answer("Fair tomorrow", stage.mia)
    assert "When" in stage.told(stage.mia)[-1]


# --- two moderators, several groups ---


def test_where_it_takes_two_the_other_moderator_agrees_first(stage: Stage) -> None:
    stage.set(reminders_by_two=True)
    sends(stage, FAIR)
    stage.choose("Plan all that are clear (1)", stage.mia)
    assert "It takes two moderators here" in stage.told(stage.mia)[-1]
    assert planned(stage) == []
    assert "Mia would like to remind Class 3B" in stage.told(stage.omar)[-1]
    stage.choose("I agree: plan it", stage.omar)
    assert len(planned(stage)) == 1
    assert stage.told(stage.mia)[-1].startswith("Omar agrees:")


def test_the_other_moderator_may_say_no(stage: Stage) -> None:
    stage.set(reminders_by_two=True)
    sends(stage, FAIR)
    stage.choose("Plan all that are clear (1)", stage.mia)
    stage.choose("Not yet", stage.omar)
    assert planned(stage) == []
    assert "Omar would rather not" in stage.told(stage.mia)[-1]


@pytest.mark.parametrize("label", ["I agree: plan it", "Not yet"])
def test_a_yes_or_no_counts_only_between_two_moderators_of_today(stage: Stage, label: str) -> None:
    stage.set(reminders_by_two=True)
    mia, omar = stage.community.moderators
    sends(stage, FAIR)
    stage.choose("Plan all that are clear (1)", stage.mia)
    stage.set(moderators=(omar,))
    before = len(stage.told(stage.mia))
    stage.choose(label, stage.omar)
    assert planned(stage) == []
    assert len(stage.told(stage.mia)) == before
    stage.set(moderators=(mia, omar))
    sends(stage, FAIR)
    stage.choose("Plan all that are clear (1)", stage.mia)
    stage.set(moderators=(mia,))
    stage.choose(label, stage.omar)
    assert "Only this group's moderators" in stage.told(stage.omar)[-1]
    assert planned(stage) == []


def test_where_it_takes_two_one_alone_plans_nothing(stage: Stage) -> None:
    stage.set(reminders_by_two=True, moderators=(Moderator(stage.mia, "Mia"),))
    sends(stage, FAIR)
    stage.choose("Plan all that are clear (1)", stage.mia)
    assert "there is no other one" in stage.told(stage.mia)[-1]


def test_the_moderators_of_other_groups_choose_for_their_own(stage: Stage) -> None:
    year = replace(stage.house.communities["year-4"], moderators=(Moderator(stage.omar, "Omar"),))
    stage.house.communities["year-4"] = year
    sends(stage, FAIR, *(replace(TRIP, uid=f"trip-{n}", title=f"Trip {n}") for n in range(25)))
    stage.choose(PASS_ON, stage.mia)
    assert "moderators of: Year 4" in stage.told(stage.mia)[-1]
    offered = stage.told(stage.omar)[-1]
    assert "Mia, who looks after Class 3B, passes on" in offered
    assert "Fair; hall" in offered
    assert "and 6 more" in offered
    assert stage.labels(stage.omar) == ["Plan all that are clear (26)", "One by one"]
    stage.choose("One by one", stage.omar)
    stage.choose("Plan it", stage.omar)
    assert planned(stage) == []
    assert len(stage.books.schedules.upcoming("year-4", "remind.post")) == 1


def test_who_is_no_moderator_any_more_passes_nothing_on(stage: Stage) -> None:
    sends(stage, FAIR)
    stage.set(moderators=(Moderator(stage.omar, "Omar"),))
    before = len(stage.intents)
    stage.choose(PASS_ON, stage.mia)
    assert len(stage.intents) == before + 1


def test_one_group_alone_has_nobody_to_pass_it_on_to(stage: Stage) -> None:
    del stage.house.communities["year-4"]
    sends(stage, FAIR)
    assert PASS_ON not in stage.labels(stage.mia)


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


def test_what_began_already_today_is_planned_no_more(stage: Stage) -> None:
    sends(stage, FAIR)
    stage.now = datetime(2026, 1, 23, 15, 15, tzinfo=UTC)
    stage.choose("Plan all that are clear (1)", stage.mia)
    assert planned(stage) == []


def test_what_was_said_about_the_week_is_put_right_too(stage: Stage) -> None:
    sends(stage, FAIR, TRIP)
    stage.choose(ALL_CLEAR, stage.mia)
    until(stage, 19, 8, 0)
    sends(stage, replace(FAIR, starts=time(14)))
    stage.choose("Plan all that are clear (1)", stage.mia)
    [edit] = [one for one in stage.intents if isinstance(one, EditSaid)]
    assert edit.text.value.startswith("This week")
    assert "2pm: Fair" in edit.text.value
    assert edit.otherwise is None
    sends(stage, replace(FAIR, cancelled=True))
    stage.choose("Plan all that are clear (1)", stage.mia)
    assert len([one for one in stage.intents if isinstance(one, EditSaid)]) == 1, "there is nothing left to say"
