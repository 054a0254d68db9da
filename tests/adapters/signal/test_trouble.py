"""The line breaks, envelopes are broken, Signal refuses: nothing that was handed over is lost, and nothing is told to a log."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from pathlib import Path

import pytest

from orchard_bot.chat.events import AbilitiesChanged, Event, JoinRequested, MemberJoined, MemberLeft
from orchard_bot.chat.refs import ChatRef, MessageRef, PersonRef
from orchard_bot.chat.steps import (
    AnswerJoinRequest,
    DeletePosting,
    EditMessage,
    RemoveMember,
    RestrictMember,
    SendPrivately,
    SendToGroup,
    ShowInGroup,
    TakeButtonsAway,
)
from orchard_bot.errors import ConfigError, Gone, NotAllowed, NotReachable, RateLimited, Unavailable, Uncertain
from orchard_signal import SignalPlatform
from tests.adapters.signal.fake.state import BOT_NUMBER, Refused
from tests.adapters.signal.stage import both, heard, on_stage, texts

CANARY = "canary-7F3K"


@both
async def test_what_was_handed_over_survives_a_broken_line(tmp_path: Path, transport: str) -> None:
    async with on_stage(tmp_path, transport) as stage:
        anna = await stage.add_person("anna")
        await stage.platform.start()
        for burst in range(3):
            await stage.post(anna, f"before {burst}")
            stage.signal.hang_up()
            found = await heard(stage.platform, lambda events: len(texts(events)) >= 1)
            assert texts(found) == [f"before {burst}"]
            await stage.platform.start()


@both
async def test_broken_envelopes_are_counted_and_duplicates_keep_their_id(tmp_path: Path, transport: str) -> None:
    async with on_stage(tmp_path, transport) as stage:
        anna = await stage.add_person("anna")
        await stage.platform.start()
        await stage.signal.until_heard()
        for broken in ("{", '{"envelope": {"timestamp": "yesterday"}}', "null"):
            stage.signal.deliver(broken)
        stage.signal.repeat = 1
        await stage.post(anna, "twice")
        await stage.post(anna, "last")
        found: list[Event] = []
        malformed = 0
        async with asyncio.timeout(20):
            async for batch in stage.platform.batches():
                found += batch.events
                malformed += batch.malformed
                await batch.acknowledge()
                if "last" in texts(found):
                    break
        assert malformed == 3
        assert texts(found) == ["twice", "twice", "last"]
        assert found[0].id == found[1].id


async def test_what_is_written_while_the_bot_is_down_arrives_by_the_daemon(tmp_path: Path) -> None:
    async with on_stage(tmp_path, "jsonrpc") as stage:
        anna = await stage.add_person("anna")
        stage.signal.write(anna.id, stage.chat, "anybody there?")
        await stage.platform.start()
        assert texts(await heard(stage.platform, lambda events: bool(texts(events)))) == ["anybody there?"]


@both
async def test_who_came_went_and_asks_is_told_and_told_again_until_it_is_stored(tmp_path: Path, transport: str) -> None:
    async with on_stage(tmp_path, transport) as stage:
        anna = await stage.add_person("anna")
        await stage.platform.start()
        await stage.signal.until_heard()
        ben, cleo = stage.signal.add_person("Ben"), stage.signal.add_person("Cleo")

        def all_at_once(there: object) -> None:
            group = stage.signal.groups[stage.chat]
            assert group is there
            group.members.append(ben)
            group.members.remove(anna.id)
            group.requesting.append(cleo)

        stage.signal.change(stage.chat, anna.id, all_at_once)
        async with asyncio.timeout(20):
            async for unstored in stage.platform.batches():
                first = list(unstored.events)
                break
        found = await heard(stage.platform, bool)
        assert found == first
        assert [type(one) for one in found] == [MemberJoined, MemberLeft, JoinRequested, AbilitiesChanged]
        there = stage.group
        await stage.platform.perform(AnswerJoinRequest(key="a", chat=there, person=_person(cleo), admit=True))
        await stage.platform.perform(RemoveMember(key="r", chat=there, person=_person(ben)))
        assert await stage.platform.is_member(there, _person(cleo)) is True
        assert await stage.platform.is_member(there, _person(ben)) is False


@both
async def test_each_refusal_becomes_an_error_of_ours(tmp_path: Path, transport: str) -> None:
    async with on_stage(tmp_path, transport) as stage:
        anna = await stage.add_person("anna")
        await stage.platform.start()
        say = SendPrivately(key="s", account=stage.platform.account, person=anna, text="hello")
        stage.signal.refusing.append(Refused("RATE_LIMIT_FAILURE", "rate limit", 7))
        with pytest.raises(RateLimited) as limited:
            await stage.platform.perform(say)
        assert limited.value.retry_after == (7 if transport == "jsonrpc" else 60)
        stage.signal.drop_answers = 1
        with pytest.raises(Uncertain):
            await stage.platform.perform(say)
        stage.signal.people[anna.id].new_key = True
        with pytest.raises(NotReachable):
            await stage.platform.perform(say)
        stage.signal.people[anna.id].new_key = False
        stage.signal.people[anna.id].registered = False
        with pytest.raises(NotReachable if transport == "jsonrpc" else Unavailable):
            await stage.platform.perform(say)
        stage.signal.groups[stage.chat].members.remove(stage.signal.bot.aci)
        with pytest.raises(NotAllowed):
            await stage.platform.perform(SendToGroup(key="g", chat=stage.group, text="hello"))
        with pytest.raises(NotAllowed):
            await stage.platform.abilities(stage.group)
        assert await stage.platform.is_member(stage.group, anna) is None


async def test_the_daemon_deletes_for_an_admin_and_pins_but_only_since_it_can(tmp_path: Path) -> None:
    async with on_stage(tmp_path, "jsonrpc") as stage:
        anna = await stage.add_person("anna")
        await stage.platform.start()
        message = await stage.post(anna, "unkind")
        await stage.platform.perform(DeletePosting(key="d", message=message, author=anna))
        assert stage.signal.written[0].shown_until is not None
        await stage.platform.perform(SendToGroup(key="p", chat=stage.group, text="Our code", pin=True))
        assert stage.signal.written[-1].pinned
        able = await stage.platform.abilities(stage.group)
        assert able.delete_others.can
        assert able.delete_others_within == timedelta(hours=24)
        stage.signal.groups[stage.chat].admins.clear()
        assert not (await stage.platform.abilities(stage.group)).remove.can
        with pytest.raises(NotAllowed):
            await stage.platform.perform(RemoveMember(key="r", chat=stage.group, person=anna))


@pytest.mark.parametrize(("transport", "service"), [("jsonrpc", {"version": "0.13.19"}), ("rest", {})])
async def test_where_nothing_can_delete_the_abilities_and_the_doctor_say_so(
    tmp_path: Path, transport: str, service: dict[str, str]
) -> None:
    async with on_stage(tmp_path, transport, **service) as stage:
        anna = await stage.add_person("anna")
        await stage.platform.start()
        message = await stage.post(anna, "unkind")
        stage.signal.groups[stage.chat].expires_after = 7200
        assert not (await stage.platform.abilities(stage.group)).hide_commands.can
        with pytest.raises(NotAllowed):
            await stage.platform.perform(DeletePosting(key="d", message=message, author=anna))
        found = await stage.platform.examine([stage.group])
        assert any("cannot delete" in one.says for one in found)
        assert any("2 hours" in one.says for one in found) == (transport == "jsonrpc")


async def test_what_signal_does_not_have_is_refused_in_words(tmp_path: Path) -> None:
    async with on_stage(tmp_path, "jsonrpc") as stage:
        anna = await stage.add_person("anna")
        await stage.platform.start()
        private = ChatRef("signal", "home", anna.id)
        theirs = MessageRef(private, f"{anna.id}:5")
        with pytest.raises(NotReachable):
            await stage.platform.perform(ShowInGroup(key="s", chat=stage.group, person=anna, text="psst"))
        with pytest.raises(NotAllowed):
            await stage.platform.perform(RestrictMember(key="m", chat=stage.group, person=anna, until=None))
        with pytest.raises(NotAllowed):
            await stage.platform.perform(EditMessage(key="e", message=theirs, text="not mine"))
        with pytest.raises(NotAllowed):
            await stage.platform.perform(DeletePosting(key="d", message=theirs, author=anna))
        with pytest.raises(Gone):
            await stage.platform.perform(EditMessage(key="e", message=MessageRef(private, "x"), text="no id"))
        assert (await stage.platform.perform(TakeButtonsAway(key="t", message=theirs))).message == theirs


@pytest.mark.parametrize("service", [{"version": "0.50"}, {"version": "new"}, {"mode": "native"}])
async def test_a_rest_service_that_cannot_serve_is_named_with_the_remedy(
    tmp_path: Path, service: dict[str, str]
) -> None:
    async with on_stage(tmp_path, "rest", **service) as stage:
        with pytest.raises(ConfigError):
            await stage.platform.start()


@both
async def test_an_account_that_nobody_registered_is_named_with_the_remedy(tmp_path: Path, transport: str) -> None:
    async with on_stage(tmp_path, transport) as stage:
        stage.signal.bot.registered = False
        stage.signal.bot.number = "+447700900000"
        with pytest.raises(ConfigError):
            await stage.platform.start()


async def test_nobody_there_means_try_again(tmp_path: Path) -> None:
    for transport in ("jsonrpc", "rest"):
        settings = {
            "transport": transport,
            "number": BOT_NUMBER,
            "url": "http://127.0.0.1:9",
            "spool": str(tmp_path / "s"),
        }
        with pytest.raises(Unavailable):
            await SignalPlatform("home", settings).start()


@both
async def test_no_log_line_at_any_level_holds_words_names_or_numbers(
    tmp_path: Path, transport: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("signalbot", "websockets", "websockets.client"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    async with on_stage(tmp_path, transport) as stage:
        anna = await stage.add_person(f"anna {CANARY}")
        await stage.platform.start()
        await stage.post(anna, CANARY)
        stage.signal.deliver(f'{{"envelope": "{CANARY}"}}')
        await heard(stage.platform, bool)
        say = SendPrivately(key="s", account=stage.platform.account, person=anna, text=CANARY)
        await stage.platform.perform(say)
        stage.signal.refusing.append(Refused("USER", CANARY))
        with pytest.raises(NotAllowed if transport == "jsonrpc" else Unavailable):
            await stage.platform.perform(say)
        stage.signal.hang_up()
    ours = [one.getMessage() for one in caplog.records if not one.name.startswith(("aiohttp", "websockets.server"))]
    out, err = capfd.readouterr()
    for line in (*ours, out, err):
        assert CANARY not in line
        assert BOT_NUMBER.lstrip("+") not in line


def _person(aci: str) -> PersonRef:
    return PersonRef("signal", aci)
