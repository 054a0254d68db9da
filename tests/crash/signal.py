"""The crash test on Signal: the fake of signal-cli's daemon over HTTP, which fetches only while the bot listens.

signal-cli has no confirmation: what it has written to the line is gone from Signal's server, and the bot's spool is all
that keeps it. So the bot's end takes down what it has received, and what of it is stored. What was written to the line
of a dead bot and not read from it stays with the fake. The real daemon would lose that: docs/how-to/signal.md says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from orchard_bot.app import Composition
from orchard_bot.chat.abilities import Abilities
from orchard_bot.chat.events import EventId
from orchard_bot.chat.intents import Choice
from orchard_bot.chat.platform import Batch
from orchard_bot.chat.refs import ChatRef, MessageRef
from orchard_bot.runtime.clock import SystemClock
from orchard_bot.runtime.failpoints import CONFIRMED, Failpoint
from orchard_bot.testing.profiles import SIGNAL
from orchard_bot.testing.sim_message import SimMessage
from orchard_signal import SignalPlatform
from orchard_signal.ids import PLATFORM, message_id
from orchard_signal.jsonrpc import JsonRpc
from orchard_signal.spool import Spool
from tests.adapters.signal.fake.rpc import RpcDaemon
from tests.adapters.signal.fake.serving import serving
from tests.adapters.signal.fake.state import BOT_NUMBER, FakeSignal, Written
from tests.adapters.signal.world import SignalWorld, Who
from tests.crash.ground import Noted
from tests.crash.receipts import ByReceipts

RECEIVED, STORED = ".received", ".stored"
"""Where the bot's end takes that down, beside the spool: lines of envelopes and of event ids."""
GLANCE = 0.003
"""Seconds between two looks at what is stored."""
KEYCAP = "\ufe0f\u20e3"


class Unhurried(SignalPlatform):
    """The bot's end, without limits of speed, which the fake does not enforce. Takes down what is stored."""

    taken_down: Path

    async def abilities(self, chat: ChatRef) -> Abilities:
        return replace(
            await super().abilities(chat),
            per_chat_per_minute=60_000.0,
            per_person_per_minute=60_000.0,
            per_account_per_second=10_000.0,
        )

    async def batches(self) -> AsyncIterator[Batch]:
        async for batch in super().batches():
            yield Batch(batch.events, self._noting(batch), batch.malformed)

    def _noting(self, batch: Batch) -> Callable[[], Awaitable[None]]:
        async def acknowledge() -> None:
            for event in batch.events:  # first: what has left the spool and is not here would count as waiting for ever
                _append(self.taken_down, str(event.id).encode())
            await batch.acknowledge()

        return acknowledge


class ConfirmsEarly(Unhurried):
    """A mutant: takes events out of the spool before they are stored."""

    failpoint: Failpoint

    async def batches(self) -> AsyncIterator[Batch]:
        async for batch in super().batches():
            if batch.events:
                await batch.acknowledge()
                self.failpoint(CONFIRMED)
            yield batch


class InMemory(Spool):
    """A mutant: what has been received is on no disk."""

    def _write(self, data: bytes, how: int) -> None:
        self._path.touch()


def platform_of(composition: Composition, mutant: str, failpoint: Failpoint) -> SignalPlatform:
    """What the settings name, as the crash test wants it."""
    account, own = composition.settings.adapters["signal"]
    kind = ConfirmsEarly if mutant == "confirm-early" else Unhurried
    platform = kind(account, own)
    if isinstance(platform, ConfirmsEarly):
        platform.failpoint = failpoint
    platform.taken_down = Path(str(own["spool"]) + STORED)
    received, honest = Path(str(own["spool"]) + RECEIVED), JsonRpc.received
    if mutant == "no-spool":
        Spool._write = InMemory._write  # type: ignore[assignment, method-assign]

    async def noted(self: JsonRpc) -> AsyncIterator[bytes]:
        async for line in honest(self):
            yield line
            _append(received, line)  # it is asked for the next one: this one is in the spool

    JsonRpc.received = noted  # type: ignore[method-assign]
    return platform


def _append(file: Path, line: bytes) -> None:
    with file.open("ab") as there:
        there.write(line + b"\n")


class Told(FakeSignal):
    """Remembers every envelope for the bot, in order."""

    def __init__(self) -> None:
        super().__init__(SystemClock().now, keeps=True)
        self.told: dict[bytes, str] = {}
        """With the id of its event."""
        self.waiting: dict[str, Noted] = {}
        self._latest = ""

    def deliver(self, envelope: dict[str, Any] | str) -> None:
        assert isinstance(envelope, dict)
        event = _event(envelope)
        self._latest = str(event.id)
        self.waiting[self._latest] = event
        super().deliver(envelope)

    def _hand_over(self, raw: bytes) -> None:
        self.told[raw] = self._latest
        super()._hand_over(raw)


