"""The suite that every adapter passes: what the core relies on, whichever platform it talks to.

Subclass ``PlatformConformance`` in a test module and give it a fixture ``stage`` that yields a ``Stage``:

    pytest.register_assert_rewrite("orchard_bot.testing.conformance")  # in conftest.py, for readable failures

    class TestMyPlatform(PlatformConformance):
        @pytest.fixture
        async def stage(self): ...

It needs pytest and pytest-asyncio with ``asyncio_mode = "auto"``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar

import pytest
from msgspec.structs import replace

from orchard_bot.chat.abilities import Abilities, Reach
from orchard_bot.chat.events import Event, MessageDeleted, MessageEdited, MessagePosted, decode_event, encode_event
from orchard_bot.chat.files import Enclosure
from orchard_bot.chat.intents import Choice, EditOwn, TellPrivately, WithdrawOwn
from orchard_bot.chat.planning import Plan, Sent, plan
from orchard_bot.chat.platform import Batch, Platform
from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.chat.steps import DeletePosting, Receipt, SendFile, SendPrivately, SendToGroup
from orchard_bot.chat.text import PrivateText
from orchard_bot.errors import Gone, NotReachable, PlatformError, Unavailable
from orchard_bot.testing.fake_clock import WEDNESDAY_EVENING
from orchard_bot.testing.stage import Stage

PATIENCE = 20.0
"""Seconds of real time after which a missing answer is a failure: a safety net, never a measurement."""

_E = TypeVar("_E", bound=Event)


class PlatformConformance:
    """The promises of ``chat.platform.Platform``, as tests."""

    async def test_events_of_one_chat_come_in_order_each_with_an_id_of_its_own(self, stage: Stage) -> None:
        anna, ben = await stage.add_person("anna"), await stage.add_person("ben")
        await stage.platform.start()
        for number in range(4):
            await _say(stage, anna, f"one {number}")
            await stage.post_privately(ben, f"two {number}")
        posted = await _events(stage.platform, MessagePosted, 8)
        for author, word in ((anna, "one"), (ben, "two")):
            assert [event.text for event in posted if event.author == author] == [f"{word} {n}" for n in range(4)]
        assert len({event.id for event in posted}) == 8
        assert len({event.message for event in posted}) == 8
        await stage.platform.stop()

    async def test_more_than_fits_into_one_batch_comes_all_in_order(self, stage: Stage) -> None:
        anna = await stage.add_person("anna")
        await stage.platform.start()
        for number in range(130):
            await _say(stage, anna, str(number))
        posted = await _events(stage.platform, MessagePosted, 130)
        assert [event.text for event in posted] == [str(number) for number in range(130)]
        await stage.platform.stop()

    async def test_what_is_not_acknowledged_comes_again(self, stage: Stage) -> None:
        anna = await stage.add_person("anna")
        await stage.platform.start()
        await _say(stage, anna, "hello")
        first = await _events(stage.platform, MessagePosted, 1, acknowledge=False)
        again = await _events(stage.platform, MessagePosted, 1)
        assert again == first
        await stage.platform.stop()

    async def test_what_is_not_acknowledged_comes_again_after_a_kill(self, stage: Stage) -> None:
        anna = await stage.add_person("anna")
        killed = stage.platform
        await killed.start()
        await _say(stage, anna, "hello")
        first = await _events(killed, MessagePosted, 1, acknowledge=False)
        revived = await stage.restart()
        await revived.start()
        assert await _events(revived, MessagePosted, 1) == first
        await revived.stop()
        await killed.stop()

    async def test_what_is_acknowledged_does_not_come_again(self, stage: Stage) -> None:
        anna = await stage.add_person("anna")
        await stage.platform.start()
        await _say(stage, anna, "stored")
        await _events(stage.platform, MessagePosted, 1)
        await stage.platform.stop()
        platform = await stage.restart()
        await platform.start()
        await _say(stage, anna, "new")
        assert [event.text for event in await _events(platform, MessagePosted, 1)] == ["new"]
        await platform.stop()

    async def test_an_edit_keeps_the_message_and_has_an_event_id_of_its_own(self, stage: Stage) -> None:
        anna = await stage.add_person("anna")
        await stage.platform.start()
        message = await _say(stage, anna, "befor")
        if not (await _abilities(stage, message.chat)).see_edits.can:
            pytest.skip("This platform tells bots nothing of edits.")
        await stage.edit(anna, message, "before")
        await stage.edit(anna, message, "before nine")
        edits = await _events(stage.platform, MessageEdited, 2)
        assert [event.text for event in edits] == ["before", "before nine"]
        assert {event.message for event in edits} == {message}
        assert len({event.id for event in edits}) == 2
        await stage.platform.stop()

    async def test_a_deletion_names_the_message(self, stage: Stage) -> None:
        anna = await stage.add_person("anna")
        await stage.platform.start()
        message = await _say(stage, anna, "oops")
        if not (await _abilities(stage, message.chat)).see_deletions.can:
            pytest.skip("This platform tells bots nothing of deletions.")
        await stage.delete(anna, message)
        assert [event.message for event in await _events(stage.platform, MessageDeleted, 1)] == [message]
        await stage.platform.stop()

    async def test_events_and_refs_survive_being_written_down(self, stage: Stage) -> None:
        anna = await stage.add_person("anna")
        await stage.platform.start()
        message = await _say(stage, anna, "Zoë's coat / 100 % wool 🧥\nlost")
        (event,) = await _events(stage.platform, MessagePosted, 1)
        assert decode_event(encode_event(event)) == event
        assert MessageRef.parse(str(event.message)) == event.message == message
        assert ChatRef.parse(str(event.chat)) == event.chat
        assert PersonRef.parse(str(event.author)) == event.author == anna
        assert AccountRef.parse(str(event.account)) == stage.platform.account == event.chat.via
        assert event.at.utcoffset() == timedelta()
        assert event.text == "Zoë's coat / 100 % wool 🧥\nlost"
        await stage.platform.stop()

    async def test_a_private_message_says_that_it_is_private(self, stage: Stage) -> None:
        anna = await stage.add_person("anna")
        await stage.platform.start()
        await stage.post_privately(anna, "psst")
        (event,) = await _events(stage.platform, MessagePosted, 1)
        assert event.private
        assert event.chat != stage.group
        await stage.platform.stop()

    async def test_private_words_reach_their_reader_and_are_never_seen_in_the_group(self, stage: Stage) -> None:
        anna = await stage.add_person("anna")
        abilities = await _within_reach(stage, anna)
        receipts = await _tell(stage, anna, "for Anna alone", abilities)
        assert all(receipt.message is not None for receipt in receipts)
        assert "for Anna alone" in await stage.person_sees(anna)
        assert not [text for text in await stage.group_saw() if "for Anna alone" in text]
        await stage.platform.stop()

    async def test_nobody_else_sees_private_words(self, stage: Stage) -> None:
        anna, ben = await stage.add_person("anna"), await stage.add_person("ben")
        abilities = await _within_reach(stage, anna)
        await _tell(stage, anna, "for Anna alone", abilities)
        assert await stage.person_sees(ben) == []
        await stage.platform.stop()

    async def test_somebody_who_has_not_opened_a_chat_is_not_reachable(self, stage: Stage) -> None:
        stranger = await stage.add_person("stranger", started=False)
        await stage.platform.start()
        message = await _say(stage, await stage.add_person("anna"), "hello")
        abilities = await _abilities(stage, message.chat)
        if abilities.private_messages is not Reach.ONCE_STARTED:
            pytest.skip("This platform lets bots write first, or not at all.")
        with pytest.raises(NotReachable):
            await _tell(stage, stranger, "hello?", abilities)
        file = SendFile(key="f", account=stage.platform.account, person=stranger, file=Enclosure("a.ics", "a/b", b"x"))
        with pytest.raises(NotReachable if abilities.send_files.can else PlatformError):
            await stage.platform.perform(file)
        assert await stage.person_sees(stranger) == []
        assert await stage.person_has(stranger) == []
        await stage.platform.stop()

    async def test_a_long_text_arrives_with_every_word(self, stage: Stage) -> None:
        anna = await stage.add_person("anna")
        abilities = await _within_reach(stage, anna)
        words = [f"word{number}" for number in range(abilities.text_limit // 2)]
        await _tell(stage, anna, " ".join(words), abilities)
        assert " ".join(await stage.person_sees(anna)).split() == words
        await stage.platform.stop()

    async def test_a_file_arrives_whole_or_its_words_do(self, stage: Stage) -> None:
        anna, ben = await stage.add_person("anna"), await stage.add_person("ben")
        abilities = await _within_reach(stage, anna)
        data = bytes(range(256)) * 40
        await _tell(stage, anna, "Here it is.", abilities, file=Enclosure("class dates.ics", "text/calendar", data))
        if abilities.send_files.can:
            ((name, content),) = await stage.person_has(anna)
            assert (name.replace("_", " "), content) == ("class dates.ics", data)
            assert "Here it is." in await stage.person_sees(anna)
        else:
            assert await stage.person_has(anna) == []
            assert "Here is no file." in await stage.person_sees(anna)
        assert await stage.person_has(ben) == []
        await stage.platform.stop()

    @pytest.mark.parametrize("many", [1, 2, 3, 12])
    async def test_however_many_choices_each_is_offered(self, stage: Stage, many: int) -> None:
        anna = await stage.add_person("anna")
        abilities = await _within_reach(stage, anna)
        await _tell(
            stage, anna, "What next?", abilities, tuple(Choice(f"t{n}", f"choice-{n}.", n) for n in range(1, many + 1))
        )
        seen = "\n".join(await stage.person_sees(anna))
        assert [n for n in range(1, many + 1) if f"choice-{n}." not in seen] == []
        await stage.platform.stop()

    async def test_the_bot_can_change_and_take_back_its_words_where_it_says_so(self, stage: Stage) -> None:
        anna = await stage.add_person("anna")
        abilities = await _within_reach(stage, anna)
        receipt, *_ = await _tell(stage, anna, "first", abilities)
        assert receipt.message is not None
        sent = Sent(receipt.message, private=True)
        account = stage.platform.account
        edit = plan(EditOwn(key="e", account=account, of="t", text=PrivateText("second")), abilities, _NOW, sent)
        if isinstance(edit, Plan):
            await stage.platform.perform(edit.steps[0])
        assert ("second" in await stage.person_sees(anna)) == abilities.edit_own.can
        withdraw = plan(WithdrawOwn(key="w", account=account, of="t"), abilities, _NOW, sent)
        if isinstance(withdraw, Plan):
            await stage.platform.perform(withdraw.steps[0])
        assert (await stage.person_sees(anna) == []) == abilities.withdraw_own.can
        await stage.platform.stop()

    async def test_what_is_not_there_raises_an_error_of_ours(self, stage: Stage) -> None:
        account = stage.platform.account
        nowhere = ChatRef(account.platform, account.id, "no such chat")
        nobody = PersonRef(account.platform, "no such person")
        await stage.platform.start()
        with pytest.raises(PlatformError):
            await stage.platform.perform(SendToGroup(key="1", chat=nowhere, text="hello"))
        with pytest.raises(PlatformError):
            await stage.platform.perform(SendPrivately(key="2", account=account, person=nobody, text="hello"))
        with pytest.raises(PlatformError):
            await stage.platform.abilities(nowhere)
        await stage.platform.stop()

    async def test_taking_back_twice_says_gone(self, stage: Stage) -> None:
        anna = await stage.add_person("anna")
        abilities = await _within_reach(stage, anna)
        if not abilities.withdraw_own.can:
            pytest.skip("This platform lets bots take nothing back.")
        receipt, *_ = await _tell(stage, anna, "never mind", abilities)
        assert receipt.message is not None
        take_back = DeletePosting(key="w", message=receipt.message, author=None)
        await stage.platform.perform(take_back)
        with pytest.raises(Gone):
            await stage.platform.perform(replace(take_back, key="w again"))
        await stage.platform.stop()

    async def test_stopping_is_safe_before_the_start_and_twice(self, stage: Stage) -> None:
        await stage.platform.stop()
        await stage.platform.start()
        await stage.platform.stop()
        await stage.platform.stop()
        with pytest.raises(Unavailable):
            await _first_batch(stage.platform)

    async def test_stopping_ends_the_stream_that_somebody_reads(self, stage: Stage) -> None:
        await stage.platform.start()
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(_read_all(stage.platform))
            await asyncio.sleep(0)
            await stage.platform.stop()
        assert all(not batch.events for batch in reading.result())

    async def test_it_can_be_started_again_after_a_stop(self, stage: Stage) -> None:
        anna = await stage.add_person("anna")
        await stage.platform.start()
        await stage.platform.stop()
        await stage.platform.start()
        await _say(stage, anna, "still here?")
        assert len(await _events(stage.platform, MessagePosted, 1)) == 1
        await stage.platform.stop()

    async def test_quiet_means_an_empty_batch(self, stage: Stage) -> None:
        await stage.platform.start()
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(_first_batch(stage.platform))
            await stage.pass_time(30)
            batch = await reading
        assert list(batch.events) == []
        assert batch.malformed == 0
        await stage.platform.stop()

    async def test_every_no_has_a_reason_and_every_limit_lets_something_through(self, stage: Stage) -> None:
        anna = await stage.add_person("anna")
        private = await _within_reach(stage, anna)
        for abilities in (private, await _abilities(stage, stage.group) if stage.group else private):
            assert [name for name, ability in abilities.named().items() if not ability.can and not ability.why] == []
            assert abilities.private_messages is Reach.ALWAYS or abilities.private_messages_why
            assert abilities.text_limit > 0
            assert abilities.buttons >= 0
            assert abilities.per_chat_per_minute > 0
            assert abilities.per_account_per_second > 0
        await stage.platform.stop()

    async def test_membership_is_known_or_openly_unknown(self, stage: Stage) -> None:
        if stage.group is None:
            pytest.skip("Bots are in no groups on this platform.")
        anna = await stage.add_person("anna")
        await stage.platform.start()
        assert await stage.platform.is_member(stage.group, anna) in (True, None)
        nobody = PersonRef(anna.platform, "no such person")
        assert await stage.platform.is_member(stage.group, nobody) in (False, None)
        await stage.platform.stop()

    async def test_the_doctor_hears_of_a_group_that_the_bot_is_not_in(self, stage: Stage) -> None:
        account = stage.platform.account
        await stage.platform.start()
        findings = await stage.platform.examine([ChatRef(account.platform, account.id, "no such chat")])
        assert [finding for finding in findings if not finding.ok and finding.says and finding.fix]
        await stage.platform.stop()


_NOW: datetime = WEDNESDAY_EVENING
_keys = count(1)


async def _say(stage: Stage, person: PersonRef, text: str) -> MessageRef:
    """Post where the bot can hear it: in the group, or privately where bots are in no groups."""
    return await (stage.post if stage.group else stage.post_privately)(person, text)


async def _abilities(stage: Stage, chat: ChatRef) -> Abilities:
    return await stage.platform.abilities(chat)


async def _within_reach(stage: Stage, person: PersonRef) -> Abilities:
    """Start; the person writes to the bot, which opens their chat. Gives the abilities there."""
    await stage.platform.start()
    message = await stage.post_privately(person, "hello")
    await _events(stage.platform, MessagePosted, 1)
    return await _abilities(stage, message.chat)


async def _tell(
    stage: Stage,
    person: PersonRef,
    text: str,
    abilities: Abilities,
    choices: tuple[Choice, ...] = (),
    file: Enclosure | None = None,
) -> list[Receipt]:
    account = stage.platform.account
    words = TellPrivately(
        key=f"t{next(_keys)}",
        account=account,
        person=person,
        text=PrivateText(text),
        choices=choices,
        file=file,
        without_file=PrivateText("Here is no file.") if file else None,
    )
    planned = plan(words, abilities, _NOW)
    assert isinstance(planned, Plan), "an adapter has to let the bot write to people privately"
    return [await stage.platform.perform(step) for step in planned.steps]


async def _events(platform: Platform, kind: type[_E], how_many: int, *, acknowledge: bool = True) -> list[_E]:
    """The next events of just this kind."""
    found: list[_E] = []
    async with asyncio.timeout(PATIENCE), _reading(platform) as batches:
        async for batch in batches:
            found += [event for event in batch.events if type(event) is kind]
            if acknowledge:
                await batch.acknowledge()
            if len(found) >= how_many:
                break
    return found


async def _first_batch(platform: Platform) -> Batch:
    async with _reading(platform) as batches:
        return await anext(batches)


async def _read_all(platform: Platform) -> list[Batch]:
    return [batch async for batch in platform.batches()]


@asynccontextmanager
async def _reading(platform: Platform) -> AsyncIterator[AsyncIterator[Batch]]:
    """The stream, closed properly when done where it is a generator."""
    batches = platform.batches()
    try:
        yield batches
    finally:
        close = getattr(batches, "aclose", None)
        if close is not None:
            await close()
