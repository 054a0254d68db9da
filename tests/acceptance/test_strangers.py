"""Stories about somebody who writes to the bot and is in none of its groups, and about somebody who is in two."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orchard_bot.community.consent import OptIn
from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.world import World
from tests.acceptance.conftest import Story, Telling

YEAR_FOUR = """
[[communities]]
id = "year-four"
name = "Year Four"
chat = "sandbox/main/year-four"
moderators = [{ person = "sandbox/grace", name = "Grace" }]
"""


def year_four(*members: str) -> Callable[[World], object]:
    """A second group on the same account."""
    return lambda world: world.add_group("year-four", "Year Four", members=[*members, "grace"], admins=["grace"])


async def stranger(story: Story) -> None:
    """Max has found the bot's name somewhere."""
    story.world.add_person("max", "Max")
    story.world.open_chat("max")
    await story.settle()


def names_no_group(story: Story) -> None:
    """Which groups there are is nobody's business but their members'."""
    for name in ("Larch", "larch", "Amira", "Joe"):
        assert name not in story.phone("max")


async def test_a_stranger_is_told_what_the_bot_is_and_not_for_whom(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await stranger(story)
        assert "I help class and year groups" in story.heard("max")[-1]
        await story.tells_bot("max", "Hello there")
        assert "I don't know you from a group yet" in story.heard("max")[-1]
        names_no_group(story)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("/start", "I help class and year groups"),
        ("/start larch", "I help class and year groups"),
        ("/help", "What you can do here"),
        ("/rules", "Our code of conduct in short"),
        ("/concern", "I pass nothing on"),
        ("/boundaries", "You don't owe anybody an answer"),
    ],
)
async def test_a_stranger_may_ask_what_anybody_may_ask(
    telling: Telling, profile: Profile, command: str, says: str
) -> None:
    async with telling(profile) as story:
        await stranger(story)
        await story.tells_bot("max", command)
        assert says in story.heard("max")[-1]
        names_no_group(story)