class WithKeycaps(SignalWorld):
    """People type the numbers of choices at first; later they tap keycaps under the bot's words."""

    keycaps = False

    def press(self, person: Who, message: SimMessage, choice: str | int) -> None:
        self.signal.react(self.person(person).ref.id, self._found(message.ref), f"{choice}{KEYCAP}")

    def _message(self, one: Written) -> SimMessage:
        shown = super()._message(one)
        if not self.keycaps or shown.author is not None:
            return shown
        lines = [line.partition("  ") for line in one.text.splitlines()]
        choices = [Choice(number, label, int(number)) for number, _, label in lines if number.isdigit()]
        return replace(shown, choices=tuple(choices))


class OnSignal(ByReceipts):
    """A ``Ground``."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._signal = Told()
        self._spool = folder / "signal.spool"
        self.world = WithKeycaps(self._signal, SIGNAL, self._spool)
        self._stored = _Growing(Path(f"{self._spool}{STORED}"))
        self._received = _Growing(Path(f"{self._spool}{RECEIVED}"))
        self._taken: set[bytes] = set()
        self._changed: Callable[[], object] = list
        self.settings = ""

    @asynccontextmanager
    async def serving(self, folder: Path) -> AsyncIterator[str]:
        async with serving(RpcDaemon(self._signal).app()) as url, asyncio.TaskGroup() as tasks:
            lines = {"transport": "jsonrpc", "number": BOT_NUMBER, "url": url, "spool": str(self._spool)}
            adapter = "".join(f'{name} = "{value}"\n' for name, value in lines.items())
            self.settings = f'[adapters.signal]\naccount = "main"\n{adapter}'
            watching = tasks.create_task(self._watch())
            try:
                yield url
            finally:
                watching.cancel()
                self._signal.hang_up()

    def on_change(self, callback: Callable[[], None]) -> None:
        self._changed = callback

    def waiting(self) -> Sequence[Noted]:
        return list(self._signal.waiting.values())

    def seen_by(self, who: str) -> list[SimMessage]:
        return self.world.inbox(who)

    def change_ways(self) -> None:
        self.world.keycaps = True

    async def at_rest(self) -> None:
        # A request whose asker is dead is carried out, and a line of his is noticed, as soon as the server has read it.
        await SystemClock().sleep(0.02)
        for line in self._signal.listeners:
            while not line.empty():
                line.get_nowait()
        self._signal.hang_up()
        spooled = self._spool.read_bytes().splitlines() if self._spool.exists() else []
        self._taken.update(self._received.more(), spooled)
        told = self._signal.told
        self._signal.kept = [raw for raw in told if raw not in self._taken]
        # What a mutant has lost is found in the end; nobody is to wait for it.
        still = {told[raw] for raw in (*self._signal.kept, *spooled) if raw in told}
        self._signal.waiting = {id: event for id, event in self._signal.waiting.items() if id in still}

    def posted(self) -> set[MessageRef]:
        bot = self._signal.bot.aci
        found = (one for one in self._signal.written if one.author == bot)
        return {MessageRef(_chat(one.place), message_id(one.author, one.timestamp)) for one in found}

    async def _watch(self) -> None:
        """What is stored waits no longer; and the bot has done something, most likely."""
        clock = SystemClock()
        while True:
            for id in self._stored.more():
                self._signal.waiting.pop(id.decode(), None)
            self._changed()
            await clock.sleep(GLANCE)


class _Growing:
    """A file that another process appends lines to."""

    def __init__(self, path: Path) -> None:
        self._path, self._read = path, 0

    def more(self) -> list[bytes]:
        """What is new and whole."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._read)
            whole, _, _ = file.read().rpartition(b"\n")
        self._read += len(whole) + bool(whole)
        return whole.splitlines()


def _event(envelope: dict[str, Any]) -> Noted:
    """What the bot is to make of an envelope: its event goes by who sent it and when."""
    source = envelope["sourceUuid"]
    if "editMessage" in envelope:
        edit = envelope["editMessage"]
        data = edit["dataMessage"]
        native, revision = message_id(source, edit["targetSentTimestamp"]), data["timestamp"]
    else:
        data, revision = envelope["dataMessage"], 0
        kind = "gone:" if "remoteDelete" in data else "react:" if "reaction" in data else ""
        native = kind + message_id(source, data["timestamp"])
    place = data["groupInfo"]["groupId"] if "groupInfo" in data else source
    return Noted(EventId(PLATFORM, "main", native, revision), _chat(place))


def _chat(place: str) -> ChatRef:
    return ChatRef(PLATFORM, "main", place)
