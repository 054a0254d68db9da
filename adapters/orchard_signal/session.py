"""One connection of the adapter: receives all the time, and hands over what is not yet stored."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from orchard_bot.chat.events import Event
from orchard_bot.errors import Unavailable
from orchard_signal.client import Transport
from orchard_signal.clock import Clock
from orchard_signal.spool import Spool
from orchard_signal.translate import GroupChanged, Translation, Unreadable
from orchard_signal.wire import DataMessage, Group, envelope_in

SIGN_OF_LIFE = 25.0
"""Seconds of silence after which an empty batch says that all is well."""
_AT_ONCE = 100


@dataclass(slots=True)
class Delivery:
    """What to hand over, and what is to be remembered once it is stored."""

    events: list[Event] = field(default_factory=list)
    malformed: int = 0
    lines: int = 0
    rosters: dict[str, Group] = field(default_factory=dict)


class Session:
    """From ``open`` to ``end``."""

    def __init__(self, transport: Transport, spool: Spool, account: str, clock: Clock) -> None:
        self.transport, self._spool, self._account, self._clock = transport, spool, account, clock
        self.own = ""
        self.rosters: dict[str, Group] = {}
        self.names: dict[str, str] = {}
        """For showing, in memory only: quotes and changed groups name people by their ids."""
        self.timers: dict[str, int] = {}
        """After how many seconds messages disappear in a group, as the last one there said."""
        self._news = asyncio.Event()
        self._receiving: asyncio.Task[None] | None = None
        self._ended = False

    async def open(self) -> None:
        """Connect, learn the groups, and begin to receive."""
        self._spool.load()
        self.own = await self.transport.open()
        self.rosters = await self.transport.groups()
        self.names = await self.transport.names()
        # Held here until ``end``, and its error is raised by ``next``: a task group cannot outlive one method.
        self._receiving = asyncio.get_running_loop().create_task(self._receive())

    async def end(self) -> None:
        """Stop receiving and disconnect."""
        self._ended = True
        self._news.set()
        receiving, self._receiving = self._receiving, None
        if receiving is not None:
            receiving.cancel()
            await asyncio.wait([receiving])
        await self.transport.close()

    async def next(self) -> Delivery | None:
        """What is not yet stored; empty after a quiet while; None once it has ended. Raises ``Unavailable``."""
        if not self._spool.waiting and not self._ended:
            await self._wait()
        if self._ended:
            return None
        if not self._spool.waiting and self._receiving is not None and self._receiving.done():
            self._receiving.result()
            raise Unavailable("The line to Signal is dead.")
        self._news.clear()
        return await self._read(self._spool.waiting[:_AT_ONCE])

    def confirm(self, delivery: Delivery) -> None:
        """It is stored."""
        self.rosters |= delivery.rosters
        self._spool.forget(delivery.lines)
        delivery.lines = 0

    def look_again(self, group: str, person: str) -> None:
        """The bot has changed who is in the group. Signal does not tell it of its own acts, so it tells itself."""
        now = int(self._clock.now().timestamp() * 1000)
        info = {"groupId": group, "type": "UPDATE", "revision": now}
        envelope = {"sourceUuid": person, "timestamp": now, "dataMessage": {"timestamp": now, "groupInfo": info}}
        self._spool.add(msgspec.json.encode({"envelope": envelope}))
        self._news.set()

    async def _receive(self) -> None:
        try:
            async for line in self.transport.received():
                self._spool.add(line)
                self._news.set()
        finally:
            self._news.set()

    async def _wait(self) -> None:
        async with asyncio.TaskGroup() as both:
            rung = both.create_task(self._news.wait())
            slept = both.create_task(self._clock.sleep(SIGN_OF_LIFE))
            await asyncio.wait([rung, slept], return_when=asyncio.FIRST_COMPLETED)
            rung.cancel()
            slept.cancel()

    async def _read(self, lines: Sequence[bytes]) -> Delivery:
        delivery = Delivery()
        translation = Translation(self._account, self.own, self.names)
        for line in lines:
            delivery.lines += 1
            try:
                envelope = envelope_in(line)
                read = translation.read(envelope)
            except (msgspec.MsgspecError, Unreadable, UnicodeDecodeError):
                delivery.malformed += 1
                continue
            if group := self._learnt_timer(envelope.data_message):
                # The message itself waits for the next batch: by then the core has asked what is to be kept of it.
                delivery.lines -= 1
                delivery.events.append(translation.timed(group, envelope.timestamp))
                return delivery
            if envelope.source_uuid and envelope.source_name:
                self.names[envelope.source_uuid] = envelope.source_name
            if isinstance(read, GroupChanged):
                delivery.events += await self._changed(translation, read, delivery)
            elif read is not None:
                delivery.events.append(read)
        return delivery

    def _learnt_timer(self, data: DataMessage | None) -> str:
        """The group whose messages now disappear after another time than before, where they alone tell; or ""."""
        if data is None or data.message is None or data.group_info is None:
            return ""
        group = data.group_info.group_id
        roster = self.rosters.get(group)
        if roster is None or roster.expires_after is not None or data.expires_in_seconds == self.timers.get(group, 0):
            return ""
        self.timers[group] = data.expires_in_seconds
        return group

    async def _changed(self, translation: Translation, change: GroupChanged, delivery: Delivery) -> list[Event]:
        id = change.chat.id
        now = (await self.transport.groups()).get(id)
        if now is None:
            now = Group(id=id, member=False, members=frozenset(), admins=frozenset())
        before = delivery.rosters.get(id) or self.rosters.get(id) or now
        delivery.rosters[id] = now
        if (now.members | now.requesting) - before.members - before.requesting - self.names.keys():
            self.names |= await self.transport.names()
        return translation.compared(before, now, change)
