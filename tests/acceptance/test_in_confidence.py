"""Stories of confidence: questions without names, two keys for one name, standing aside, and the school's own route."""

from __future__ import annotations

from orchard_bot.testing.profiles import Profile
from tests.acceptance.conftest import Story, Telling

UNKIND = "Some of you really cannot drive, can you"
REPORTER = ("Priya", "priya")


async def reported(story: Story) -> None:
    message = await story.says("tomasz", UNKIND)
    await story.reports("priya", message, "Tell the moderators", "No abuse")


def unknown_to_moderators(story: Story) -> None:
    for who in ("amira", "joe"):
        assert not any(name in story.phone(who) for name in REPORTER)


async def test_a_moderator_asks_and_the_reporter_answers_and_neither_learns_more(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        await reported(story)
        await story.chooses("amira", "More", on="Case 1:")
        await story.chooses("amira", "Ask whoever reported it")
        await story.tells_bot("amira", "Did it happen at the gate?")
        assert "Did it happen at the gate?" in story.heard("priya")[-1]
        assert "Amira" not in story.heard("priya")[-1]
        await story.chooses("priya", "Answer")
        await story.tells_bot("priya", "Yes, this morning")
        assert "Yes, this morning" in story.heard("amira")[-1]
        unknown_to_moderators(story)
        assert "this morning" not in story.phone("joe")
        assert story.aloud() == []


async def test_who_reported_it_takes_two_and_is_told(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await reported(story)
        await story.chooses("amira", "More", on="Case 1:")
        await story.chooses("amira", "Who reported it")
        await story.tells_bot("amira", "The police ask for it")
        unknown_to_moderators(story)
        assert "The police ask for it" in story.heard("joe")[-1]
        await story.chooses("joe", "I agree: open it")
        reporter = str(story.world.person_ref("priya"))
        assert reporter in story.heard("amira")[-1]
        assert reporter in story.heard("joe")[-1]
        assert "Amira and Joe, have together opened" in story.heard("priya")[-1]
        assert "police" not in story.phone("tomasz")


async def test_a_moderator_stands_aside_and_sees_it_no_more(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await reported(story)
        await story.chooses("amira", "More", on="Case 1:")
        await story.chooses("amira", "This concerns me")
        await story.chooses("amira", "Yes, leave it to the others")
        await story.tells_bot("amira", "/cases")
        assert "Nothing is waiting" in story.heard("amira")[-1]
        await story.tells_bot("amira", "/case 1")
        assert "no such case" in story.heard("amira")[-1]
        await story.tells_bot("joe", "/cases")
        assert "Case 1" in story.heard("joe")[-1]


async def test_the_school_is_written_to_by_oneself(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("grace", "/school")
        assert any("mailto:" in words for words in story.heard("grace"))
        assert story.heard("grace")[-1].startswith("Dear school")
        assert story.aloud() == []
        assert await story.written_down("Dear school") == []
        for who in ("amira", "joe"):
            assert "school" not in story.phone(who).lower()
