"""Stories of who may decide: asked again at every press, and never answered by a name or by what was offered once."""

from __future__ import annotations

import pytest

from orchard_bot.chat.events import ChoiceMade, EventId
from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.case import CaseState
from orchard_bot.community.decision import Verdict
from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.sim_message import SimMessage
from tests.acceptance.conftest import Story, Telling, where

UNKIND = "That new teaching assistant is useless, honestly"


async def a_case(story: Story) -> SimMessage:
    """Priya has reported Tomasz's message."""
    message = await story.says("tomasz", UNKIND)
    await story.reports("priya", message, "Tell the moderators", "No abuse")
    return message


def alert_of(story: Story, who: str) -> SimMessage:
    """The alert on a moderator's phone."""
    return next(one for one in story.seen_by_one(who) if "Case 1" in one.text)


def token_of(message: SimMessage, label: str) -> str:
    """The token behind a button."""
    return next(choice.token for choice in message.choices if label in choice.label)


async def at_the_same_instant(story: Story, first: tuple[str, str], second: tuple[str, str]) -> None:
    """Two people choose before the bot hears of either."""
    for who, label in (first, second):
        alert = alert_of(story, who)
        if alert.choices:
            story.world.press(who, alert, token_of(alert, label))
        else:
            line = next(line for line in alert.text.splitlines() if label in line)
            story.world.post(who, story.world.private(who), line.partition(" ")[0])
    await story.settle()


async def test_two_moderators_at_the_same_instant_make_one_decision(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await a_case(story)
        await at_the_same_instant(story, ("amira", "Kind note"), ("joe", "Delete"))
        decision = (await story.case()).decision
        assert decision is not None
        winner = "amira" if decision.moderator == story.world.person_ref("amira") else "joe"
        loser = "joe" if winner == "amira" else "amira"
        assert decision.verdict is (Verdict.NOTE if winner == "amira" else Verdict.DELETE)
        assert any(words.startswith("Case 1 is decided") for words in story.heard(loser))
        assert len(story.heard("tomasz")) == (winner == "amira" or bool(profile.abilities.delete_others))
        assert (("Tomasz", UNKIND) in story.group()) == (winner == "amira" or not profile.abilities.delete_others)
        assert story.phone("priya").count("your report has been looked at") == 1


async def test_two_quick_answers_of_one_person_make_exactly_one_step_each(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await a_case(story)
        await at_the_same_instant(story, ("amira", "Kind note"), ("amira", "Kind note"))
        assert len([words for words in story.heard("tomasz") if "A kind word" in words]) == 1
        assert story.phone("priya").count("your report has been looked at") == 1


@where(lambda profile: profile.abilities.buttons)
async def test_a_stale_button_is_safe_and_says_so(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await a_case(story)
        old = alert_of(story, "joe")
        await story.chooses("amira", "dismiss")
        await story.later(hours=1)
        story.world.press("joe", old, token_of(old, "Delete"))
        await story.settle()
        assert ("Tomasz", UNKIND) in story.group()
        assert "isn't open any more" in story.heard("joe")[-1] or "is decided" in story.heard("joe")[-1]
        decision = (await story.case()).decision
        assert decision is not None
        assert decision.verdict is Verdict.DISMISS


@where(lambda profile: profile.abilities.buttons)
async def test_a_token_in_somebody_elses_hands_does_nothing_and_tells_nothing(
    telling: Telling, profile: Profile
) -> None:
    async with telling(profile) as story:
        await a_case(story)
        token = token_of(alert_of(story, "amira"), "Delete")
        for thief in ("tomasz", "leila", "joe"):
            await pressed(story, story.world.person_ref(thief), token)
            assert "That choice was meant for somebody else" in story.heard(thief)[-1]
        assert ("Tomasz", UNKIND) in story.group()
        assert (await story.case()).state is CaseState.OPEN


async def test_the_same_id_on_another_platform_is_somebody_else(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await a_case(story)
        offers = await story.storage.read(
            lambda ledger: [
                ledger.offers.by_number(story.world.account, story.world.person_ref("amira"), n, story.clock.now())
                for n in (1, 2, 5)
            ]
        )
        for offer in offers:
            assert offer is not None
            await pressed(story, PersonRef("elsewhere", story.world.person_ref("amira").id), offer.token)
        assert (await story.case()).state is CaseState.OPEN
        assert ("Tomasz", UNKIND) in story.group()


async def pressed(story: Story, person: PersonRef, token: str) -> None:
    """A press that no honest phone would make reaches the bot."""
    made = ChoiceMade(
        EventId(story.world.account.platform, "main", f"forged-{person}-{token}"),
        story.clock.now(),
        story.world.private("amira"),
        person=person,
        token=token,
    )
    await story.bot.core.accept([made])
    await story.settle()


async def test_who_is_no_moderator_any_more_decides_nothing(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await a_case(story)
        config = story.config.read_text(encoding="utf-8")
        story.config.write_text(
            config.replace(f'{{ person = "{story.world.person_ref("joe")}", name = "Joe" }},', ""), encoding="utf-8"
        )
        await story.restarted()
        await story.chooses("joe", "Delete")
        assert "Your name is not on their list" in story.heard("joe")[-1]
        assert ("Tomasz", UNKIND) in story.group()
        await story.tells_bot("joe", "/cases")
        assert UNKIND not in story.heard("joe")[-1]
        assert "Only this group's moderators" in story.heard("joe")[-1]


@pytest.mark.parametrize("name", ["Amira", "Mrs Head", "Orchard", "joe", "sandbox/amira"])
async def test_a_name_authorises_nothing(telling: Telling, profile: Profile, name: str) -> None:
    async with telling(profile) as story:
        await a_case(story)
        story.world.add_person("zoe", name, started=True)
        story.world.join("zoe", story.larch)
        await story.settle()
        for command in ("/cases", "/case 1", "/status", "/remind Fair | Fri 23 Jan 6pm | Newsletter 12"):
            await story.tells_bot("zoe", command)
            assert "Only this group's moderators can do that" in story.heard("zoe")[-1]
        for number in ("2", "5", "7"):
            await story.tells_bot("zoe", number)
        assert (await story.case()).state is CaseState.OPEN
        assert UNKIND not in story.phone("zoe")


async def test_a_moderator_who_reports_a_case_stands_aside_from_it_at_once(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await a_case(story)
        old = alert_of(story, "amira")
        await story.reports("amira", message, "Tell the moderators", "Not sure")
        assert "Case 1 now concerns you yourself" in alert_of(story, "amira").text
        if old.choices:
            story.world.press("amira", old, token_of(old, "Delete"))
        else:
            await story.tells_bot("amira", "5")
        await story.settle()
        await story.tells_bot("amira", "/case 1")
        assert "There is no such case that you could open" in story.heard("amira")[-1]
        assert (await story.case()).state is CaseState.OPEN
        await story.chooses("joe", "Kind note")
        assert (await story.case()).state is CaseState.DECIDED


async def test_a_private_dialog_does_not_go_on_in_the_group(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.says("priya", "Morning all")
        await story.tells_bot("priya", "/report")
        before = story.heard("priya")
        await story.says("priya", "Has anybody seen a blue coat?")
        assert story.heard("priya") == before
        assert await story.written_down("blue coat") == []
