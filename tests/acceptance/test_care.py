"""Stories of moderators who are parents too: what they are spared, what a week brought, and how one of them goes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orchard_bot.chat.abilities import Reach
from orchard_bot.community.case import CaseState
from orchard_bot.testing.profiles import Profile
from tests.acceptance.conftest import GROUP_PROFILES, Story, Telling

UNKIND = "Some of you really cannot drive, can you"
HARD = "I know where his sister lives, he had better watch out"
LONG = timedelta(hours=2)
ONCE_STARTED = [one for one in GROUP_PROFILES if one.abilities.private_messages is Reach.ONCE_STARTED]


async def reported(story: Story, text: str = UNKIND) -> None:
    message = await story.says("tomasz", text)
    await story.reports("priya", message, "Tell the moderators", "No abuse")


async def test_hard_words_are_shown_to_whoever_chooses_to_see_them(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", HARD)
        await story.reports("priya", message, "A child may be at risk")
        assert HARD not in story.phone("amira") + story.phone("joe")
        await story.chooses("amira", "Show the words")
        assert HARD in story.heard("amira")[-1]
        assert HARD not in story.phone("joe")


async def test_cases_may_come_all_together_at_one_hour_of_the_day(telling: Telling, profile: Profile) -> None:
    async with telling(profile, more="alerts_at = 12:00:00") as story:
        await reported(story)
        await reported(story, f"{UNKIND}!")
        assert "Case 1" not in story.phone("amira")
        await story.later(hours=17, strides=LONG)
        assert "Case 1" in story.phone("amira")
        assert "Case 2" in story.phone("amira")


async def test_a_risk_to_somebody_does_not_wait_for_that_hour(telling: Telling, profile: Profile) -> None:
    async with telling(profile, more="alerts_at = 12:00:00") as story:
        message = await story.says("tomasz", HARD)
        await story.reports("priya", message, "A child may be at risk")
        assert "Somebody may be at risk." in story.phone("amira")


async def test_on_monday_everybody_hears_what_the_week_brought(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await reported(story)
        await story.chooses("amira", "It's fine: dismiss", on="Case 1:")
        await reported(story, f"{UNKIND}!")
        await story.later(days=5, strides=LONG)
        assert "Cases decided: 1, by you: 1. Waiting now: 1." in story.phone("amira")
        assert "Cases decided: 1, by you: 0. Waiting now: 1." in story.phone("joe")
        assert "the last week" not in story.phone("priya")


@pytest.mark.parametrize("profile", ONCE_STARTED, ids=lambda one: one.name)
async def test_the_others_hear_whom_the_bot_cannot_write_to(telling: Telling, profile: Profile) -> None:
    async with telling(profile, away=["joe"]) as story:
        await story.later(days=3, strides=LONG)
        assert story.phone("amira").count("I can't write to Joe") == 1


async def test_who_hands_over_leaves_nothing_lying(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await reported(story)
        await story.chooses("joe", "I'll look at it", on="Case 1:")
        await story.tells_bot("joe", "/handover")
        assert "orchard.toml" in story.heard("joe")[-1]
        assert "Joe is handing over" in story.phone("amira")
        await story.chooses("amira", "I'll look at it", on="Case 1:")
        assert (await story.case()).state is CaseState.CLAIMED


async def test_who_is_taken_off_the_list_sees_no_case_any_more(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await reported(story)
        await story.chooses("joe", "I'll look at it", on="Case 1:")
        listed = f'{{ person = "{story.world.person_ref("joe")}", name = "Joe" }},'
        config = story.config.read_text(encoding="utf-8")
        assert listed in config
        story.config.write_text(config.replace(listed, ""), encoding="utf-8")
        await story.restarted()
        await story.later(hours=1)
        assert "Joe is no longer a moderator" in story.phone("amira")
        if profile.abilities.edit_own:
            assert UNKIND not in story.phone("joe")
        await story.chooses("amira", "It's fine: dismiss", on="Case 1:")
        assert (await story.case()).state is CaseState.DECIDED
