"""Stories about /status, rights that come and go, a group that moves, and moderators whom nobody can reach."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from orchard_bot.chat.abilities import Reach
from orchard_bot.testing.profiles import Profile
from tests.acceptance.conftest import GROUP_PROFILES, LONG, Story, Telling

ONCE_STARTED = [one for one in GROUP_PROFILES if one.abilities.private_messages is Reach.ONCE_STARTED]
NOTICES_BLOCKS = [one for one in GROUP_PROFILES if one.blocks_show]
NOBODY_REACHABLE = "Until one of this group's moderators has opened a chat with me"


async def status(story: Story, who: str = "amira") -> str:
    """What /status says."""
    await story.tells_bot(who, "/status")
    return story.heard(who)[-1]


def said_in_the_group(story: Story) -> list[str]:
    """What the bot has said in the group."""
    return [text for author, text in story.group() if author == "Orchard"]


async def test_status_says_what_is_well_in_a_line(telling: Telling, profile: Profile) -> None:
    async with telling(profile, watch="live") as story:
        page = await status(story)
        assert page.startswith("Larch class\nWatching is on")
        assert "All moderators can be reached." in page
        assert "Cases waiting for you: 0" in page
        assert "not deliverable: 0" in page
        assert "Events set aside for the operator: 0" in page


async def test_status_names_each_right_that_the_platform_does_not_give(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        page = await status(story)
        for ability in profile.abilities.named().values():
            assert ability or ability.why in page


async def test_a_right_that_is_revoked_shows_at_once_with_how_to_grant_it(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        before = (await status(story)).count("•")
        story.world.revoke(story.larch, "remove")
        await story.settle()
        page = await status(story)
        assert "The bot lacks this right in the group." in page
        assert profile.how_to_grant in page
        assert page.count("•") == before + 1
        story.world.grant(story.larch, "remove")
        await story.settle()
        assert (await status(story)).count("•") == before


@pytest.mark.parametrize("profile", ONCE_STARTED, ids=lambda one: one.name)
async def test_status_names_a_moderator_who_has_not_opened_a_chat(telling: Telling, profile: Profile) -> None:
    async with telling(profile, away=["joe"]) as story:
        assert "I can't reach: Joe." in await status(story)
        story.world.open_chat("joe")
        await story.settle()
        assert "All moderators can be reached." in await status(story)


@pytest.mark.parametrize("profile", NOTICES_BLOCKS, ids=lambda one: one.name)
async def test_status_names_a_moderator_who_has_blocked_the_bot(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        story.world.block_bot("joe")
        story.world.add_person("max", "Max")
        story.world.request_join("max", story.larch)
        await story.settle()
        assert "I can't reach: Joe." in await status(story)


async def test_status_counts_what_could_not_be_delivered(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("amira", "/remind Cake sale | tomorrow 9am | Newsletter 12, page 3")
        await story.chooses("amira", "Yes, post it then")
        story.world.revoke(story.larch, "post")
        await story.later(hours=15)
        assert "did not get into the group" in story.phone("amira")
        assert "not deliverable: 1" in await status(story)


async def test_status_counts_events_that_were_set_aside(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        commands = story.bot.core._handling._routes.commands
        assert isinstance(commands, dict)
        feature, command = commands["boundaries"]
        commands["boundaries"] = commands["nothing"] = (feature, type(command)("boundaries", fails, command.summary))
        await story.tells_bot("priya", "/boundaries")
        await story.later(minutes=30)
        assert "Something went wrong here" in story.heard("priya")[-1]
        assert "secret" not in story.phone("priya")
        assert "Events set aside for the operator: 1" in await status(story)


def fails(*_: object) -> None:
    """A handler with a fault in it."""
    raise RuntimeError("/secret/path")


async def test_an_overdue_policy_is_mentioned_once_and_stays_on_the_page(telling: Telling, profile: Profile) -> None:
    async with telling(profile, start=datetime(2026, 4, 3, 17, 30, tzinfo=UTC)) as story:
        assert "Its review was due in March 2026" in await status(story)
        await story.later(strides=LONG, days=11)
        for who in ("amira", "joe"):
            assert story.phone(who).count("A small thing, when you have a moment") == 1
        assert "was to be looked at again" not in story.phone("priya")
        assert said_in_the_group(story) == []


@pytest.mark.parametrize("profile", ONCE_STARTED, ids=lambda one: one.name)
async def test_a_group_without_a_reachable_moderator_hears_of_it_once(telling: Telling, profile: Profile) -> None:
    async with telling(profile, away=["amira", "joe"]) as story:
        [said] = said_in_the_group(story)
        assert NOBODY_REACHABLE in said
        await story.restarted()
        await story.later(strides=LONG, days=2)
        assert len(said_in_the_group(story)) == 1
        await story.tells_bot("priya", "/rules")
        assert "Our code of conduct in short" in story.heard("priya")[-1]


@pytest.mark.parametrize("profile", ONCE_STARTED, ids=lambda one: one.name)
async def test_at_night_nothing_is_said_about_it(telling: Telling, profile: Profile) -> None:
    async with telling(profile, away=["amira", "joe"], start=datetime(2026, 1, 14, 23, 45, tzinfo=UTC)) as story:
        assert said_in_the_group(story) == []
        await story.later(hours=17, minutes=16)
        assert len(said_in_the_group(story)) == 1


async def test_one_reachable_moderator_is_enough_for_silence(telling: Telling, profile: Profile) -> None:
    async with telling(profile, away=["joe"]) as story:
        await story.later(strides=LONG, days=2)
        assert said_in_the_group(story) == []


async def test_a_moderator_gets_one_short_hello(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.restarted()
        await story.later(strides=LONG, days=2)
        for who in ("amira", "joe"):
            assert story.phone(who).count("You are down as a moderator of Larch class") == 1
