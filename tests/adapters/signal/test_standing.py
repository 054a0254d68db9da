"""How the bot stands with groups and people: invited, removed, or cut off from somebody; and what ``doctor`` says of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from orchard_bot.chat.events import AbilitiesChanged, Event, MemberJoined
from orchard_bot.chat.platform import Finding
from orchard_bot.chat.steps import SendPrivately, SendToGroup
from orchard_bot.errors import NotAllowed, RateLimited
from orchard_signal.ids import names_one
from tests.adapters.signal.fake.rpc import _put_out
from tests.adapters.signal.fake.state import ClassGroup, Refused
from tests.adapters.signal.stage import SignalStage, both, heard, on_stage, texts

CHALLENGE_PAGE = "https://signalcaptchas.org/challenge/generate.html"


def invited(there: ClassGroup) -> None:
    """Somebody invites the bot."""
    bot = there.members[0]
    _put_out(there, bot)
    there.invited.append(bot)


def changed(events: list[Event]) -> bool:
    """Whether the bot is told to look at its rights again."""
    return any(isinstance(one, AbilitiesChanged) for one in events)


async def faults(stage: SignalStage) -> list[Finding]:
    """What ``doctor`` finds wrong."""
    return [one for one in await stage.platform.examine([stage.group]) if not one.ok]


@both
async def test_the_bot_goes_into_a_group_of_its_own_that_it_is_invited_to(tmp_path: Path, transport: str) -> None:
    async with on_stage(tmp_path, transport) as stage:
        anna = await stage.add_person("anna")
        await stage.platform.start()
        await stage.signal.until_heard()
        stage.signal.change(stage.chat, anna.id, invited)
        assert changed(await heard(stage.platform, changed))
        assert await stage.platform.is_member(stage.group, anna) is None
        findings = await stage.platform.examine([stage.group])
        assert any(one.ok and "is invited" in one.says for one in findings)
        assert not (await stage.platform.abilities(stage.group)).remove.can
        assert stage.signal.bot.aci in stage.signal.groups[stage.chat].members
        await stage.post(anna, "hello, bot")
        later = await heard(stage.platform, lambda events: bool(texts(events)))
        assert texts(later) == ["hello, bot"]
        assert not [one for one in later if isinstance(one, MemberJoined)]


@both
async def test_a_strangers_invitation_is_left_unanswered(tmp_path: Path, transport: str) -> None:
    async with on_stage(tmp_path, transport) as stage:
        anna = await stage.add_person("anna")
        elsewhere = stage.signal.add_group("Another group")
        await stage.platform.start()
        await stage.signal.until_heard()
        stage.signal.change(elsewhere, anna.id, invited)
        assert changed(await heard(stage.platform, changed))
        await stage.platform.abilities(stage.group)
        await stage.platform.examine([stage.group])
        assert stage.signal.groups[elsewhere].invited == [stage.signal.bot.aci]


@both
async def test_nobody_has_joined_when_the_bot_comes_back(tmp_path: Path, transport: str) -> None:
    async with on_stage(tmp_path, transport) as stage:
        anna = await stage.add_person("anna")
        bot = stage.signal.bot.aci
        await stage.platform.start()
        await stage.signal.until_heard()
        stage.signal.change(stage.chat, anna.id, lambda there: _put_out(there, bot))
        assert [type(one) for one in await heard(stage.platform, changed)] == [AbilitiesChanged]
        with pytest.raises(NotAllowed, match="not in this group"):
            await stage.platform.abilities(stage.group)
        with pytest.raises(NotAllowed, match="not in this group"):
            await stage.platform.perform(SendToGroup(key="g", chat=stage.group, text="anybody?"))
        assert any("not in this group" in one.says and "Add the bot" in one.fix for one in await faults(stage))
        stage.signal.change(stage.chat, anna.id, lambda there: there.members.append(bot))
        assert [type(one) for one in await heard(stage.platform, changed)] == [AbilitiesChanged]
        assert (await stage.platform.abilities(stage.group)).post.can


@both
async def test_a_challenge_is_said_by_doctor_with_its_token_until_messages_go_out_again(
    tmp_path: Path, transport: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with on_stage(tmp_path, transport) as stage:
        anna = await stage.add_person("anna")
        say = SendPrivately(key="s", account=stage.platform.account, person=anna, text="hello")
        await stage.platform.start()
        stage.signal.refusing.append(Refused("RATE_LIMIT_FAILURE", "Failed to send message due to rate limiting"))
        with pytest.raises(RateLimited):
            await stage.platform.perform(say)
        assert not any(CHALLENGE_PAGE in one.fix for one in await faults(stage))
        refused = Refused("RATE_LIMIT_FAILURE", "Failed to send message due to rate limiting", 3600, "riddle-7F3K")
        stage.signal.refusing.append(refused)
        with pytest.raises(RateLimited):
            await stage.platform.perform(say)
        assert CHALLENGE_PAGE in caplog.text
        await stage.platform.stop()
        doctor = await stage.restart()
        await doctor.start()
        (found,) = [one for one in await faults(stage) if CHALLENGE_PAGE in one.fix]
        assert "--challenge riddle-7F3K" in found.fix
        await doctor.perform(say)
        assert not any(CHALLENGE_PAGE in one.fix for one in await faults(stage))


@both
async def test_doctor_names_those_whom_the_bot_cannot_write_to(tmp_path: Path, transport: str) -> None:
    async with on_stage(tmp_path, transport) as stage:
        anna, ben = await stage.add_person("anna"), await stage.add_person("ben")
        stage.signal.people[stage.signal.add_person("Stranger")].new_key = True
        await stage.platform.start()
        assert not any("cannot write to" in one.says or "left Signal" in one.says for one in await faults(stage))
        stage.signal.people[anna.id].new_key = True
        stage.signal.people[ben.id].registered = False
        found = await faults(stage)
        (key,) = [one for one in found if "cannot write to" in one.says]
        assert f"Anna ({anna.id})" in key.says
        assert "safety number" in key.fix
        gone = [one.says for one in found if "left Signal" in one.says]
        assert gone == (
            [f"Ben ({ben.id}) have left Signal, and are still listed in the group."] * (transport == "jsonrpc")
        )


@both
async def test_the_timer_of_a_group_is_known_by_its_first_message_at_the_latest(tmp_path: Path, transport: str) -> None:
    async with on_stage(tmp_path, transport) as stage:
        anna = await stage.add_person("anna")
        stage.signal.groups[stage.chat].expires_after = 7200
        await stage.platform.start()
        for text in ("first", "second"):
            await stage.post(anna, text)
        found = await heard(stage.platform, lambda events: "second" in texts(events))
        told = [AbilitiesChanged] if transport == "rest" else []
        assert [type(one) for one in found[: len(told)]] == told
        assert len(found) == len(told) + 2
        assert (await stage.platform.abilities(stage.group)).disappear_after == timedelta(hours=2)
        stage.signal.groups[stage.chat].expires_after = 0
        await stage.post(anna, "third")
        found = await heard(stage.platform, lambda events: "third" in texts(events))
        assert len(found) == len(told) + 1
        assert (await stage.platform.abilities(stage.group)).disappear_after is None


@pytest.mark.parametrize(
    ("listed", "here"),
    [
        (None, False),
        ([{"uuid": "other", "number": None}], False),
        ([{"uuid": None, "number": "+447700900999"}], True),
        ([{"uuid": "own", "number": None}], True),
        (["+447700900999"], True),
    ],
)
def test_an_invitation_may_know_somebody_by_number_alone(listed: object, here: bool) -> None:
    assert names_one(listed, "own", "+447700900999") is here


async def test_an_old_daemon_does_not_pin_and_the_abilities_say_so(tmp_path: Path) -> None:
    async with on_stage(tmp_path, "jsonrpc", version="0.13.19") as stage:
        await stage.platform.start()
        able = await stage.platform.abilities(stage.group)
        assert not able.pin.can
        assert "0.14" in able.pin.grant
        await stage.platform.perform(SendToGroup(key="p", chat=stage.group, text="Our code", pin=True))
        assert not stage.signal.written[-1].pinned
    async with on_stage(tmp_path, "rest") as stage:
        await stage.platform.start()
        assert (await stage.platform.abilities(stage.group)).pin.can
