"""A World in one process and the bot in another, over a Unix or loopback socket: for tests that kill the bot.

An address is a path with a ``/`` in it, or ``127.0.0.1:port`` (port 0: any free one). The link has no password, so
it stays on this machine.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import TypeVar, assert_never

import msgspec

from orchard_bot.chat.abilities import Abilities
from orchard_bot.chat.platform import Batch, Finding
from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.chat.steps import Receipt, Step
from orchard_bot.errors import PlatformError, Unavailable
from orchard_bot.testing import world_link_words as words
from orchard_bot.testing.simulated_platform import Clock, SimulatedPlatform
from orchard_bot.testing.world import World

_R = TypeVar("_R", bound=words.Reply)
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class RealTime:
    """Waiting by the machine's clock."""

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""
        await asyncio.sleep(seconds)


class WorldServer:
    """Lets a ``LinkedPlatform`` in another process be the bot of this ``World``.

    A bot that vanishes is as good as disconnected: what it did not acknowledge comes again to the next.
    """

    def __init__(self, world: World, clock: Clock | None = None) -> None:
        self._world, self._clock = world, clock or RealTime()
        self._server: asyncio.Server | None = None
        self._visits: set[asyncio.Task[None]] = set()

    @property
    def visitors(self) -> int:
        """How many connections are open, or have requests that are still to be carried out."""
        return len(self._visits)

    async def start(self, address: str) -> str:
        """Listen. Gives the address to connect to, with the port that was chosen."""
        if "/" in address:
            self._server = await asyncio.start_unix_server(self._visit, address, limit=words.LINE_LIMIT)
            return address
        host, port = _host_and_port(address)
        self._server = await asyncio.start_server(self._visit, host, port, limit=words.LINE_LIMIT)
        return f"{host}:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Hang up on everybody. Safe to call twice."""
        if self._server is not None:
            self._server.close()
            for visit in tuple(self._visits):
                visit.cancel()
            await asyncio.gather(*self._visits, return_exceptions=True)
            await self._server.wait_closed()
            self._server = None

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visit = asyncio.current_task()
        assert visit is not None  # asyncio runs this as a task of its own
        self._visits.add(visit)
        try:
            with contextlib.suppress(asyncio.CancelledError):  # by stop, and nobody waits for this task
                await _Visit(self._world, self._clock, reader, writer).serve()
        finally:
            self._visits.discard(visit)
            writer.close()


class _Visit:
    """One connection to the server: a reader that notices at once when the bot is gone, and an answerer."""

    def __init__(self, world: World, clock: Clock, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._world, self._clock = world, clock
        self._reader, self._writer = reader, writer
        self._platform = SimulatedPlatform(world, clock)
        self._stream: AsyncIterator[Batch] = self._platform.batches()
        self._latest: Batch | None = None
        self._lines: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._read())
            tasks.create_task(self._answer_all())

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionError):
            while line := await self._reader.readline():
                await self._lines.put(line)
        await self._platform.stop()
        await self._lines.put(b"")

    async def _answer_all(self) -> None:
        with contextlib.suppress(ConnectionError):
            while line := await self._lines.get():
                try:
                    reply = await self._answer(words.request_of(line))
                except PlatformError as error:
                    reply = words.failed(error)
                except msgspec.DecodeError:
                    reply = words.failed(Unavailable("The World does not understand this request."))
                self._writer.write(words.line(reply))
                await self._writer.drain()

    async def _answer(self, request: words.Request) -> words.Reply:
        match request:
            case words.Listen():
                await self._platform.start()
                self._stream = self._platform.batches()
                return words.Done()
            case words.Next():
                return await self._next()
            case words.Acknowledge():
                if self._latest is not None:
                    await self._latest.acknowledge()
                return words.Done()
            case words.Perform(step):
                await self._clock.sleep(self._world.faults.delay)
                return words.Performed(self._world.perform(step))
            case words.AskAbilities(chat):
                return words.Allowed(await self._platform.abilities(chat))
            case words.AskMembership(chat, person):
                return words.Membership(await self._platform.is_member(chat, person))
            case words.Examine(chats):
                return words.Findings(await self._platform.examine(chats))
            case _:
                assert_never(request)

    async def _next(self) -> words.Events:
        self._latest = await anext(self._stream, None)
        if self._latest is None:
            raise Unavailable("The connection to the World was lost. Start again.")
        return words.Events(tuple(self._latest.events), self._latest.malformed)


