"""Stories about /mydata and /forgetme: who asks sees all that is held on them, and can have it erased."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from orchard_bot.storage.audit import broken_at
from orchard_bot.storage.tables import erasures
from orchard_bot.testing.profiles import Profile
from tests.acceptance.conftest import LONG, Story, Telling

NOTE = "It is about my daughter."


async def data_of(story: Story, who: str) -> tuple[str, dict[str, list[dict[str, object]]]]:
    """What /mydata tells somebody: the readable part, and what the JSON says."""
    before = len(story.heard(who))
    await story.tells_bot(who, "/mydata")
    said = story.heard(who)[before:]
    start = next(place for place, text in enumerate(said) if text.startswith("{"))
    answer = json.loads("".join(said[start:]))
    assert answer["person"] == str(story.world.person_ref(who))
    return "\n".join(said[:start]), answer["held"]


async def forgets(story: Story, who: str) -> str:
    """Somebody has themselves forgotten; what they are told."""
    await story.tells_bot(who, "/forgetme")
    await story.chooses(who, "Yes, erase it")
    return story.heard(who)[-1]


async def test_everybody_sees_what_is_held_on_them(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.says("priya", "Good morning")
        await story.tells_bot("priya", "/join reminders")
        words, held = await data_of(story, "priya")
        assert [one["opt_in"] for one in held["consents"]] == ["reminders"]
        assert "What you said yes to, and how you want it." in words
        assert "Kept: until it is withdrawn." in words
        assert {"members", "private_chats", "audit"} <= held.keys()


async def test_a_reporter_sees_their_own_words_and_nobody_elses(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", "You are all idiots, canary")
        await story.reports("grace", message, "Tell the moderators", "Not sure")
        words, held = await data_of(story, "grace")
        assert len(held["case_reports"]) == 1
        assert "canary" not in words + json.dumps(held)
        assert "tomasz" not in json.dumps(held)


async def test_nobody_learns_from_their_data_that_they_were_reported(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", "You are all idiots, canary")
        before, _ = await data_of(story, "tomasz")
        await story.reports("grace", message, "Tell the moderators", "Not sure")
        _, held = await data_of(story, "tomasz")
        assert "cases" not in held
        assert "canary" not in json.dumps(held)
        assert await forgets(story, "tomasz") == await forgets(story, "leila")
        assert before.splitlines()[0].startswith("What I keep about")


async def test_whoever_asks_is_forgotten(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.says("priya", "Good morning")
        await story.tells_bot("priya", "/join reminders")
        said = await forgets(story, "priya")
        assert said.startswith("Erased.")
        assert await story.written_down(story.world.person_ref("priya").id) == ["members"]
        assert await story.storage.look(broken_at) is None


async def test_a_no_erases_nothing(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        await story.tells_bot("priya", "/join reminders")
        await story.tells_bot("priya", "/forgetme")
        await story.chooses("priya", "No, keep it")
        _, held = await data_of(story, "priya")
        assert "consents" in held


async def test_a_report_that_waits_stays_until_it_is_decided_and_then_goes(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", "You are all idiots, canary")
        await story.reports("grace", message, "Tell the moderators", "Not sure")
        said = await forgets(story, "grace")
        assert "Your reports that still wait: 1." in said
        assert "14 April 2026" in said
        assert await story.written_down("canary") == ["cases"]
        await story.chooses("amira", "It's fine")
        assert (await story.case()).settled_at is not None
        await story.later(days=2, strides=LONG)
        assert await story.written_down(story.world.person_ref("grace").id) == ["members", "private_chats"]
        assert await story.storage.look(_erasures) == 0


def _erasures(connection: Connection) -> int:
    return len(connection.execute(select(erasures)).all())


@pytest.mark.parametrize("command", ["/mydata", "/forgetme"])
async def test_in_the_group_it_is_answered_out_of_sight(telling: Telling, profile: Profile, command: str) -> None:
    async with telling(profile) as story:
        await story.says("priya", command)
        assert "priya" not in "".join(story.aloud()).lower()
        assert not [text for text in story.aloud() if "keep" in text]


async def test_settled_cases_are_forgotten_with_the_rest(telling: Telling, profile: Profile) -> None:
    async with telling(profile) as story:
        message = await story.says("tomasz", "You are all idiots, canary")
        await story.reports("grace", message, "Tell the moderators", "Not sure")
        await story.chooses("amira", "It's fine")
        await story.later(hours=1, strides=timedelta(hours=1))
        _, held = await data_of(story, "tomasz")
        assert [one["evidence"] for one in held["cases"]] == ["You are all idiots, canary"]
        _, held = await data_of(story, "amira")
        assert [one.get("evidence") for one in held["cases"]] == [None]
        for who in ("tomasz", "grace", "amira"):
            await forgets(story, who)
        assert await story.written_down("canary") == []
        for who in ("tomasz", "grace", "amira"):
            assert await story.written_down(story.world.person_ref(who).id) == ["members"]
        assert (await story.case()).decision is not None
