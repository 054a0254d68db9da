"""The bot's end of a World in the same process: a ``Platform`` like any adapter's, with nothing on a wire."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Protocol

from orchard_bot.chat.abilities import Abilities
from orchard_bot.chat.events import Attachment
from orchard_bot.chat.platform import Batch, Finding
from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.chat.steps import Receipt, Step
from orchard_bot.errors import Gone, NotAllowed, Unavailable
from orchard_bot.testing.world import World
from orchard_bot.testing.world_events import Delivery

SIGN_OF_LIFE = 25.0
"""Seconds of quiet after which an empty batch says that the connection lives."""


class Clock(Protocol):
    """What a simulated platform needs to know of time: ``FakeClock`` and the runtime's clock both have it."""

    async def sleep(self, seconds: float) -> None:
        """Wait so many seconds."""
        ...


class Session:
    """One connection to a World, from ``start`` to ``stop`` or to whatever cut it."""

    def __init__(self, world: World, wake: Callable[[], None]) -> None:
        self._world = world
        self._number = world.connect()
        self._drops = world.faults.drops
        self._forget = world.on_change(wake)
        self.ended = False

    @property
    def over(self) -> bool:
        """Whether it was ended, cut by a fault, or replaced by another connection."""
        cut = self._world.faults.drops != self._drops
        return self.ended or cut or self._world.connection != self._number

    def end(self) -> None:
        """End it from the bot's side."""
        self.ended = True
        self._forget()
        self._world.disconnect(self._number)

    def check(self) -> None:
        """Raise ``Unavailable`` where the connection was lost, not ended."""
        if self.over and not self.ended:
            raise Unavailable("The connection to the World was lost. Start again.")


class SimulatedPlatform:
    """One bot's connection to a ``World``. Start it, read ``batches``, and ``perform`` steps.

    A World has one bot account, so a second connection ends the first, as two pollers of one Telegram bot do.
    """

    def __init__(self, world: World, clock: Clock) -> None:
        self._world, self._clock = world, clock
        self._news = asyncio.Event()
        self._session: Session | None = None

    @property
    def account(self) -> AccountRef:
        """The account of the bot in the World."""
        return self._world.account

    async def start(self) -> None:
        """Connect. Raises ``Unavailable`` where a fault asks for it."""
        await self.stop()
        self._world.faults.strike_start()
        self._session = Session(self._world, self._news.set)

    async def stop(self) -> None:
        """Disconnect; the stream of events ends. Safe at any time."""
        if self._session is not None:
            self._session.end()
            self._session = None
            self._news.set()

    async def batches(self) -> AsyncIterator[Batch]:
        """Events as they come; the same again until they are acknowledged; an empty batch after 25 quiet seconds.

        Raises ``Unavailable`` when the connection is lost, or where there is none.
        """
        session = self._session
        if session is None:
            raise Unavailable("Not connected: start first.")
        while not session.ended:
            await asyncio.sleep(0)  # as a network would, let others run between two batches
            delivery = self._world.hand_out() or await self._next(session)
            session.check()
            if not session.ended:
                yield Batch(delivery.events, self._acknowledging(delivery), delivery.malformed)

    async def perform(self, step: Step) -> Receipt:
        """Do one thing in the World, after the delay that a fault may ask for. Needs a ``start`` before it."""
        if self._session is None:
            raise Unavailable("Not connected: start first.")
        await self._clock.sleep(self._world.faults.delay)
        return self._world.perform(step)

    async def abilities(self, chat: ChatRef) -> Abilities:
        """What the bot may do in this chat just now."""
        return self._world.abilities(chat)

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """What is in a file that somebody sent. Raises ``Gone``, or ``NotAllowed`` where it is larger than ``most``."""
        if self._session is None:
            raise Unavailable("Not connected: start first.")
        data = self._world.file(attachment)
        if len(data) > most:
            raise NotAllowed("This file is larger than was asked for.")
        return data

    async def is_member(self, chat: ChatRef, person: PersonRef) -> bool | None:
        """Whether the person is in the group; None where the bot is in no groups."""
        if not self._world.profile.reads_groups:
            return None
        self._world.abilities(chat)
        return chat in {group.ref for group in self._world.groups} and person in self._world.members(chat)

    async def examine(self, chats: Iterable[ChatRef]) -> Sequence[Finding]:
        """What the bot may not do in these groups, with how to grant it."""
        return [finding for chat in chats for finding in self._findings(chat)]

    def _findings(self, chat: ChatRef) -> list[Finding]:
        try:
            abilities = self._world.abilities(chat)
        except Gone:
            return [Finding(False, str(chat), "The bot is not in this group.", "Add the bot to the group.")]
        lacking = [(name, ability) for name, ability in abilities.named().items() if not ability.can]
        return [Finding(True, str(chat), "The bot is in this group.")] + [
            Finding(False, f"{chat}, {name.replace('_', ' ')}", ability.why, ability.grant) for name, ability in lacking
        ]

    async def _next(self, session: Session) -> Delivery:
        """What comes next; empty when 25 seconds have been quiet or the session is over."""
        delivery = _NOTHING
        async with asyncio.TaskGroup() as tasks:
            alarm = tasks.create_task(self._ring_after(SIGN_OF_LIFE))
            while not (alarm.done() or session.over or (delivery := self._world.hand_out())):
                self._news.clear()
                await self._news.wait()
            alarm.cancel()
        return delivery

    async def _ring_after(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._news.set()

    def _acknowledging(self, delivery: Delivery) -> Callable[[], Awaitable[None]]:
        async def acknowledge() -> None:
            self._world.acknowledge(delivery)

        return acknowledge


_NOTHING = Delivery((), 0)
