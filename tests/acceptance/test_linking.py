"""Stories about a moderator on two platforms: linked by their own word on both sides, deciding on either, and unlinked."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Select, select

from orchard_bot.community.case import CaseState
from orchard_bot.storage.tables import audit
from orchard_bot.testing.profiles import MATRIX, SIGNAL, TELEGRAM, Profile
from orchard_bot.testing.sim_message import SimMessage
from tests.acceptance.conftest import Story, Telling
from tests.acceptance.stages import ELSEWHERE, ON_MATRIX, ON_TELEGRAM, Place

OAK = f"""
[[communities]]
id = "oak"
name = "Oak class"
chat = "{ELSEWHERE}/main/oak"
moderators = [{{ person = "{ELSEWHERE}/wanda", name = "Wanda" }}]
"""
UNKIND = "Some of you really cannot drive, can you"
PAIRS = [
    pytest.param(TELEGRAM, MATRIX, id="telegram-and-matrix"),
    pytest.param(SIGNAL, TELEGRAM, id="signal-and-telegram"),
]
REAL = [pytest.param(ON_TELEGRAM[0], ON_MATRIX, id="telegram-over-http-and-matrix-over-synapse")]
"""Telegram's fake over HTTP, and a real Matrix server: for the stories about one case on two platforms."""
both_ways = pytest.mark.parametrize(("profile", "second"), PAIRS)
on_the_wire_too = pytest.mark.parametrize(("profile", "second"), [*PAIRS, *REAL])


class Elsewhere:
    """What somebody does and reads on the second platform."""

    def __init__(self, story: Story, who: str) -> None:
        self.story, self.who, self.world = story, who, story.elsewhere

    async def tells_bot(self, text: str) -> None:
        self.world.post(self.who, self.world.private(self.who), text)
        await self.story.settle()

    def newest(self, label: str) -> tuple[SimMessage, str]:
        """The newest message that offers this, and the token or the number to choose it by."""
        for message in reversed(self.world.inbox(self.who)):
            for choice in message.choices:
                if label in choice.label:
                    return message, choice.token
            for line in message.text.splitlines():
                number, _, words = line.partition("  ")
                if number.isdigit() and label in words:
                    return message, number
        raise AssertionError(f"{self.who} is offered nothing like {label!r}: {self.heard}")

    def presses(self, label: str) -> None:
        """Take the newest choice of this label; the bot may not have heard of it yet."""
        message, how = self.newest(label)
        if message.choices:
            self.world.press(self.who, message, how)
        else:
            self.world.post(self.who, self.world.private(self.who), how)

    async def chooses(self, label: str) -> None:
        self.presses(label)
        await self.story.settle()

    @property
    def heard(self) -> list[str]:
        return [one.text for one in self.world.inbox(self.who) if one.by_bot and not one.deleted]


@asynccontextmanager
async def on_two(telling: Telling, profile: Profile, second: Profile) -> AsyncIterator[tuple[Story, Elsewhere]]:
    """Amira moderates Larch class here, and reads on a second platform as "amira-there"; Oak class is there."""
    async with telling(profile, second=(second, oak), further=OAK) as story:
        yield story, Elsewhere(story, "amira-there")


def oak(world: Place) -> None:
    for who, name in {"wanda": "Wanda", "amira-there": "Amira there", "pat": "Pat"}.items():
        world.add_person(who, name, started=True)
    world.add_group("oak", "Oak class", members=["wanda", "pat"], admins=["wanda"])


async def code_of(story: Story, who: str = "amira") -> str:
    await story.tells_bot(who, "/link")
    found = re.search(r"/link ([A-Z0-9]{8})", story.heard(who)[-1])
    assert found is not None, story.heard(who)[-1]
    return found[1]


async def linked(story: Story, there: Elsewhere, where: str = "It's me: send them here") -> None:
    code = await code_of(story)
    await there.tells_bot(f"/link {code}")
    assert "This code belongs to Amira, who moderates Larch class" in there.heard[-1]
    await there.chooses(where)
    assert "somebody called Amira there has your code" in story.heard("amira")[-1]
    await story.chooses("amira", "Yes, that's me")
    assert "Linked." in story.heard("amira")[-1]
    assert "Linked." in there.heard[-1]


async def reported(story: Story, text: str = UNKIND) -> None:
    message = await story.says("tomasz", text)
    await story.reports("priya", message, "Tell the moderators", "No abuse")


@on_the_wire_too
async def test_a_case_of_one_platform_is_decided_on_another(
    telling: Telling, profile: Profile, second: Profile
) -> None:
    async with on_two(telling, profile, second) as (story, there):
        await linked(story, there)
        before = len(story.heard("amira"))
        await reported(story)
        assert UNKIND in there.heard[-1]
        assert len(story.heard("amira")) == before, "it goes to the other platform alone"
        assert UNKIND in story.phone("joe")
        await there.chooses("Kind note")
        case = await story.case()
        assert case.state is CaseState.DECIDED
        assert case.decision is not None
        assert case.decision.moderator == story.world.person_ref("amira")
        assert any("I'm sending the kind note" in text for text in there.heard)
        assert "Case 1 is decided" in story.phone("joe")
        assert "Only you see this" in story.phone("tomasz")
        assert story.aloud() == []
        assert not any("Amira there" in text for text in [*story.heard("joe"), *story.heard("tomasz"), *story.aloud()])


