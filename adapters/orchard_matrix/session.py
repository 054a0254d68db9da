"""One connection of the adapter: asks for news, and moves on only when all that came has been stored."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orchard_bot.chat.events import Event
from orchard_bot.errors import Gone, NotAllowed, Unavailable
from orchard_matrix import wire
from orchard_matrix.client import SYNC_SECONDS, Client, path, signed_out
from orchard_matrix.clock import Clock
from orchard_matrix.device import Device, Reading, Waiting
from orchard_matrix.directory import Directory
from orchard_matrix.hands import Hands
from orchard_matrix.history import History
from orchard_matrix.ids import server_of
from orchard_matrix.keys import Keys
from orchard_matrix.levels import Levels
from orchard_matrix.private_rooms import PrivateRooms
from orchard_matrix.reader import Reader
from orchard_matrix.refusals import SignedOut
from orchard_matrix.settings import MatrixSettings

SIGN_OF_LIFE = 25.0
"""Seconds of silence after which an empty batch says that all is well."""


@dataclass(slots=True)
class Delivery:
    """What to hand over, and how far all is read once it is stored."""

    since: str
    events: list[Event] = field(default_factory=list)
    malformed: int = 0
    waiting: tuple[Waiting, ...] = ()


class Session:
    """From ``open`` to ``end``. The device is locked already."""

    def __init__(self, settings: MatrixSettings, device: Device, account: str, clock: Clock) -> None:
        self._settings, self._device, self._clock = settings, device, clock
        self.client = Client(settings, device)
        self.directory = Directory(settings.user)
        self._keys = Keys(self.client)
        self._history = History(self.client, self._keys)
        self._private = PrivateRooms(
            self.client, self._keys, self._history, self.directory, encrypt=settings.encrypt_private_chats
        )
        self._levels = Levels(self.client, device)
        self.hands = Hands(account, self.client, self._keys, self.directory, self._private, self._levels)
        self._reader = Reader(account, self.directory, self._history, self._keys)
        self._since = ""
        self._waiting: tuple[Waiting, ...] = ()
        self._undelivered: Delivery | None = None
        self._asking: asyncio.Task[Delivery] | None = None
        self._ended = asyncio.Event()

    async def open(self) -> None:
        """Connect, learn the rooms, and read what has come since. Raises ``Unavailable`` or ``ConfigError``."""
        await self.client.open()
        kept = self._device.reading()
        self._since, self._waiting = kept.since, kept.waiting
        answer = await self.client.sync(self._since, full=True, seconds=0)
        if not self._since:
            await self.confirm(await self._read(answer, first=True))
            return
        await self._keys.take(answer)
        self._reader.learn(self._understood(answer))
        self._asking = asyncio.get_running_loop().create_task(self._read(answer))

    async def end(self) -> None:
        """Disconnect. Safe to call twice; whoever reads is let go."""
        self._ended.set()
        asking, self._asking = self._asking, None
        if asking is not None:
            asking.cancel()
            await asyncio.wait([asking])
        await self.client.close()
        self._device.unlock()

    async def next(self) -> Delivery | None:
        """What is not yet stored; empty after a quiet while; None once it has ended.

        Raises ``Unavailable``, or ``ConfigError`` where the server has forgotten the session.
        """
        if self._ended.is_set():
            return None
        await self._levels.end_what_is_over(self._clock.now())
        if self._undelivered is None:
            self._undelivered = await self._asked()
            if self._ended.is_set():
                return None
        return self._undelivered or Delivery(self._since, waiting=self._waiting)

    async def confirm(self, delivery: Delivery) -> None:
        """It is stored: the next question begins after it."""
        if delivery.since != self._since or delivery.waiting != self._waiting:
            await asyncio.to_thread(self._device.keep_reading, Reading(delivery.since, delivery.waiting))
        self._since, self._waiting = delivery.since, delivery.waiting
        if delivery is self._undelivered:
            self._undelivered = None

    async def _asked(self) -> Delivery | None:
        """The answer to a question for news; None when there is none after a while, and the question stays open.

        Reading it can take long after a long absence, so that goes on meanwhile, too.
        """
        if self._asking is None:
            # Held here until it is answered or ``end``: a task group cannot outlive one method.
            self._asking = asyncio.get_running_loop().create_task(self._news())
        asking = self._asking
        async with asyncio.TaskGroup() as beside:
            slept = beside.create_task(self._clock.sleep(SIGN_OF_LIFE))
            ended = beside.create_task(self._ended.wait())
            await asyncio.wait([asking, slept, ended], return_when=asyncio.FIRST_COMPLETED)
            slept.cancel()
            ended.cancel()
        if not asking.done() or asking.cancelled():
            return None
        self._asking = None
        try:
            return asking.result()
        except SignedOut as error:
            raise signed_out(self._device) from error
        except (NotAllowed, Gone) as error:
            raise Unavailable("The homeserver does not tell the news.") from error

    async def _news(self) -> Delivery:
        return await self._read(await self.client.sync(self._since, full=False, seconds=SYNC_SECONDS))

    def _understood(self, answer: Mapping[str, Any]) -> wire.Sync:
        try:
            return wire.sync_in(answer, self.directory.own)
        except wire.UnreadableAnswer as error:
            raise Unavailable("The homeserver's answer could not be read.") from error

    async def _read(self, answer: Mapping[str, Any], *, first: bool = False) -> Delivery:
        sync = self._understood(answer)
        await self._keys.take(answer)
        await self._keys.tidy()
        await self._answer_invitations(sync.invited)
        found = await self._reader.read(sync, self._since, self._waiting, first=first)
        await self._follow(sync.joined)
        return Delivery(sync.next_batch, found.events, found.malformed, found.waiting)

    async def _answer_invitations(self, invited: Mapping[str, wire.Invited]) -> None:
        for room, invitation in invited.items():
            welcome = self._welcome(invitation.by) or self.directory.replaces(room)
            try:
                await self.client.call("POST", path("rooms", room, "join" if welcome else "leave"), {})
            except (Gone, NotAllowed):
                continue  # it has been taken back
            if welcome and invitation.direct:
                await self._private.note(room, invitation.by)

    async def _follow(self, rooms: Iterable[str]) -> None:
        """Go on to the rooms that take the place of these. Where only the invited may, an invitation comes."""
        for room in rooms:
            moved = self.directory.room(room).moved
            if moved is None or self.directory.inside(moved.to) is not None:
                continue
            try:
                await self.client.call("POST", path("join", moved.to), {}, query={"server_name": moved.server})
            except (Gone, NotAllowed):
                continue

    def _welcome(self, by: str) -> bool:
        servers: Sequence[str] = (server_of(self.directory.own), *self._settings.invited_by)
        return "*" in servers or server_of(by) in servers
