"""The stage of the adapter's tests: a class group on the fake, and the adapter connected to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from orchard_bot.chat.events import Event, MessagePosted
from orchard_bot.chat.refs import ChatRef, MessageRef, PersonRef
from orchard_bot.errors import Unavailable
from orchard_bot.testing.fake_clock import FakeClock
from orchard_signal import SignalPlatform
from orchard_signal.ids import PLATFORM, author_and_time, message_id
from tests.adapters.signal.fake.rest import RestApi
from tests.adapters.signal.fake.rpc import RpcDaemon, _admit
from tests.adapters.signal.fake.serving import serving
from tests.adapters.signal.fake.state import BOT_NUMBER, FakeSignal, Written


class SignalStage:
    """A ``Stage``. ``connect`` makes the platform under test, anew after each kill."""

    def __init__(self, signal: FakeSignal, clock: FakeClock, connect: Callable[[], SignalPlatform]) -> None:
        self.signal, self._clock, self._connect = signal, clock, connect
        self.chat = signal.add_group("A class group")
        self.platform = connect()
        self.group = ChatRef(PLATFORM, self.platform.account.id, self.chat)

    async def add_person(self, id: str, *, started: bool = True) -> PersonRef:
        """A member of the group."""
        person = self.signal.add_person(id.title())
        _admit(self.signal.groups[self.chat], person)
        return PersonRef(PLATFORM, person)

    async def post(self, person: PersonRef, text: str) -> MessageRef:
        """They write in the group."""
        await self.signal.until_heard()
        return self._ref(self.group, self.signal.write(person.id, self.chat, text))

    async def post_privately(self, person: PersonRef, text: str) -> MessageRef:
        """They write to the bot."""
        await self.signal.until_heard()
        chat = ChatRef(PLATFORM, self.platform.account.id, person.id)
        return self._ref(chat, self.signal.write(person.id, person.id, text))

    async def edit(self, person: PersonRef, message: MessageRef, text: str) -> None:
        """They change their message."""
        self.signal.edit(self._found(person, message), text)

    async def delete(self, person: PersonRef, message: MessageRef) -> None:
        """They delete their message."""
        self.signal.delete(self._found(person, message))

    async def group_saw(self) -> list[str]:
        """Every text that the whole group could see."""
        return [text for one in self.signal.written if one.place == self.chat for text in one.texts]

    async def person_sees(self, person: PersonRef) -> list[str]:
        """What this person sees of the bot now."""
        places = (person.id, self.chat)
        theirs = [one for one in self.signal.written if one.place in places and one.author == self.signal.bot.aci]
        return [one.text for one in theirs if one.shown_until is None]

    async def person_has(self, person: PersonRef) -> list[tuple[str, bytes]]:
        """The files that the bot has sent this person."""
        return self.signal.enclosed.get(person.id, [])

    async def pass_time(self, seconds: float) -> None:
        """Let the clock run on, once the adapter waits for it."""
        await self._clock.until_sleeping()
        self._clock.advance(seconds)

    async def restart(self) -> SignalPlatform:
        """Leave the old platform as a kill does, and connect another."""
        self.platform = self._connect()
        return self.platform

    def _found(self, person: PersonRef, message: MessageRef) -> Written:
        author, timestamp = author_and_time(message)
        assert author == person.id
        return next(one for one in self.signal.written if (one.author, one.timestamp) == (author, timestamp))

    def _ref(self, chat: ChatRef, sent: Written) -> MessageRef:
        return MessageRef(chat, message_id(sent.author, sent.timestamp))


both = pytest.mark.parametrize("transport", ["jsonrpc", "rest"])


@asynccontextmanager
async def on_stage(tmp_path: Path, transport: str, **service: str) -> AsyncIterator[SignalStage]:
    """A class group and the adapter, not started."""
    clock = FakeClock()
    signal = FakeSignal(clock.now, keeps=transport == "jsonrpc")
    fake = RpcDaemon(signal, **service) if transport == "jsonrpc" else RestApi(signal, **service)
    async with serving(fake.app()) as url:
        settings = {"transport": transport, "number": BOT_NUMBER, "url": url, "spool": str(tmp_path / "spool")}
        stage = SignalStage(signal, clock, lambda: SignalPlatform("home", settings, clock))
        try:
            yield stage
        finally:
            await stage.platform.stop()
            signal.hang_up()


async def heard(platform: SignalPlatform, enough: Callable[[list[Event]], bool]) -> list[Event]:
    """What comes, acknowledged, until it is enough; the line is taken up again where it breaks."""
    found: list[Event] = []
    async with asyncio.timeout(20):
        while not enough(found):
            try:
                async for batch in platform.batches():
                    found += batch.events
                    await batch.acknowledge()
                    if enough(found):
                        break
            except Unavailable:
                await platform.start()
    return found


def texts(events: list[Event]) -> list[str]:
    """Of the messages."""
    return [one.text for one in events if isinstance(one, MessagePosted)]
