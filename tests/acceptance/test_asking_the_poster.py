"""Stories of the policy's first way: the bot asks the poster, without a name, and what comes of it."""

from __future__ import annotations

from orchard_bot.chat.abilities import Reach
from orchard_bot.community.case import CaseState
from orchard_bot.testing.profiles import Profile
from tests.acceptance.conftest import Story, Telling, where

UNKIND = "That new teaching assistant is useless, honestly"
KINDER = "I hope the new teaching assistant settles in"


async def asked(story: Story, guideline: str = "No abuse") -> None:
    """Priya has the bot ask Tomasz."""
    message = await story.says("tomasz", UNKIND)
    await story.reports("priya", message, "Ask the poster", "Ask for me", guideline)


def cases_seen(story: Story) -> list[str]:
    """What moderators were told about cases."""
    return [words for who in ("amira", "joe") for words in story.heard(who) if "Case" in words]


async def test_the_poster_is_asked_in_private_without_a_name(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await asked(story)
        [request] = story.heard("tomasz")
        assert request.startswith("A quiet request about Larch class. Only you see this.")
        assert UNKIND in request
        for giveaway in ("Priya", "report", "complain", "somebody told"):
            assert giveaway not in request
        assert "I'm asking now, without your name" in story.phone("priya")
        assert cases_seen(story) == []
        assert story.aloud() == []


async def test_a_poster_who_removes_it_hears_thanks_and_no_moderator_hears_of_it(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        await asked(story)
        [message] = [one for one in story.world.transcript(story.larch) if one.text == UNKIND]
        await story.deletes("tomasz", message)
        if (await story.case()).state is CaseState.ASKED:  # nobody told the bot of the deletion
            await story.chooses("tomasz", "I've removed it")
            assert "the poster says that the message is gone" in story.heard("priya")[-1]
        else:
            assert "the message you reported has gone" in story.heard("priya")[-1]
        await story.later(hours=3)
        assert cases_seen(story) == []
        assert (await story.case()).state is CaseState.SETTLED


async def test_a_poster_who_says_nothing_leaves_it_to_the_moderators_after_two_hours(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        await asked(story)
        await story.later(hours=1, minutes=50)
        assert cases_seen(story) == []
        await story.later(minutes=20)
        assert len(cases_seen(story)) == 2
        assert "nothing has changed" in story.phone("amira")
        assert "has reached the moderators" in story.phone("priya")
        await story.chooses("tomasz", "I think it is fine")
        assert "The moderators will take a look" in story.heard("tomasz")[-1]
        assert "thinks it is fine" in story.phone("joe")


async def test_where_safety_is_at_stake_the_wait_is_a_quarter_of_an_hour(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", "It is the corner house, everybody knows it")
        await story.reports("priya", message, "Ask the poster", "Ask for me", "More", "Keep other people's details")
        assert "a quarter of an hour" in story.heard("priya")[-1]
        await story.later(minutes=20)
        assert len(cases_seen(story)) == 2
        assert story.heard("amira")[-1].startswith("Somebody may be at risk.")


async def test_a_poster_who_would_like_to_talk_reaches_the_moderators_at_once(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        await asked(story)
        await story.chooses("tomasz", "I'd like to talk")
        assert "I've let the moderators know" in story.heard("tomasz")[-1]
        for moderator in ("amira", "joe"):
            assert "would like to talk to a moderator" in story.phone(moderator)
            assert "Priya" not in story.phone(moderator)
        assert "has reached the moderators" in story.phone("priya")


async def test_a_poster_who_finds_it_fine_is_thanked_and_people_decide(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await asked(story)
        await story.chooses("tomasz", "I think it is fine")
        assert "thinks it is fine" in story.phone("amira")
        await story.chooses("amira", "dismiss")
        assert "your report has been looked at" in story.heard("priya")[-1]


@where(lambda profile: profile.abilities.private_messages is Reach.ONCE_STARTED and not profile.ephemeral_commands)
async def test_a_poster_who_cannot_be_reached_leaves_it_to_the_moderators_and_the_reporter_knows(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile, away=["tomasz"]) as story:
        await asked(story)
        assert "I could not reach the poster privately" in story.phone("priya")
        assert "could not be reached" in story.phone("amira")
        assert story.group() == [("Tomasz", UNKIND)]
        story.world.open_chat("tomasz")
        await story.settle()
        await story.chooses("tomasz", "I'd like to talk")
        assert "would like to talk to a moderator" in story.phone("joe")


@where(lambda profile: profile.abilities.private_reply_in_group)
async def test_a_poster_who_never_started_the_bot_is_asked_where_only_they_see_it(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile, away=["tomasz"]) as story:
        await asked(story)
        assert len(story.heard("tomasz")) == 1
        assert story.group() == [("Tomasz", UNKIND)]
        await story.chooses("tomasz", "I think it is fine")
        assert len(cases_seen(story)) == 2


async def test_a_mended_message_goes_back_to_its_reporter_who_ends_it_with_one_tap(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        await asked(story)
        [message] = [one for one in story.world.transcript(story.larch) if one.text == UNKIND]
        await story.edits("tomasz", message, KINDER)
        assert f"“{KINDER}”" in story.heard("priya")[-1]
        await story.chooses("priya", "Yes, it's fine now")
        await story.later(hours=3)
        assert cases_seen(story) == []
        assert (await story.case()).state is CaseState.SETTLED
        assert story.phone("priya").count("the poster has changed the message") == 1


async def test_a_mended_message_that_still_hurts_goes_to_the_moderators(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await asked(story)
        [message] = [one for one in story.world.transcript(story.larch) if one.text == UNKIND]
        await story.edits("tomasz", message, "She is a bit useless")
        await story.chooses("priya", "No, please tell")
        on_its_way, sent = story.heard("priya")[-2:]
        assert "It is on its way" in on_its_way
        assert "has reached the moderators" in sent
        assert "She is a bit useless" in story.phone("amira")


async def test_a_second_reporter_joins_the_question_that_was_asked(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await asked(story)
        [message] = [one for one in story.world.transcript(story.larch) if one.text == UNKIND]
        await story.reports("grace", message, "Ask the poster", "Ask for me", "Not sure")
        assert "has been asked about this one already" in story.heard("grace")[-1]
        assert len(story.heard("tomasz")) == 1
        await story.reports("leila", message, "Tell the moderators", "Not sure")
        assert "3 members reported it" in story.phone("amira")
        for reporter in ("priya", "grace", "leila"):
            assert "has reached the moderators" in story.phone(reporter)
        await story.chooses("amira", "dismiss")
        for reporter in ("priya", "grace", "leila"):
            assert story.phone(reporter).count("your report has been looked at") == 1
