"""Stories about reminders: from a moderator's words to the post in the group, once, at the right minute or not at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orchard_bot.testing.profiles import Profile
from tests.acceptance.conftest import LONG, Story, Telling

CAKE = "/remind Cake sale in the hall | {when} | Newsletter 12, page 3"


async def plans(story: Story, when: str, *, who: str = "amira") -> None:
    """A moderator plans the reminder about the cake sale."""
    await story.tells_bot(who, CAKE.format(when=when))
    await story.chooses(who, "Yes, post it then")


def posts(story: Story) -> list[datetime]:
    """When the reminder was posted in the group."""
    return [
        one.at
        for one in story.world.transcript(story.larch)
        if one.by_bot and one.only_for is None and "Cake sale in the hall" in one.text
    ]


async def test_a_reminder_is_asked_for_shown_agreed_to_and_posted_at_its_time(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        await story.tells_bot("amira", "/remind")
        await story.tells_bot("amira", "Cake sale in the hall")
        await story.tells_bot("amira", "tomorrow at 8am")
        await story.tells_bot("amira", "Newsletter 12, page 3")
        preview = story.heard("amira")[-1]
        assert "Thursday 15 January 2026" in preview
        assert "Cake sale in the hall" in preview
        assert posts(story) == []
        await story.chooses("amira", "Yes, post it then")
        await story.later(hours=12, minutes=25)
        assert posts(story) == []
        await story.later(minutes=10)
        [posted] = posts(story)
        assert datetime(2026, 1, 15, 8, 0, tzinfo=UTC) <= posted < datetime(2026, 1, 15, 8, 6, tzinfo=UTC)
        [text] = [text for author, text in story.group() if author == "Orchard"]
        assert "Newsletter 12, page 3" in text
        assert "not by the school" in text
        assert "No answer needed" in text


async def test_nothing_is_posted_without_a_yes(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("amira", CAKE.format(when="tomorrow 9am"))
        await story.later(strides=LONG, days=2)
        assert posts(story) == []
        await story.tells_bot("amira", CAKE.format(when="tomorrow 9am"))
        await story.chooses("amira", "No, drop it")
        await story.later(strides=LONG, days=2)
        assert posts(story) == []


async def test_a_reminder_in_the_quiet_hours_is_moved_to_the_morning(telling: Telling, profile: Profile) -> None:
    async with telling(profile, more="quiet_hours = { start = 21:00:00, end = 07:30:00 }") as story:
        await story.tells_bot("amira", CAKE.format(when="today 10pm"))
        assert "That is in the quiet hours, so I've moved it" in story.heard("amira")[-1]
        await story.chooses("amira", "Yes, post it then")
        await story.later(hours=13)
        [posted] = posts(story)
        assert posted >= datetime(2026, 1, 15, 7, 30, tzinfo=UTC)


async def test_a_full_day_takes_no_more_posts(telling: Telling, profile: Profile) -> None:
    async with telling(profile, more="posts_a_day = 1") as story:
        await plans(story, "tomorrow 9am")
        await story.tells_bot("joe", CAKE.format(when="tomorrow 5pm"))
        assert "at most 1 posts a day" in story.heard("joe")[-1]
        await story.later(days=1, hours=3)
        assert len(posts(story)) == 1


async def test_a_cancelled_reminder_is_not_posted_and_its_maker_hears_of_it(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await plans(story, "tomorrow 9am")
        await story.tells_bot("joe", "/remind list")
        assert "Cake sale in the hall" in story.heard("joe")[-1]
        await story.chooses("joe", "Cancel 1")
        assert "Joe has cancelled a reminder you had planned" in story.heard("amira")[-1]
        await story.later(days=1)
        assert posts(story) == []


async def test_a_restart_around_the_due_minute_posts_once(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await plans(story, "tomorrow 8am")
        await story.later(hours=12, minutes=29)
        await story.restarted()
        story.clock.advance(60)
        await story.restarted()
        await story.later(minutes=5)
        await story.restarted()
        await story.later(strides=LONG, hours=30)
        assert len(posts(story)) == 1


async def test_after_a_short_absence_a_reminder_is_posted_late(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await plans(story, "tomorrow 8am")
        await story.is_off(hours=13, minutes=30)
        assert len(posts(story)) == 1


async def test_after_a_long_absence_it_is_left_out_and_its_maker_hears_why(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await plans(story, "tomorrow 8am")
        await story.is_off(days=3)
        assert posts(story) == []
        assert "I didn't post this reminder" in story.heard("amira")[-1]
        assert "I didn't post this reminder" not in story.phone("joe")


@pytest.mark.parametrize(
    ("start", "when", "posted_at"),
    [
        # The night of 29 March 2026, 1am becomes 2am; the night of 25 October, 2am becomes 1am.
        (datetime(2026, 3, 28, 18, tzinfo=UTC), "Sun 29/3/2026 8am", datetime(2026, 3, 29, 7, tzinfo=UTC)),
        (datetime(2026, 10, 24, 17, tzinfo=UTC), "Sun 25/10/2026 8am", datetime(2026, 10, 25, 8, tzinfo=UTC)),
    ],
)
async def test_eight_oclock_is_eight_oclock_after_the_clocks_have_changed(
    telling: Telling, profile: Profile, start: datetime, when: str, posted_at: datetime
) -> None:
    async with telling(profile, start=start) as story:
        await plans(story, when)
        await story.later(hours=20)
        [posted] = posts(story)
        assert 0 <= (posted - posted_at).total_seconds() < 660


@pytest.mark.parametrize(
    ("start", "when", "says"),
    [
        (datetime(2026, 3, 28, 18, tzinfo=UTC), "29/3/2026 1:30am", "that time doesn't exist"),
        (datetime(2026, 10, 24, 17, tzinfo=UTC), "25/10/2026 1:30am", "that time comes twice"),
    ],
)
async def test_a_time_that_the_clocks_skip_or_repeat_is_asked_about(
    telling: Telling, profile: Profile, start: datetime, when: str, says: str
) -> None:
    async with telling(profile, start=start) as story:
        await story.tells_bot("amira", CAKE.format(when=when))
        assert says in story.heard("amira")[-1]


async def test_a_reminder_needs_a_source_and_asks_nobody_to_answer(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("amira", "/remind Cake sale | tomorrow 9am | somebody told me")
        assert "I need its place" in story.heard("amira")[-1]
        await story.tells_bot("amira", "/cancel")
        await story.tells_bot("amira", "/remind Cakes, please reply | tomorrow 9am | Newsletter 12, page 3")
        assert "Nobody here has to" in story.heard("amira")[-1]


async def test_a_parent_cannot_plan_a_post(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("priya", CAKE.format(when="tomorrow 9am"))
        assert "Only this group's moderators can do that" in story.heard("priya")[-1]
        await story.later(days=1)
        assert posts(story) == []


async def test_planning_in_the_group_shows_the_group_nothing_but_the_post(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.says("amira", CAKE.format(when="tomorrow 9am"))
        await story.chooses("amira", "Yes, post it then")
        await story.later(hours=14)
        assert len(posts(story)) == 1
        bot = [text for author, text in story.group() if author == "Orchard"]
        assert len(bot) == 1


async def test_a_reminder_whose_answer_was_lost_is_never_posted_twice(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await plans(story, "tomorrow 9am")
        await story.later(hours=13)
        story.world.faults.drop_answer()
        await story.later(hours=2)
        assert len(posts(story)) == 1
        looks = "look in the group whether it is there" in story.phone("amira")
        assert looks != profile.transaction_ids


async def test_who_asked_for_it_hears_of_it_in_private_when_the_group_does(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("priya", "/reminders on")
        assert "You'll get reminders" in story.heard("priya")[-1]
        await plans(story, "tomorrow 8am")
        await story.tells_bot("grace", "/reminders")
        assert "Cake sale in the hall" in story.heard("grace")[-1]
        assert "Newsletter 12, page 3" in story.heard("grace")[-1]
        await story.later(hours=12, minutes=25)
        assert "Cake sale in the hall" not in story.phone("priya")
        await story.later(minutes=15)
        assert len(posts(story)) == 1
        assert story.phone("priya").count("From the newsletter: Cake sale in the hall") == 1
        assert "From the newsletter" not in story.phone("tomasz")
        await story.tells_bot("priya", "/reminders off")
        await plans(story, "Fri 16/1/2026 9am")
        await story.later(strides=LONG, days=2)
        assert len(posts(story)) == 2
        assert story.phone("priya").count("From the newsletter: Cake sale in the hall") == 1
