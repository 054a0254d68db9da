"""Stories about pictures in the group: their text is looked at where the group wants that, and no picture is kept."""

from __future__ import annotations

from orchard_bot.community.case import CaseState
from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.world import World
from tests.acceptance.conftest import Story, Telling, where
from tests.pictures.drawing import dojo_message, meadow, notice

SWITCHED_ON = "pictures = true"
REASON = "Text in a picture looks like a private message from staff."
SLUR = "he called my boy a paki"
on_every_wire = where(lambda profile: profile.name in {"telegram-over-http", "signal-over-jsonrpc", "signal-over-rest"})
on_two = where(lambda profile: profile.name in {"telegram-basic", "signal"})
on_one = where(lambda profile: profile.name == "telegram-basic")


async def has_kept_nothing(story: Story) -> bool:
    """Neither the picture's words nor where the picture is, once it has been looked at."""
    return not any([await story.written_down(words) for words in ("Sarah", "between us", "picture-", "file0")])


@on_every_wire
async def test_a_screenshot_of_a_teachers_message_waits_for_the_moderators(telling: Telling, profile: Profile) -> None:
    async with telling(profile, more=SWITCHED_ON) as story:
        await story.shows("tomasz", dojo_message(), "Look at this")
        (case,) = await story.cases()
        assert (case.clauses, case.evidence) == (("dojo",), "Look at this")
        assert await has_kept_nothing(story)
        assert story.aloud() == []
        await story.later(hours=24)
        await story.tells_bot("amira", f"/case {case.number}")
        seen = story.heard("amira")[-1]
        assert f"The watch noticed: {REASON}" in seen
        assert "I read that in a picture that came with the message. I have not kept the picture" in seen
        assert "Sarah" not in story.phone("amira")


@on_two
async def test_a_serious_matter_in_a_picture_reaches_the_moderators_at_once(telling: Telling, profile: Profile) -> None:
    async with telling(profile, more=SWITCHED_ON) as story:
        await story.shows("tomasz", notice("Chat with Ben", SLUR))
        for moderator in ("amira", "joe"):
            alert = story.heard(moderator)[-1]
            assert "I read that in a picture" in alert
            assert "(no text that I can read)" in alert
            assert SLUR not in alert
        assert await story.written_down("paki") == []


@on_one
async def test_where_nobody_switched_it_on_no_picture_is_fetched(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        assert isinstance(story.world, World)
        await story.shows("tomasz", dojo_message(), "Look at this")
        await story.shows("tomasz", notice(SLUR))
        assert await story.cases() == []


@on_one
async def test_a_photo_without_words_and_a_broken_file_are_messages_like_any_other(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile, more=SWITCHED_ON) as story:
        await story.shows("tomasz", meadow())
        await story.shows("tomasz", dojo_message()[:5_000], "He called my boy a paki at the gate")
        (case,) = await story.cases()
        assert case.evidence == "He called my boy a paki at the gate"
        assert "in-picture" not in case.remarks
        assert await story.storage.read(lambda ledger: ledger.queue.length()) == 0


@on_one
async def test_what_is_written_below_a_picture_and_what_is_in_it_are_one_case(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile, more=SWITCHED_ON) as story:
        message = await story.shows("tomasz", notice("Chat with Ben", SLUR), "He called my boy a paki at the gate")
        (case,) = await story.cases()
        assert "in-picture" in case.remarks
        await story.edits("tomasz", message, "Sorry")
        assert (await story.case()).state is not CaseState.DECIDED
        assert len(await story.cases()) == 1
        await story.deletes("tomasz", message)


@on_two
async def test_a_mild_word_in_a_picture_is_a_private_note_about_a_picture(telling: Telling, profile: Profile) -> None:
    async with telling(profile, more=SWITCHED_ON) as story:
        await story.says("tomasz", "Morning all")
        await story.tells_bot("tomasz", "/join")
        await story.chooses("tomasz", "Yes to private notes")
        await story.shows("tomasz", notice("What the fuck is this", "car park about"))
        note = story.heard("tomasz")[-1]
        assert note.startswith("A quiet word about a picture that you just posted in Larch class. Only you see this")
        assert "car park" not in note
        assert await story.cases() == []


@on_one
async def test_in_rehearsal_a_picture_is_only_counted(telling: Telling, profile: Profile) -> None:
    async with telling(profile, more=SWITCHED_ON, watch="rehearsal") as story:
        await story.shows("tomasz", dojo_message())
        start = story.clock.now().replace(year=2000)
        (seen,) = await story.storage.read(lambda ledger: ledger.cases.sightings("larch", start))
        assert (seen.detector, seen.would, seen.rehearsal) == ("dojo-picture", "queue", True)
        assert await story.cases() == []
