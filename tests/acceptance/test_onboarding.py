"""Stories about coming in and going out: a private welcome, nothing on without a yes, nobody else any the wiser."""

from __future__ import annotations

import pytest

from orchard_bot.chat.abilities import Reach
from orchard_bot.community.consent import OptIn
from orchard_bot.testing.profiles import Profile
from tests.acceptance.conftest import GROUP_PROFILES, LONG, Story, Telling

ONCE_STARTED = [one for one in GROUP_PROFILES if one.abilities.private_messages is Reach.ONCE_STARTED]
EVERYBODY_ELSE = ("priya", "tomasz", "grace", "leila", "amira", "joe")


async def comes(story: Story, who: str = "noor", name: str = "Noor", *, started: bool = True) -> None:
    """Somebody new comes into the group."""
    story.world.add_person(who, name, started=started)
    story.world.join(who, story.larch)
    await story.settle()


async def given(story: Story, who: str = "noor") -> frozenset[OptIn]:
    """What this person has said yes to."""
    person = story.world.person_ref(who)
    return await story.storage.read(lambda ledger: ledger.consents.given("larch", person))


async def test_the_welcome_is_private_and_begins_with_voluntary(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        others = {who: story.phone(who) for who in EVERYBODY_ELSE}
        await comes(story)
        [welcome] = story.heard("noor")
        assert welcome.index("Being here is up to you") < welcome.index("I'm Orchard Bot")
        assert "leave it in the app at any time" in welcome
        assert story.group() == []
        assert {who: story.phone(who) for who in EVERYBODY_ELSE} == others


async def test_nothing_is_on_without_a_yes_and_each_yes_stands_for_itself(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await comes(story)
        await story.later(strides=LONG, days=3)
        assert await given(story) == frozenset(), "silence is not consent"
        await story.chooses("noor", "Yes to private notes")
        assert await given(story) == {OptIn.NOTES}
        await story.chooses("noor", "Yes to reminders", on="Welcome")
        assert await given(story) == {OptIn.NOTES, OptIn.REMINDERS}
        assert story.group() == []
        for other in EVERYBODY_ELSE:
            assert "Noor" not in story.phone(other)
            assert "private note" not in story.phone(other)


async def test_no_thanks_leaves_everything_off_and_is_not_asked_about_again(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await comes(story)
        await story.chooses("noor", "No, thank you")
        assert await given(story) == frozenset()
        said = story.heard("noor")
        await story.later(strides=LONG, days=8)
        assert story.heard("noor") == said


async def test_somebody_who_comes_back_is_not_welcomed_twice(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await comes(story)
        story.world.leave("noor", story.larch)
        await story.settle()
        story.world.join("noor", story.larch)
        await story.settle()
        assert len(story.heard("noor")) == 1


@pytest.mark.parametrize("profile", ONCE_STARTED, ids=lambda one: one.name)
async def test_the_welcome_of_somebody_out_of_reach_waits_until_they_open_the_chat(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        await comes(story, started=False)
        at_once = bool(profile.abilities.private_reply_in_group)
        assert ["Welcome to Larch class!" in one for one in story.heard("noor")] == [True] * at_once
        story.world.open_chat("noor")
        await story.settle()
        assert sum("Welcome to Larch class!" in one for one in story.heard("noor")) == 1
        assert story.group() == []
        await story.chooses("noor", "Yes to reminders")
        assert await given(story) == {OptIn.REMINDERS}


async def test_join_and_leave_change_it_later_one_by_one(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("priya", "/join")
        assert "On for you now: nothing" in story.heard("priya")[-1]
        await story.tells_bot("priya", "/join notes")
        await story.tells_bot("priya", "/join reminders")
        assert await given(story, "priya") == {OptIn.NOTES, OptIn.REMINDERS}
        await story.tells_bot("priya", "/leave")
        await story.chooses("priya", "Private notes off")
        assert await given(story, "priya") == {OptIn.REMINDERS}
        await story.tells_bot("priya", "/leave everything")
        assert await given(story, "priya") == frozenset()
        assert "You are still in the group" in story.heard("priya")[-1]
        await story.tells_bot("priya", "/leave")
        assert "There was nothing to switch off" in story.heard("priya")[-1]


async def test_a_yes_given_in_the_group_is_answered_in_private(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.says("priya", "/join reminders")
        assert await given(story, "priya") == {OptIn.REMINDERS}
        assert "You'll get reminders" in story.phone("priya")
        if profile.abilities.hide_commands:
            assert story.group() == []
        for other in EVERYBODY_ELSE[1:]:
            assert "reminders" not in story.phone(other)


async def test_leaving_the_group_ends_every_yes_and_an_old_button_brings_none_back(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        await comes(story)
        await story.chooses("noor", "Yes to private notes")
        story.world.leave("noor", story.larch)
        await story.settle()
        assert await given(story) == frozenset()
        private = [one for one in story.seen_by_one("noor") if one.ref.chat == story.world.private("noor")]
        if any("Welcome" in one.text for one in private):
            await story.chooses("noor", "Yes to reminders", on="Welcome")
            assert await given(story) == frozenset()
            assert "not in the group" in story.heard("noor")[-1]