class LinkedPlatform:
    """The bot's end of a ``World`` that lives behind a ``WorldServer``. Behaves as ``SimulatedPlatform`` does."""

    def __init__(self, address: str, account: str = "main", platform: str = "sandbox") -> None:
        self._account = AccountRef(platform, account)
        self._events, self._calls = _Line(address), _Line(address)
        self._started = False
        self._starts = 0

    @property
    def account(self) -> AccountRef:
        """The account of the bot in the World."""
        return self._account

    async def start(self) -> None:
        """Connect. Raises ``Unavailable`` where nobody listens, or a fault asks for it."""
        await self.stop()
        await self._events.open()
        try:
            await self._events.ask(words.Listen(), words.Done)
        except PlatformError:
            await self._events.close()
            raise
        self._started = True
        self._starts += 1

    async def stop(self) -> None:
        """Disconnect; the stream of events ends. Safe at any time."""
        self._started = False
        await self._events.close()
        await self._calls.close()

    async def batches(self) -> AsyncIterator[Batch]:
        """Events as they come, as ``SimulatedPlatform.batches`` gives them."""
        self._need_connection()
        mine = self._starts
        while self._is_on(mine):
            try:
                events = await self._events.ask(words.Next(), words.Events)
            except Unavailable:
                if self._is_on(mine):
                    raise
                return
            yield Batch(events.events, self._acknowledge, events.malformed)

    async def perform(self, step: Step) -> Receipt:
        """Do one thing in the World."""
        return (await self._call(words.Perform(step), words.Performed)).receipt

    async def abilities(self, chat: ChatRef) -> Abilities:
        """What the bot may do in this chat just now."""
        return (await self._call(words.AskAbilities(chat), words.Allowed)).abilities

    async def is_member(self, chat: ChatRef, person: PersonRef) -> bool | None:
        """Whether the person is in the group; None where the bot is in no groups."""
        return (await self._call(words.AskMembership(chat, person), words.Membership)).there

    async def examine(self, chats: Iterable[ChatRef]) -> Sequence[Finding]:
        """What the bot may not do in these groups, with how to grant it."""
        return (await self._call(words.Examine(tuple(chats)), words.Findings)).findings

    async def _acknowledge(self) -> None:
        await self._events.ask(words.Acknowledge(), words.Done)

    async def _call(self, request: words.Request, expected: type[_R]) -> _R:
        self._need_connection()
        await self._calls.open()
        return await self._calls.ask(request, expected)

    def _is_on(self, start: int) -> bool:
        return self._started and self._starts == start

    def _need_connection(self) -> None:
        if not self._started:
            raise Unavailable("Not connected: start first.")


class _Line:
    """One connection from the bot's side: a request, then its reply. What goes wrong half-way closes it."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        async with self._turn:
            if self._ends is None:
                try:
                    self._ends = await self._connect()
                except OSError as error:
                    raise Unavailable("Nobody listens at the World's address.") from error

    async def close(self) -> None:
        ends, self._ends = self._ends, None
        if ends is not None:
            ends[1].close()
            with contextlib.suppress(OSError):
                await ends[1].wait_closed()

    async def ask(self, request: words.Request, expected: type[_R]) -> _R:
        async with self._turn:
            reply = words.reply_of(await self._exchange(words.line(request)))
        if not isinstance(reply, expected):
            raise Unavailable("The World's answer was not to the question.")
        return reply

    async def _exchange(self, request: bytes) -> bytes:
        if self._ends is None:
            raise Unavailable("Not connected: start first.")
        reader, writer = self._ends
        answer = b""
        try:
            writer.write(request)
            await writer.drain()
            answer = await reader.readline()
        except OSError as error:
            raise Unavailable("The connection to the World broke.") from error
        finally:
            if not answer.endswith(b"\n"):
                await self.close()
        if not answer.endswith(b"\n"):
            raise Unavailable("The World hung up.")
        return answer

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if "/" in self._address:
            return await asyncio.open_unix_connection(self._address, limit=words.LINE_LIMIT)
        host, port = _host_and_port(self._address)
        return await asyncio.open_connection(host, port, limit=words.LINE_LIMIT)


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    if host not in _LOOPBACK or not port.isdecimal():
        raise ValueError("Write the address as 127.0.0.1:port or as the path of a Unix socket.")
    return host, int(port)
