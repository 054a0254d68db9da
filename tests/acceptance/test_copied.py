"""Stories of messages that are forwarded or copied into the private chat where a forward does not say whose it was."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from orchard_bot.testing.profiles import Profile
from tests.acceptance.conftest import LONG, Story, Telling, where
from tests.acceptance.stages import ON_MATRIX, ON_SIGNAL, Place
from tests.adapters.signal.world import SignalWorld

UNKIND = "Some of you really cannot drive, can you"
nameless = where(lambda profile: not profile.abilities.forwards_named and profile != ON_MATRIX)


async def reported(story: Story) -> None:
    await story.chooses("priya", "Tell the moderators")
    await story.chooses("priya", "No abuse")
    assert "It is on its way" in story.phone("priya")


@nameless
async def test_a_copied_message_is_reported_as_that_message(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.tells_bot("priya", f"  {UNKIND.upper()} ")
        await reported(story)
        case = await story.case()
        assert case.message == message.ref
        assert case.author == story.world.person_ref("tomasz")
        assert "Tomasz wrote" in story.phone("amira")
        assert await story.written_down(UNKIND) != ["recent_messages"]


@nameless
async def test_the_answer_to_what_happened_may_be_a_copy(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", UNKIND)
        await story.tells_bot("priya", "/report")
        await story.tells_bot("priya", UNKIND)
        await reported(story)
        assert (await story.case()).message == message.ref


@nameless
async def test_where_it_is_not_clear_which_one_the_person_is_asked(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.says("tomasz", "Shame on you")
        second = await story.says("grace", "shame on you")
        await story.tells_bot("priya", "Shame on you")
        assert "Which message do you mean?" in story.heard("priya")[-1]
        await story.chooses("priya", "None of these")
        assert "Forward" in story.heard("priya")[-1] or "what happened" in story.heard("priya")[-1]
        await story.tells_bot("priya", "/cancel")
        await story.tells_bot("priya", "Shame on you")
        await story.chooses("priya", "Grace")
        await reported(story)
        assert (await story.case()).message == second.ref


@nameless
async def test_ones_own_words_are_no_matter_for_a_report(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.says("priya", UNKIND)
        await story.tells_bot("priya", UNKIND)
        assert "your own" in story.heard("priya")[-1]
        await story.says("priya", "Hm")
        await story.tells_bot("priya", "Hm")
        await story.chooses("priya", "Priya")
        assert "your own" in story.heard("priya")[-1]


@nameless
async def test_what_is_old_deleted_or_changed_is_not_known_any_more(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        deleted = await story.says("tomasz", UNKIND)
        await story.deletes("tomasz", deleted)
        await story.tells_bot("priya", UNKIND)
        if profile.abilities.see_deletions:
            assert "didn't understand" in story.heard("priya")[-1]
        changed = await story.says("tomasz", "Parking was awful again this morning")
        if profile.abilities.see_edits:
            await story.edits("tomasz", changed, "Parking was much better this morning")
            await story.tells_bot("priya", "Parking was awful again this morning")
            assert "didn't understand" in story.heard("priya")[-1]
            await story.tells_bot("priya", "Parking was much better this morning")
            assert "didn't understand" not in story.heard("priya")[-1]
        await story.later(strides=LONG, days=4)
        await story.tells_bot("priya", "Parking was much better this morning")
        assert "didn't understand" in story.heard("priya")[-1]


@nameless
async def test_where_messages_disappear_sooner_nothing_is_kept_of_them(telling: Telling, profile: Profile) -> None:
    timer = timedelta(hours=8)
    simulated = replace(profile, abilities=replace(profile.abilities, disappear_after=timer))

    def set_timer(world: Place) -> None:
        if isinstance(world, SignalWorld):
            world.disappear_after("larch", timer)

    async with telling(profile if profile in ON_SIGNAL else simulated, before=set_timer) as story:
        await story.says("tomasz", UNKIND)
        await story.tells_bot("priya", UNKIND)
        assert "didn't understand" in story.heard("priya")[-1]


@where(lambda profile: profile.abilities.forwards_named)
async def test_where_forwards_name_their_author_nothing_is_kept_of_what_is_written(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        await story.says("tomasz", UNKIND)
        await story.tells_bot("priya", UNKIND)
        assert "didn't understand" in story.heard("priya")[-1]
