"""Stories of the watch: what it notices, whom it tells, and how little it does. It never touches a message."""

from __future__ import annotations

import pytest

from orchard_bot.community.case import CaseState
from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.sim_message import SimMessage
from tests.acceptance.conftest import Story, Telling, where

MILD = "What the f**k is going on with the car park"
SERIOUS = "He called my boy a paki at the gate"
FINE = "What is going on with the car park?"
LOOKALIKES = [
    "Mrs Cockburn's class is off to Scunthorpe on the 455 bus",
    "A55 closed, so the coach is late. Shiitake soup for lunch anyway",
    "Moby Dick and Dickens for the book fair, spotted dick for pudding",
    "We saw a maine coon at the cat show",
    "The spelling list is on https://www.orchard.leics.sch.uk/year4",
    "Coach leaves at 8.15am.Don't be late. Mr.Smith will be there",
]


def about_cases(story: Story) -> list[str]:
    """What moderators were told about cases."""
    return [words for who in ("amira", "joe") for words in story.heard(who) if "Case" in words]


async def wants_notes(story: Story, who: str = "tomasz") -> None:
    """A parent says yes to private notes."""
    await story.says(who, "Morning all")
    await story.tells_bot(who, "/join")
    await story.chooses(who, "Yes to private notes")


async def sightings(story: Story) -> list[str]:
    """What would have happened, or did, for everything that was noticed."""
    start = story.clock.now().replace(year=2000)
    return [one.would for one in await story.storage.read(lambda ledger: ledger.cases.sightings("larch", start))]


