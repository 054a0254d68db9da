"""Stories about a newsletter that a moderator sends to the bot, as a file or as pasted words."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from icalendar import Calendar
from msgspec.structs import replace

from orchard_bot.chat.abilities import no
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


FIRST = """Newsletter, 16 January 2026
Winter fair is on Friday 23 January at 3.15pm in the hall.
Cake sale on Friday 23 January at 9am in the hall. Please bring 50p.
"""
CORRECTED = FIRST.replace("at 3.15pm", "at 2pm")
CALLED_OFF = FIRST.replace("Winter fair is on", "CANCELLED: Winter fair on")


async def test_from_a_newsletter_to_the_post_and_its_correction(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("priya", "/reminders on")
        await story.tells_bot("amira", FIRST)
        await story.chooses("amira", "Plan all that are clear (2)")
        assert "Planned for Thursday 22 January 2026, 18:30" in story.heard("amira")[-1]
        assert story.aloud() == []
        await story.tells_bot("tomasz", "/reminders")
        assert "Winter fair" in story.heard("tomasz")[-1]
        await story.later(strides=LONG, days=5, hours=13)
        assert "This week, from the newsletter" in story.aloud()[-1], story.aloud()
        await story.later(strides=LONG, days=2, hours=10, minutes=1)
        [_, post] = story.aloud()
        assert "Fri 23 Jan 2026, 3.15pm: Winter fair; the hall" in post
        assert "Cake sale" in post
        assert "Newsletter of Fri 16 Jan 2026" in post
        assert "Posted by parents, not by the school" in post
        assert "3.15pm" in story.heard("priya")[-1]
        await story.tells_bot("amira", CORRECTED)
        await story.chooses("amira", "Plan all that are clear (2)")
        assert "Put right where I posted it" in story.heard("amira")[-1], story.phone("amira")
        texts = [text for _, text in story.group()]
        assert any("2pm: Winter fair" in text for text in texts)
        assert any("3.15pm" in text for text in texts) != bool(profile.abilities.edit_own), "on Monday's post, too"
        assert "has put this right" in story.heard("priya")[-1]
        await story.later(strides=LONG, days=2)
        can, within = profile.abilities.withdraw_own, profile.abilities.delete_others_within
        if can and profile.abilities.edit_own and (within is None or within > timedelta(hours=38)):
            assert not any("Winter fair" in text and "This week" not in text for _, text in story.group())


async def test_what_is_called_off_is_said_where_it_was_posted(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("amira", FIRST)
        await story.chooses("amira", "Plan all that are clear (2)")
        await story.later(strides=LONG, days=7, hours=23, minutes=1)
        await story.tells_bot("amira", CALLED_OFF)
        await story.chooses("amira", "One by one")
        await story.chooses("amira", "Leave it out")
        assert "calls this off" in story.phone("amira")
        await story.chooses("amira", "Plan it")
        await story.later(hours=12)
        assert any("Called off: Fri 23 Jan 2026" in text for text in story.aloud()), story.phone("amira")


def _dates(story: Story, who: str) -> list[Any]:
    """The entries of the newest calendar file that the bot sent somebody."""
    file = next(one.file for one in reversed(story.world.inbox(who)) if one.file is not None)
    assert file.name == "class-dates.ics"
    entries = Calendar.from_ical(file.data).walk("VEVENT")
    return sorted(entries, key=lambda one: str(one["SUMMARY"]))


@where(lambda profile: profile.name in {"telegram", "telegram-basic", "signal", "signal-rest", "matrix"})
async def test_a_parent_gets_the_dates_for_a_calendar_and_a_later_file_corrects_it(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        await story.tells_bot("amira", FIRST)
        await story.chooses("amira", "Plan all that are clear (2)")
        await story.tells_bot("priya", "/reminders")
        await story.chooses("priya", "A file for my calendar")
        assert "2 dates from the newsletter" in story.phone("priya")
        cake, fair = _dates(story, "priya")
        assert str(fair["SUMMARY"]) == "Winter fair"
        assert f"{fair['DTSTART'].dt:%d %b %H:%M %Z}" == "23 Jan 15:15 GMT"
        assert "Newsletter of Fri 16 Jan 2026" in str(fair["DESCRIPTION"])
        assert "not by the school" in str(cake["DESCRIPTION"])
        await story.tells_bot("amira", CORRECTED)
        await story.chooses("amira", "Plan all that are clear (2)")
        await story.tells_bot("priya", "/reminders calendar")
        same, corrected = _dates(story, "priya")
        assert (corrected["UID"], int(corrected["SEQUENCE"])) == (fair["UID"], 1)
        assert f"{corrected['DTSTART'].dt:%H:%M}" == "14:00"
        assert (same["UID"], int(same["SEQUENCE"])) == (cake["UID"], 0)
        await story.tells_bot("amira", CALLED_OFF)
        await story.chooses("amira", "One by one")
        await story.chooses("amira", "Leave it out")
        await story.chooses("amira", "Plan it")
        await story.says("priya", "/reminders calendar")
        assert [str(one["STATUS"]) for one in _dates(story, "priya")] == ["CONFIRMED", "CANCELLED"]
        assert story.aloud() == []
        assert not any(one.file for who in ("tomasz", "grace") for one in story.world.inbox(who))
        assert set(await story.written_down("Winter fair")) <= {"offers", "schedules", "letters"}
        assert "letters" not in await story.written_down("BEGIN:VCALENDAR")


@where(lambda profile: profile.name in {"telegram", "matrix"})
async def test_where_the_bot_cannot_send_files_the_dates_come_in_words(telling: Telling, profile: Profile) -> None:
    without = replace(profile, abilities=replace(profile.abilities, send_files=no("Files are switched off here.")))
    async with telling(without) as story:
        await story.tells_bot("amira", FIRST)
        await story.chooses("amira", "Plan all that are clear (2)")
        await story.tells_bot("priya", "/reminders calendar")
        said = story.heard("priya")[-1]
        assert "I can't send you a calendar file here" in said
        assert "Fri 23 Jan 2026, 3.15pm: Winter fair" in said
        assert "Newsletter of Fri 16 Jan 2026" in said


async def test_a_file_that_was_not_confirmed_is_tried_again(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("amira", FIRST)
        await story.chooses("amira", "Plan all that are clear (2)")
        story.world.faults.rate_limited(30.0, times=2)
        await story.tells_bot("priya", "/reminders calendar")
        await story.later(strides=timedelta(minutes=1), minutes=5)
        files = [one.file for one in story.world.inbox("priya") if one.file is not None]
        assert len(files) == 1, story.phone("priya")


async def test_each_parent_hears_at_the_time_they_chose(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("priya", "/reminders on")
        await story.chooses("priya", "On the morning of the day")
        assert "on the morning of the day" in story.heard("priya")[-1]
        await story.tells_bot("grace", "/reminders on two days")
        await story.tells_bot("amira", FIRST)
        await story.chooses("amira", "Plan all that are clear (2)")

        def told() -> list[bool]:
            return ["From the newsletter:\n" in story.phone(who) for who in ("priya", "grace")]

        await story.later(strides=LONG, days=6, hours=22)
        assert told() == [False, False]
        await story.later(strides=LONG, hours=2)
        assert told() == [False, True], story.phone("grace")
        await story.later(strides=LONG, days=1, hours=8)
        assert told() == [False, True]
        await story.later(strides=LONG, hours=6)
        assert told() == [True, True]