async def test_the_choices_under_an_answer_are_open_to_strangers_too(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await stranger(story)
        topic = story.bot.core.house.code.topics[0].title
        await story.tells_bot("max", "/rules")
        await story.chooses("max", topic)
        assert story.heard("max")[-1].startswith(topic)
        names_no_group(story)


@pytest.mark.parametrize("command", ["/report", "/join", "/leave", "/why", "/cases", "/case 1", "/status", "/remind"])
async def test_everything_else_is_refused_kindly(telling: Telling, profile: Profile, command: str) -> None:
    async with telling(profile) as story:
        await stranger(story)
        moderators = story.phone("amira"), story.phone("joe")
        await story.tells_bot("max", command)
        assert "I don't know you from a group yet" in story.heard("max")[-1]
        assert (story.phone("amira"), story.phone("joe")) == moderators
        names_no_group(story)


async def test_help_shows_a_stranger_only_what_is_open_to_them(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await stranger(story)
        await story.tells_bot("max", "/help")
        lines = [line for line in story.heard("max")[-1].splitlines() if " – " in line]
        about_oneself = {"/forgetme", "/mydata"}
        for_anybody = {"/boundaries", "/concern", "/help", "/rules", "/school", "/start"}
        assert {line.split(" ")[0] for line in lines} == for_anybody | about_oneself


async def test_a_link_with_a_groups_name_opens_no_door(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        story.world.add_person("max", "Max")
        story.world.open_chat("max", "larch")
        await story.settle()
        assert "I help class and year groups" in story.heard("max")[-1]
        names_no_group(story)


async def test_a_member_whom_the_bot_has_not_met_yet_is_known_by_asking_the_platform(
    telling: Telling, profile: Profile
) -> None:
    """The bot came into the group after them and has never heard from them."""
    async with telling(profile) as story:
        await story.tells_bot("leila", "/join reminders")
        leila = story.world.person_ref("leila")
        given = await story.storage.read(lambda ledger: ledger.consents.given("larch", leila))
        assert given == {OptIn.REMINDERS}


async def test_somebody_who_has_left_is_a_stranger_again(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("leila", "/help")
        assert "/report" in story.heard("leila")[-1]
        story.world.leave("leila", story.larch)
        await story.settle()
        await story.tells_bot("leila", "/report")
        assert "I don't know you from a group yet" in story.heard("leila")[-1]


async def test_a_person_in_two_groups_is_asked_which_and_then_gets_what_they_asked_for(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile, further=YEAR_FOUR, before=year_four("priya")) as story:
        story.world.post("priya", "year-four", "Morning")
        await story.says("priya", "Morning")
        await story.tells_bot("priya", "/join reminders")
        assert "Which group is this about?" in story.heard("priya")[-1]
        await story.chooses("priya", "Year Four")
        assert "You'll get reminders" in story.heard("priya")[-1]
        priya = story.world.person_ref("priya")
        assert await story.storage.read(lambda ledger: ledger.consents.given("year-four", priya)) == {OptIn.REMINDERS}
        assert await story.storage.read(lambda ledger: ledger.consents.given("larch", priya)) == frozenset()


async def test_a_report_finds_the_right_moderators_though_the_bot_met_its_author_elsewhere(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile, further=YEAR_FOUR, before=year_four("priya")) as story:
        await story.says("priya", "Morning")
        await story.tells_bot("priya", "/report He is at it again")
        assert "Which group is this about?" in story.heard("priya")[-1]
        await story.chooses("priya", "Year Four")
        assert "This is about Year Four" in story.heard("priya")[-1]


async def test_which_group_is_asked_only_where_it_matters(telling: Telling, profile: Profile) -> None:
    async with telling(profile, further=YEAR_FOUR, before=year_four("priya")) as story:
        story.world.post("priya", "year-four", "Morning")
        await story.says("priya", "Morning")
        for words, says in [
            ("hello", "didn't understand"),
            ("/unicorn", "I don't know that command"),
            ("cancel", "nothing to stop"),
            ("7", "isn't on offer"),
        ]:
            await story.tells_bot("priya", words)
            assert says in story.heard("priya")[-1]
        assert "Which group" not in story.phone("priya")


async def test_a_link_says_which_group_is_meant(telling: Telling, profile: Profile) -> None:
    async with telling(profile, further=YEAR_FOUR, before=year_four("priya")) as story:
        story.world.open_chat("priya", "year-four")
        await story.settle()
        assert "I help Year Four" in story.heard("priya")[-1]
        await story.tells_bot("priya", "/join notes")
        assert "I'll send you a private note" in story.heard("priya")[-1]
        assert "Which group" not in story.phone("priya")


async def test_start_lets_a_person_in_two_groups_choose_again(telling: Telling, profile: Profile) -> None:
    async with telling(profile, further=YEAR_FOUR, before=year_four("priya")) as story:
        story.world.post("priya", "year-four", "Morning")
        await story.says("priya", "Morning")
        for group in ("Year Four", "Larch class"):
            await story.tells_bot("priya", "/start")
            await story.chooses("priya", group)
            assert f"I help {group}" in story.heard("priya")[-1]
            await story.tells_bot("priya", "/join")
            assert "Which group" not in story.heard("priya")[-1]


async def test_a_moderator_of_one_group_is_a_parent_in_the_other(telling: Telling, profile: Profile) -> None:
    async with telling(profile, further=YEAR_FOUR, before=year_four()) as story:
        await story.says("grace", "Morning")
        story.world.open_chat("grace", "larch")
        await story.settle()
        assert "I help Larch class" in story.heard("grace")[-1]
        await story.tells_bot("grace", "/status")
        assert "Only this group's moderators can do that" in story.heard("grace")[-1]
        await story.tells_bot("grace", "/start year-four")
        assert "You are a moderator of Year Four" in story.heard("grace")[-1]


async def test_the_second_group_hears_nothing_of_the_first(telling: Telling, profile: Profile) -> None:
    async with telling(profile, further=YEAR_FOUR, before=year_four("priya")) as story:
        await story.says("tomasz", "/status")
        await story.tells_bot("amira", "/status")
        assert "Year Four" not in story.phone("amira")
        assert all(one.by_bot is False for one in story.world.transcript("year-four"))