@both_ways
async def test_in_both_places_what_is_told_and_what_changes_is_the_same(
    telling: Telling, profile: Profile, second: Profile
) -> None:
    async with on_two(telling, profile, second) as (story, there):
        await linked(story, there, "It's me: here and there")
        await reported(story)
        assert UNKIND in there.heard[-1]
        assert UNKIND in story.heard("amira")[-1]
        await story.chooses("joe", "It's fine: dismiss", on="Case 1:")
        assert any("Case 1 is decided" in text for text in there.heard)
        assert "Case 1 is decided" in story.phone("amira")


@on_the_wire_too
async def test_two_moderators_at_the_same_instant_on_two_platforms_make_one_decision(
    telling: Telling, profile: Profile, second: Profile
) -> None:
    async with on_two(telling, profile, second) as (story, there):
        await linked(story, there)
        for number, (here_label, there_label) in enumerate(
            [("Kind note", "It's fine: dismiss"), ("I'll look at it", "I'll look at it"), ("Delete", "Kind note")], 1
        ):
            await reported(story, f"{UNKIND} {number}")
            alert = next(one for one in reversed(story.seen_by_one("joe")) if f"Case {number}:" in one.text)
            choice = next((one for one in alert.choices if one.label.startswith(here_label)), None)
            lines = (line.partition("  ") for line in alert.text.splitlines())
            typed = next((figure for figure, _, words in lines if words.startswith(here_label)), "")
            if choice is not None:
                story.world.press("joe", alert, choice.token)
            else:
                story.world.post("joe", story.world.private("joe"), typed)
            there.presses(there_label)
            await story.settle()
            case = await story.case(number)
            moderators = {story.world.person_ref(who) for who in ("amira", "joe")}
            if here_label == "I'll look at it":
                assert case.holder(story.clock.now()) in moderators
                continue
            assert case.state is CaseState.DECIDED
            acts = select(audit.c.act).where(audit.c.subject == case.id, audit.c.act.startswith("decided-"))
            assert len(await story.storage.look(partial(_all, acts))) == 1


def _all(statement: Select[Any], connection: Connection) -> list[str]:
    return list(connection.execute(statement).scalars())


@both_ways
async def test_questions_and_commands_are_answered_where_they_are_asked(
    telling: Telling, profile: Profile, second: Profile
) -> None:
    async with on_two(telling, profile, second) as (story, there):
        await linked(story, there)
        await reported(story)
        await there.tells_bot("/cases")
        assert "Case 1" in there.heard[-1]
        await story.tells_bot("amira", "/cases")
        assert "Case 1" in story.heard("amira")[-1]
        await there.tells_bot("/remind")
        assert "What shall I remind the group of?" in there.heard[-1]
        await there.tells_bot("Cake sale")
        assert "When" in there.heard[-1]
        await there.tells_bot("cancel")
        assert "Which" not in there.heard[-1]
        await there.tells_bot("tomorrow 3pm")
        assert "didn't understand" in there.heard[-1]


@both_ways
async def test_either_side_ends_it(telling: Telling, profile: Profile, second: Profile) -> None:
    async with on_two(telling, profile, second) as (story, there):
        await linked(story, there)
        await there.tells_bot("/link")
        assert "linked with another platform already" in there.heard[-1]
        await there.tells_bot("/unlink")
        assert "not linked any more" in there.heard[-1]
        assert "not linked any more" in story.heard("amira")[-1]
        count = len(there.heard)
        await reported(story)
        assert UNKIND in story.phone("amira")
        assert len(there.heard) == count
        await there.tells_bot("/cases")
        assert "Case 1" not in there.heard[-1]
        await linked(story, there)
        await story.tells_bot("amira", "/unlink")
        assert "not linked any more" in there.heard[-1]


@both_ways
async def test_a_code_is_worth_nothing_to_others_later_or_twice(
    telling: Telling, profile: Profile, second: Profile
) -> None:
    async with on_two(telling, profile, second) as (story, there):
        pat = Elsewhere(story, "pat")
        await pat.tells_bot("/link CDHJMNPQ")
        assert "don't know this code" in pat.heard[-1]
        code = await code_of(story)
        await story.later(minutes=16)
        await there.tells_bot(f"/link {code}")
        assert "don't know this code" in there.heard[-1]
        code = await code_of(story)
        await story.tells_bot("amira", f"/link {code}")
        assert "for another platform" in story.heard("amira")[-1]
        await pat.tells_bot(f"/link {code}")
        await pat.chooses("It's me: send them here")
        await story.chooses("amira", "No, that wasn't me")
        assert pat.heard[-1] == "Nothing is linked."
        await there.tells_bot(f"/link {code}")
        assert "don't know this code" in there.heard[-1]
        await reported(story)
        assert not any(UNKIND in text for text in pat.heard)
        await story.tells_bot("priya", "/link")
        assert "Linking is for moderators" in story.heard("priya")[-1]


@both_ways
async def test_who_asks_to_be_forgotten_is_linked_no_more(telling: Telling, profile: Profile, second: Profile) -> None:
    async with on_two(telling, profile, second) as (story, there):
        await linked(story, there)
        await there.tells_bot("/mydata")
        assert any("same person on another platform" in text for text in there.heard)
        await there.tells_bot("/forgetme")
        await there.chooses("Yes, erase it")
        count = len(there.heard)
        await reported(story)
        assert UNKIND in story.phone("amira")
        assert len(there.heard) == count
