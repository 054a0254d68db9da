"""Stories of fairness: step by step, a second look, a decision taken back, and nights in which moderators sleep."""

from __future__ import annotations

from orchard_bot.community.case import CaseState
from orchard_bot.testing.profiles import Profile
from tests.acceptance.conftest import Story, Telling

UNKIND = "Some of you really cannot drive, can you"
MUTE, SURE = "Mute for a day", "Yes, mute"
NIGHT = "quiet_hours = { start = 19:00:00, end = 07:30:00 }"


async def reported(story: Story, guideline: str = "No abuse", text: str = UNKIND) -> None:
    message = await story.says("tomasz", text)
    await story.reports("priya", message, "Tell the moderators", guideline)


def offered(story: Story, who: str) -> str:
    """The newest alert with its choices, on buttons or in lines."""
    alert = next(one for one in reversed(story.seen_by_one(who)) if "A member reported it" in one.text)
    return "\n".join([alert.text, *(choice.label for choice in alert.choices)])


async def test_a_first_time_is_answered_kindly_and_nobody_skips_a_step(telling: Telling, profile: Profile) -> None:
    async with telling(profile, more="step_by_step = true") as story:
        await reported(story)
        assert "Kind note" in offered(story, "amira")
        assert "Warning" not in offered(story, "amira")
        assert "Remove from group" not in offered(story, "amira")
        await story.chooses("amira", "Kind note", on="Case 1:")
        await reported(story, text=f"{UNKIND}!")
        assert "Warning" in offered(story, "amira")
        assert MUTE not in offered(story, "amira")
        assert "Similar cases lately: a kind note to the poster" in offered(story, "amira")
        await story.chooses("amira", "Warning", on="Case 2:")
        assert "please take it as a warning" in story.heard("tomasz")[-1]
        assert story.aloud() == []


async def test_a_poster_asks_another_moderator_who_takes_the_decision_back(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await reported(story)
        await story.chooses("amira", "Kind note", on="Case 1:")
        await story.chooses("tomasz", "Ask another moderator")
        assert "I've asked Joe" in story.heard("tomasz")[-1]
        assert "asks for a second look" in story.heard("joe")[-1]
        assert "second look" not in story.phone("amira")
        await story.chooses("joe", "Take it back for them")
        assert "no longer counts" in story.heard("tomasz")[-1]
        assert any("Joe has taken the decision back" in words for words in story.heard("amira"))
        assert (await story.case()).state is CaseState.OPEN
        assert "Priya" not in story.phone("tomasz") + story.phone("joe") + story.phone("amira")
        assert story.aloud() == []


async def test_a_mute_that_is_taken_back_ends_at_once(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        tomasz = story.world.person_ref("tomasz")
        await reported(story)
        await story.chooses("amira", MUTE, on="Case 1:")
        await story.chooses("amira", SURE)
        assert (tomasz in story.world.restricted(story.larch)) == bool(profile.abilities.restrict)
        await story.chooses("amira", "Take it back")
        assert tomasz not in story.world.restricted(story.larch)
        assert "has been taken back" in story.heard("tomasz")[-1]
        if not profile.abilities.restrict:
            assert "allow messages again" in story.phone("amira")


async def test_moderators_sleep_and_hear_of_it_in_the_morning(telling: Telling, profile: Profile) -> None:
    async with telling(profile, more=NIGHT) as story:
        await reported(story)
        assert not any("Case 1" in words for words in story.heard("amira"))
        await story.later(hours=13)
        assert "Case 1" in story.phone("amira")
        assert "Case 1" in story.phone("joe")
        assert "reached" in story.phone("priya")


async def test_what_nobody_answers_is_brought_up_again_the_next_day(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await reported(story)
        await story.later(hours=24, minutes=10)
        assert "has been waiting for a day" in story.heard("joe")[-1]
        await story.chooses("joe", "Case 1")
        assert UNKIND in story.heard("joe")[-1]


async def test_two_who_decide_at_the_same_instant_make_one_decision(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await reported(story)
        for who, label in (("amira", "Kind note"), ("joe", "Delete")):
            alert = next(one for one in reversed(story.seen_by_one(who)) if "A member reported it" in one.text)
            choice = next((each for each in alert.choices if each.label.startswith(label)), None)
            lines = (line.partition("  ") for line in alert.text.splitlines())
            number = next((number for number, _, words in lines if words.startswith(label)), "")
            if choice is not None:
                story.world.press(who, alert, choice.token)
            else:
                story.world.post(who, story.world.private(who), number)
        await story.settle()
        case = await story.case()
        assert case.state is CaseState.DECIDED
        assert case.decision is not None
        first = next(who for who in ("amira", "joe") if story.world.person_ref(who) == case.decision.moderator)
        other = "joe" if first == "amira" else "amira"
        assert "Case 1 is decided" in story.phone(other)
        assert len([words for words in story.heard("tomasz") if "Only you see this" in words]) <= 1
