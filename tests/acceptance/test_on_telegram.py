"""Stories that only Telegram tells: albums, topics, anonymous administrators, a bot that is thrown out and let in."""

from __future__ import annotations

import pytest

from orchard_bot.testing.profiles import Profile
from tests.acceptance.conftest import Story, Telling
from tests.acceptance.stages import ON_TELEGRAM
from tests.adapters.telegram.world import TelegramWorld

UNKIND = "That new teaching assistant is useless, honestly"
NEW, OLD, WEBHOOK = ON_TELEGRAM

everywhere = pytest.mark.parametrize("profile", [NEW, OLD], ids=lambda profile: profile.name)


def telegram(story: Story) -> TelegramWorld:
    """The fake, with acts that no other platform has."""
    assert isinstance(story.world, TelegramWorld)
    return story.world


async def confides(story: Story, who: str) -> None:
    """The rest of a report, after its command."""
    await story.chooses(who, "Tell the moderators")
    await story.chooses(who, "Not sure")


@everywhere
async def test_a_report_of_an_album_is_one_case_with_its_caption(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        world = telegram(story)
        _, second, _ = world.album("tomasz", story.larch, ["The TA forgot the coats again, useless", "", ""])
        await story.settle()
        await story.says("priya", "/report", reply_to=second)
        await confides(story, "priya")
        assert len(await story.cases()) == 1
        assert "Tomasz wrote" in story.phone("amira")
        assert story.aloud() == []


@everywhere
async def test_a_message_passed_on_from_elsewhere_is_reported_as_the_one_who_passed_it_on(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        elsewhere = story.world.add_group("elsewhere", "Another group", members=["leila", "tomasz"])
        original = story.world.post("leila", elsewhere, UNKIND)
        passed_on = story.world.post("tomasz", story.larch, "", forward=original)
        await story.settle()
        await story.reports("priya", passed_on, "Tell the moderators", "Not sure")
        assert "Tomasz wrote" in story.phone("amira")
        assert UNKIND in story.phone("amira")


async def test_who_never_pressed_start_can_report_where_commands_are_seen_by_their_author_alone(
    telling: Telling,
) -> None:
    async with telling(NEW, away=["priya"]) as story:
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Tell the moderators", "Not sure")
        assert "has reached the moderators" in story.phone("priya")
        assert story.group() == [("Tomasz", UNKIND)]


async def test_who_never_pressed_start_is_heard_all_the_same_and_told_so_as_soon_as_they_do(telling: Telling) -> None:
    """On an older server the bot cannot write to them: the command goes, the moderators have it, the words are kept."""
    async with telling(OLD, away=["priya"]) as story:
        message = await story.says("tomasz", UNKIND)
        await story.says("priya", "/report", reply_to=message)
        assert story.heard("priya") == []
        assert story.group() == [("Tomasz", UNKIND)]
        assert story.aloud() == []
        assert UNKIND in story.phone("amira")
        story.world.open_chat("priya")
        await story.settle()
        assert "the moderators have it now, in confidence" in story.phone("priya")
        assert "has reached the moderators" in story.phone("priya")


@everywhere
async def test_an_anonymous_administrator_has_nobody_to_answer_and_nothing_happens(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        world = telegram(story)
        message = await story.says("tomasz", UNKIND)
        world.hide_name("amira", story.larch)
        world.post_for_the_group("amira", story.larch, "/report", reply_to=message)
        await story.settle()
        assert await story.cases() == []
        assert story.aloud() == []


@everywhere
async def test_a_message_in_the_name_of_the_group_can_be_reported_and_has_no_author(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        world = telegram(story)
        world.hide_name("amira", story.larch)
        message = world.post_for_the_group("amira", story.larch, UNKIND)
        await story.settle()
        await story.reports("priya", message, "Tell the moderators", "Not sure")
        assert UNKIND in story.phone("joe")
        assert "Amira wrote" not in story.phone("joe")


async def test_in_a_forum_the_answer_stands_in_the_topic_of_the_report(telling: Telling) -> None:
    async with telling(NEW, away=["priya"]) as story:
        world = telegram(story)
        topic = world.make_forum(story.larch, "Trips")
        message = world.post("tomasz", story.larch, UNKIND, thread=topic)
        await story.settle()
        await story.reports("priya", message, "Tell the moderators", "Not sure")
        shown = world.threads_shown_to("priya", story.larch)
        assert shown
        assert shown == {topic}
        assert UNKIND in story.phone("amira")


@everywhere
async def test_a_bot_that_was_put_out_and_let_in_again_goes_on(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        world = telegram(story)
        world.put_bot_out(story.larch)
        await story.settle()
        world.let_bot_in(story.larch)
        await story.settle()
        message = await story.says("tomasz", UNKIND)
        await story.reports("priya", message, "Tell the moderators", "Not sure")
        assert UNKIND in story.phone("amira")
        assert story.group() == [("Tomasz", UNKIND)]


@everywhere
@pytest.mark.parametrize("name", ["<b>Zoë</b> & <i>co</i>", "🦊🌈 Zoë 👩‍👧", "ㅤ", "_*Zoë*_ [link](tg://user?id=1)"])
async def test_whatever_somebody_calls_themselves_moderators_can_read_it(
    telling: Telling, profile: Profile, name: str
) -> None:
    async with telling(profile) as story:
        story.world.add_person("zoe", name, started=True)
        story.world.join("zoe", story.larch)
        await story.settle()
        message = await story.says("zoe", UNKIND)
        await story.reports("priya", message, "Tell the moderators", "Not sure")
        [alert] = [text for text in story.heard("amira") if "Case 1" in text]
        assert UNKIND in alert
        assert " wrote (" in alert
        assert ("Zoë" in alert) == ("Zoë" in name)


@pytest.mark.parametrize("profile", [NEW, WEBHOOK], ids=lambda profile: profile.name)
async def test_who_lets_the_bot_write_again_by_pressing_start_is_greeted_once(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        await story.says("priya", "Morning all")
        story.world.block_bot("priya")
        await story.settle()
        story.world.open_chat("priya")
        await story.settle()
        assert story.phone("priya").count("I help Larch class") == 1


@everywhere
async def test_a_parent_is_sent_a_calendar_file_as_a_document(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        fair = "/newsletter Newsletter, 16 January 2026\nWinter fair is on Friday 23 January at 3.15pm in the hall.\n"
        await story.tells_bot("amira", fair)
        await story.chooses("amira", "Plan all that are clear (1)")
        await story.tells_bot("priya", "/reminders calendar")
        [file] = [one.file for one in story.world.inbox("priya") if one.file is not None]
        assert (file.name, file.kind) == ("class-dates.ics", "text/calendar")
        assert b"SUMMARY:Winter fair" in file.data
        assert story.aloud() == []
