"""Stories about a newsletter that a moderator sends to the bot, as a file or as pasted words."""

from __future__ import annotations

from pathlib import Path

from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.world import World
from tests.acceptance.conftest import LONG, Story, Telling, where

DOCUMENTS = Path(__file__).parents[1] / "newsletters" / "documents"
PASTED = """Newsletter, 30 September 2026
Harvest festival is on Friday 9 October at 9.30am in the hall.
Please bring a tin.
Half term: 26 - 30 October
INSET day: Monday 2 November
"""


async def sends(story: Story, who: str, file: str, *, data: bytes | None = None) -> None:
    """Somebody sends the bot a file in private."""
    assert isinstance(story.world, World)
    if not story.world.person(who).started:
        story.world.open_chat(who)
        await story.settle()
    story.world.send_file(who, (DOCUMENTS / file).read_bytes() if data is None else data, file)
    await story.settle()


@where(lambda profile: profile.abilities.files and profile.name in {"telegram", "telegram-basic"})
async def test_a_moderator_sends_a_file_and_hears_what_it_announces(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await sends(story, "amira", "hollybush.pdf")
        said = story.heard("amira")[-1]
        assert "I have read Newsletter of Fri 14 Nov 2025" in said
        assert "• Fri 5 Dec 2025, 3.30pm to 5.30pm: Christmas fayre" in said
        assert "In the newsletter: p. 2" in said
        assert story.aloud() == []


@where(lambda profile: profile.abilities.files and profile.name in {"telegram", "telegram-basic"})
async def test_of_the_file_nothing_is_kept_but_what_is_on_offer_for_a_day(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await sends(story, "amira", "words.txt", data=b"Our Zeppelin day is on Friday 9 October 2026 at 9am.")
        assert "Zeppelin" in story.heard("amira")[-1]
        assert set(await story.written_down("Zeppelin")) == {"offers"}
        await story.later(strides=LONG, hours=30)
        assert await story.written_down("Zeppelin") == []


@where(lambda profile: profile.abilities.files and profile.name in {"telegram", "telegram-basic"})
async def test_a_file_that_cannot_be_read_gets_a_clear_word(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await sends(story, "amira", "letter.pdf", data=b"%PDF-1.7 and no more")
        assert "damaged" in story.heard("amira")[-1]


@where(lambda profile: profile.abilities.files and profile.name in {"telegram", "telegram-basic"})
async def test_a_parents_file_is_not_opened(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("priya", "/rules")
        await sends(story, "priya", "hollybush.pdf")
        assert "didn't understand" in story.heard("priya")[-1]


async def test_a_moderator_pastes_a_newsletter(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("amira", PASTED)
        said = story.heard("amira")[-1]
        assert (
            "• Fri 9 Oct 2026, 9.30am: Harvest festival\n   Where: the hall\n   Bring or pay: Please bring a tin"
            in said
        )
        assert "• Mon 26 Oct 2026 to Fri 30 Oct 2026: Half term" in said


async def test_the_command_says_how_and_reads_what_stands_behind_it(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("amira", "/newsletter")
        assert "paste its words behind /newsletter" in story.heard("amira")[-1]
        await story.tells_bot("amira", "/newsletter Sports day: Tuesday 6 October 2026, 9.15am")
        assert "• Tue 6 Oct 2026, 9.15am: Sports day" in story.heard("amira")[-1]
        await story.tells_bot("priya", "/newsletter Sports day: Tuesday 6 October 2026, 9.15am")
        assert "Only this group's moderators" in story.heard("priya")[-1]
