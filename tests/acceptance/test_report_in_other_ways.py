"""Stories of reports that do not begin with a reply, or that concern somebody special."""

from __future__ import annotations

from orchard_bot.chat.abilities import Reach
from orchard_bot.chat.steps import SendToGroup
from orchard_bot.testing.profiles import Forwards, Profile
from tests.acceptance.conftest import Story, Telling, where

UNKIND = "That new teaching assistant is useless, honestly"
HAPPENED = "A father shouted at the caretaker by the gate"


def alerts(story: Story, who: str) -> list[str]:
    """What this moderator was told about cases."""
    return [words for words in story.heard(who) if words.startswith("Case") or "Somebody may be at risk" in words]


async def test_a_report_may_be_typed_in_private_in_ones_own_words(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.says("priya", "Morning all")
        await story.tells_bot("priya", "/report")
        assert "Forward the message to me, or tell me in your own words" in story.heard("priya")[-1]
        await story.tells_bot("priya", HAPPENED)
        assert "Ask the poster" not in story.heard("priya")[-1]
        await story.chooses("priya", "Tell the moderators")
        await story.chooses("priya", "Not sure")
        assert f"In a reporter's words: “{HAPPENED}”" in story.phone("amira")
        assert "Priya" not in story.phone("amira")
        assert "has reached the moderators" in story.phone("priya")


async def test_words_may_come_with_the_command_or_instead_of_a_guideline(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.says("priya", "/report she is still in training", reply_to=message)
        await story.chooses("priya", "Tell the moderators")
        await story.tells_bot("priya", "and her name was said")
        assert "“she is still in training and her name was said”" in story.phone("joe")
        assert ("Tomasz", UNKIND) in story.group()


@where(lambda profile: profile.forwards is Forwards.ORIGIN)
async def test_a_forwarded_message_brings_its_author_along_where_the_platform_says_so(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.says("priya", "Morning all")
        await story.tells_bot("priya", "", forward=message)
        await story.chooses("priya", "Tell the moderators")
        await story.chooses("priya", "Not sure")
        assert "Tomasz wrote" in story.phone("amira")
        assert UNKIND in story.phone("amira")


async def test_a_message_whose_author_the_platform_hides_can_be_reported_all_the_same(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        elsewhere = story.world.add_group("elsewhere", "Another group", members=["priya", "tomasz"])
        message = story.world.post("tomasz", elsewhere, UNKIND)
        await story.says("priya", "Morning all")
        await story.tells_bot("priya", "/report")
        await story.tells_bot("priya", "", forward=message)
        await story.chooses("priya", "Tell the moderators")
        await story.chooses("priya", "Not sure")
        assert UNKIND in story.phone("amira")


async def test_a_report_in_the_group_without_a_reply_asks_which_message_in_private(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        await story.says("tomasz", UNKIND)
        before = story.group()
        await story.says("priya", "/report")
        assert "Which message do you mean?" in story.phone("priya")
        if profile.abilities.hide_commands:
            assert story.group() == before
        await story.tells_bot("priya", "cancel")
        assert story.heard("priya")[-1].startswith("Stopped.")
        assert await story.cases() == []


async def test_ones_own_message_and_the_bots_need_no_report(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        mine = await story.says("priya", UNKIND)
        await story.says("priya", "/report", reply_to=mine)
        assert "That is your own message" in story.phone("priya")
        [platform] = story.bot.core.platforms.values()
        receipt = await platform.perform(SendToGroup(key="k", chat=story.larch, text="Good evening"))
        [said] = [one for one in story.world.transcript(story.larch) if one.ref == receipt.message]
        await story.says("priya", "/report", reply_to=said)
        assert "That one is from me, the bot" in story.phone("priya")
        assert await story.cases() == []
        assert alerts(story, "amira") == alerts(story, "joe") == []


async def test_a_message_that_is_gone_already_can_still_be_reported(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Tell the moderators")
        await story.deletes("tomasz", message)
        await story.chooses("priya", "Not sure")
        assert UNKIND in story.phone("amira")
        await story.chooses("amira", "Delete", on="Case 1")
        assert UNKIND not in str(story.group())
        assert "your report has been looked at" in story.phone("priya")


async def test_a_report_about_a_moderator_reaches_only_the_other_one(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("amira", UNKIND)
        await story.reports("priya", message, "Tell the moderators", "Not sure")
        assert UNKIND in story.phone("joe")
        assert alerts(story, "amira") == []
        await story.tells_bot("amira", "/cases")
        assert "Nothing is waiting" in story.heard("amira")[-1]
        await story.tells_bot("amira", "/case 1")
        assert "There is no such case that you could open" in story.heard("amira")[-1]
        assert UNKIND not in story.phone("amira")
        await story.chooses("joe", "Kind note", on="Case 1")
        assert "A kind word about something you posted" in story.heard("amira")[-1]


async def test_a_report_by_a_moderator_is_decided_by_the_other_one(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.says("amira", "/report", reply_to=message)
        assert "the others decide it and you stand aside" in story.phone("amira")
        await story.chooses("amira", "Tell the moderators")
        await story.chooses("amira", "Not sure")
        assert UNKIND in story.phone("joe")
        assert "Amira" not in "".join(alerts(story, "joe"))
        assert alerts(story, "amira") == []
        await story.chooses("joe", "dismiss")
        assert "your report has been looked at" in story.phone("amira")


async def test_where_no_moderator_is_left_the_reporter_is_told_and_shown_the_school_route(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        message = await story.says("amira", UNKIND)
        await story.reports("joe", message, "Tell the moderators", "Not sure")
        assert "there is no moderator who could look at this" in story.phone("joe")
        assert "SCHOOL1@orchard.leics.sch.uk" in story.phone("joe")
        assert "It is on its way" not in story.phone("joe")
        assert alerts(story, "amira") == alerts(story, "joe") == []


@where(lambda profile: profile.abilities.private_reply_in_group)
async def test_somebody_who_never_started_the_bot_reports_inside_the_group_where_only_they_see_it(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile, away=["priya"]) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Tell the moderators", "Not sure")
        assert story.world.inbox("priya") == []
        assert "It is on its way to the moderators" in story.phone("priya")
        assert UNKIND in story.phone("joe")
        assert story.group() == [("Tomasz", UNKIND)]


@where(lambda profile: profile.abilities.private_messages is Reach.ONCE_STARTED and not profile.ephemeral_commands)
async def test_a_report_by_somebody_out_of_reach_is_not_lost_and_waits_with_the_moderators(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile, away=["priya"]) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message)
        assert story.heard("priya") == []
        assert UNKIND in story.phone("joe")
        assert "Priya" not in story.phone("joe")
        story.world.open_chat("priya")
        await story.settle()
        assert "the moderators have it now, in confidence" in story.phone("priya")
        assert [words for words in story.heard("priya") if "What would help?" in words] == []


async def test_two_who_report_the_same_message_make_one_case(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Tell the moderators", "No abuse")
        await story.reports("grace", message, "Tell the moderators", "Support and respect")
        assert len(await story.cases()) == 1
        [alert] = alerts(story, "joe")
        assert "2 members reported it, in confidence." in alert
        await story.chooses("joe", "Kind note")
        for reporter in ("priya", "grace"):
            assert story.phone(reporter).count("your report has been looked at") == 1
        assert len([words for words in story.heard("tomasz") if "A kind word" in words]) == 1


async def test_the_same_report_twice_is_thanked_for_and_adds_nothing(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Tell the moderators", "Not sure")
        before = alerts(story, "amira")
        await story.reports("priya", message, "Tell the moderators", "Not sure")
        assert "You have told me about this one already" in story.heard("priya")[-1]
        assert alerts(story, "amira") == before
        assert story.phone("priya").count("has reached the moderators") == 1


async def test_safety_shows_the_emergency_numbers_at_once_and_then_goes_to_the_moderators(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", "I know where his sister lives, he had better watch out")
        await story.reports("priya", message)
        before = len(story.heard("priya"))
        await story.chooses("priya", "A child may be at risk")
        card, *rest = story.heard("priya")[before:]
        assert "ring 999" in card
        assert "0808 800 5000" in card
        assert "Childline" in card
        assert ["It is on its way" in words for words in rest] == [True, False]
        assert "has reached the moderators" in rest[-1]
        for moderator in ("amira", "joe"):
            assert alerts(story, moderator)[0].startswith("Somebody may be at risk.")


async def test_where_few_could_have_seen_it_the_reporter_is_warned_first(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        for who in ("grace", "leila", "joe"):
            story.world.leave(who, story.larch)
            await story.settle()
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Tell the moderators", "Not sure")
        assert "may guess who reported it" in story.heard("priya")[-1]
        assert await story.cases() == []
        await story.chooses("priya", "Send it all the same")
        assert "has reached the moderators" in story.heard("priya")[-1]


async def test_just_noting_it_leaves_nothing_in_the_database(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "I'm just noting it")
        assert "I've kept nothing" in story.heard("priya")[-1]
        assert await story.cases() == []
        assert await story.written_down("teaching assistant") == []


async def test_writing_to_the_school_tells_and_keeps_nothing(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Write to the school")
        assert "mailto:SCHOOL1@orchard.leics.sch.uk" in story.heard("priya")[-1]
        assert await story.written_down("teaching assistant") == []
        assert alerts(story, "amira") == []


async def test_asking_the_poster_oneself_gives_kind_words_and_keeps_nothing(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Ask the poster", "I'll ask them myself")
        assert "would you mind taking it down?" in story.heard("priya")[-1]
        assert await story.written_down("teaching assistant") == []
        assert story.heard("tomasz") == []