async def test_a_mild_slip_of_somebody_who_asked_for_notes_gets_a_private_note(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        await wants_notes(story)
        await story.says("tomasz", MILD)
        note = story.heard("tomasz")[-1]
        assert note.startswith("A quiet word about what you just posted in Larch class. Only you see this")
        assert MILD in note
        assert about_cases(story) == []
        assert story.aloud() == []
        assert story.group()[-1] == ("Tomasz", MILD)
        await story.tells_bot("tomasz", "/why")
        assert "a private note from me" in story.heard("tomasz")[-1]


async def test_without_a_yes_a_mild_slip_is_counted_and_nobody_is_told(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.says("tomasz", MILD)
        await story.later(days=2)
        assert story.heard("tomasz") == []
        assert about_cases(story) == []
        assert await sightings(story) == ["nothing"]
        assert await story.written_down("car park") == []


async def test_something_serious_reaches_the_moderators_and_nobody_else(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await wants_notes(story)
        before = story.heard("tomasz")
        await story.says("tomasz", SERIOUS)
        for moderator in ("amira", "joe"):
            alert = story.heard(moderator)[-1]
            assert SERIOUS in alert
            assert "The watch noticed" in alert
            assert "reported" not in alert
        assert story.heard("tomasz") == before
        assert story.group()[-1] == ("Tomasz", SERIOUS)
        assert story.aloud() == []


async def test_an_edit_that_mends_it_settles_the_case_kindly(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", SERIOUS)
        await story.edits("tomasz", message, FINE)
        assert (await story.case()).state is CaseState.SETTLED
        for moderator in ("amira", "joe"):
            assert "Case 1 has settled itself" in story.heard(moderator)[-1]
            assert SERIOUS not in story.phone(moderator)
        assert story.heard("tomasz") == []


async def test_an_edit_that_makes_it_worse_is_looked_at_anew(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", FINE)
        assert await sightings(story) == []
        await story.edits("tomasz", message, SERIOUS)
        assert len(about_cases(story)) == 2
        await story.edits("tomasz", message, f"{SERIOUS}, the retard")
        assert len(await story.cases()) == 1
        assert "the retard" in story.phone("amira")


async def test_a_note_leads_to_an_edit_and_nobody_else_ever_hears(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await wants_notes(story)
        message = await story.says("tomasz", MILD)
        await story.edits("tomasz", message, FINE)
        await story.later(days=2)
        assert about_cases(story) == []
        assert len([words for words in story.heard("tomasz") if "A quiet word" in words]) == 1


@where(lambda profile: profile.abilities.see_deletions)
async def test_a_deletion_settles_what_the_watch_has_raised(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", SERIOUS)
        await story.deletes("tomasz", message)
        assert (await story.case()).state is CaseState.SETTLED
        assert "Case 1 has settled itself" in story.heard("joe")[-1]


async def test_what_a_moderator_has_approved_is_not_flagged_again_unless_it_changes(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", SERIOUS)
        await story.chooses("amira", "dismiss")
        before = len(about_cases(story))
        await story.edits("tomasz", message, SERIOUS)
        assert len(about_cases(story)) == before
        await story.edits("tomasz", message, f"{SERIOUS}, the retard")
        assert len(about_cases(story)) == before + 2
        assert "This message was looked at before, in case 1." in story.heard("joe")[-1]


async def test_private_chats_and_the_bots_own_words_are_never_scanned(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.says("tomasz", SERIOUS)
        await story.chooses("amira", "I'll look at it")
        for who in ("amira", "priya"):
            await story.tells_bot(who, SERIOUS)
        await story.tells_bot("amira", "/remind")
        await story.tells_bot("amira", SERIOUS)
        assert len(await sightings(story)) == 1
        assert len(await story.cases()) == 1


@pytest.mark.parametrize("text", LOOKALIKES)
async def test_names_places_and_numbers_that_look_alike_cause_nothing(
    telling: Telling, profile: Profile, text: str
) -> None:
    async with telling(profile) as story:
        await wants_notes(story)
        before = story.heard("tomasz")
        await story.says("tomasz", text)
        assert await sightings(story) == []
        assert story.heard("tomasz") == before
        assert about_cases(story) == []


async def test_a_rehearsal_tells_nobody_but_the_moderators_once_a_day(telling: Telling, profile: Profile) -> None:
    async with telling(profile, watch="rehearsal") as story:
        await wants_notes(story)
        parents = {who: story.heard(who) for who in ("tomasz", "priya", "grace", "leila")}
        moderators = {who: len(story.heard(who)) for who in ("amira", "joe")}
        await story.says("tomasz", MILD)
        await story.says("grace", MILD)
        await story.says("leila", SERIOUS)
        assert {who: story.heard(who) for who in parents} == parents
        assert await story.cases() == []
        await story.later(days=1)
        for who, count in moderators.items():
            [digest] = story.heard(who)[count:]
            assert digest.startswith("Rehearsal: what I would have done")
            assert "No angry outbursts or swearing: a private note to the poster (1)" in digest
            assert "No angry outbursts or swearing: noticed, but the poster hasn't asked for notes (1)" in digest
            assert "Respect every culture and background: a word to you moderators (1)" in digest
            for name in ("Tomasz", "Grace", "Leila", "car park"):
                assert name not in digest
        assert {who: story.heard(who) for who in parents} == parents
        assert story.aloud() == []
        await story.later(days=1)
        assert [len(story.heard(who)) for who in moderators] == [count + 1 for count in moderators.values()]


@pytest.mark.parametrize("watch", ["rehearsal", "live"])
@pytest.mark.parametrize("text", [MILD, SERIOUS, FINE])
async def test_the_rehearsal_judges_as_the_watch_would(
    telling: Telling, profile: Profile, text: str, watch: str
) -> None:
    async with telling(profile, watch=watch) as story:
        await wants_notes(story)
        await story.says("tomasz", text)
        assert await sightings(story) == {MILD: ["note"], SERIOUS: ["alert"], FINE: []}[text]


async def test_the_watch_never_deletes_mutes_or_removes(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        posted: list[SimMessage] = [await story.says("tomasz", text) for text in (MILD, SERIOUS, MILD, SERIOUS) * 3]
        await story.later(days=3)
        assert story.group() == [("Tomasz", message.text) for message in posted]
        assert story.world.restricted(story.larch) == {}
        assert story.world.person_ref("tomasz") in story.world.members(story.larch)


async def test_a_report_adds_itself_to_what_the_watch_has_raised(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", SERIOUS)
        await story.reports("priya", message, "Tell the moderators", "Not sure")
        assert len(await story.cases()) == 1
        assert "A member reported it, in confidence." in story.heard("amira")[-1]
        assert "has reached the moderators" in story.phone("priya")
        await story.edits("tomasz", message, FINE)
        assert len(await story.cases()) == 1  # somebody reported it: people decide
        await story.chooses("joe", "dismiss")
        assert story.phone("priya").count("your report has been looked at") == 1


async def test_a_draft_is_looked_at_in_private_and_leaves_no_trace(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.says("grace", "Morning all")
        await story.tells_bot("grace", f"/check {MILD}")
        said = story.heard("grace")[-1]
        assert "If you posted that, I would notice this:" in said
        assert "“f**k”" in said
        await story.tells_bot("grace", f"/check {FINE}")
        assert story.heard("grace")[-1].startswith("I see nothing there")
        assert story.aloud() == []
        assert await sightings(story) == []
