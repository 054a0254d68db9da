"""One connection to Telegram, from a start to the next stop: who the bot is, what comes in, what goes out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct
from telegram import User
from telegram.error import TelegramError

from orchard_bot.chat.events import Event
from orchard_bot.errors import PlatformError
from orchard_telegram.client import Client
from orchard_telegram.clock import Clock
from orchard_telegram.hands import Hands
from orchard_telegram.places import Places
from orchard_telegram.translate import Translation
from orchard_telegram.wire import ChatMemberUpdated, Received, Update

ANSWER_SECONDS = 5.0
"""How long telling Telegram that a press arrived may hold up what comes after it."""


class Source(Protocol):
    """Where updates come from: ``polling.Poller`` or ``webhook.Door``."""

    async def next(self) -> Received:
        """What has come; the same again until it is confirmed, empty when it is quiet."""
        ...

    def confirm(self, received: Received) -> None:
        """It is stored."""
        ...

    async def finish(self) -> None:
        """The end."""
        ...


class Delivery(Struct, frozen=True):
    """What came, in our words. ``presses`` are the buttons to answer once it is stored."""

    events: Sequence[Event]
    received: Received
    presses: tuple[str, ...] = ()
    moves: int = 0
    """How many of the events are moves that were heard of by the way."""


class Session:
    """Made by ``opening.opened``; ended once."""

    def __init__(
        self, client: Client, me: User, account: str, source: Source, clock: Clock, *, ephemeral: bool
    ) -> None:
        self.client, self.me, self.source = client, me, source
        self.told: set[int] = set()
        """Groups where the bot is an administrator, so that Telegram tells it of members."""
        self.places = Places(self._heard_of_move)
        self.hands = Hands(client.bot, account, clock, self.places, ephemeral=ephemeral)
        self.ended = False
        self._translation = Translation(account, me.id, me.username or "", self.told)
        self._clock = clock
        self._moves: list[Event] = []
        self._reading: asyncio.Timeout | None = None

    async def next(self) -> Delivery | None:
        """What came; None when the session is over."""
        while True:
            await asyncio.sleep(0)  # let others run, however fast it comes
            if self.ended:
                return None
            if self._moves:
                moves = tuple(self._moves)
                return Delivery(moves, Received(()), moves=len(moves))
            try:
                async with asyncio.timeout(None) as self._reading:
                    received = await self.source.next()
            except TimeoutError:
                continue  # the session has ended, or a group has moved
            except PlatformError:
                if self.ended:
                    return None
                raise
            finally:
                self._reading = None
            return self._translated(received)

    async def confirm(self, delivery: Delivery) -> None:
        """It is stored: Telegram may forget it, and whoever pressed a button sees that it arrived."""
        if delivery.moves:
            del self._moves[: delivery.moves]
            return
        self.source.confirm(delivery.received)
        if delivery.presses and not self.ended:
            try:
                async with asyncio.timeout(ANSWER_SECONDS), asyncio.TaskGroup() as beside_each_other:
                    for press in delivery.presses:
                        beside_each_other.create_task(self._answer(press))
            except TimeoutError:
                pass  # the button stops waiting by itself

    async def end(self) -> None:
        """Let go of Telegram. Whoever reads is let go too."""
        if self.ended:
            return
        self.ended = True
        self._interrupt()
        await asyncio.sleep(0)
        await self.source.finish()
        await self.client.close()

    def note_standing(self, chat: int, *, is_admin: bool) -> None:
        """How the bot stands in a group by now."""
        (self.told.add if is_admin else self.told.discard)(chat)

    def _translated(self, received: Received) -> Delivery:
        now = self._clock.now()
        events: list[Event] = []
        presses: list[str] = []
        for update in received.updates:
            self._note(update, presses)
            events += self._translation.events(update, now)
        return Delivery(events, received, tuple(presses))

    def _note(self, update: Update, presses: list[str]) -> None:
        if update.message is not None:
            self.places.note(update.message)
        elif update.callback_query is not None:
            presses.append(update.callback_query.id)
        elif update.my_chat_member is not None:
            self._note_own(update.my_chat_member)

    def _note_own(self, change: ChatMemberUpdated) -> None:
        if change.chat.type != "private":
            self.note_standing(change.chat.id, is_admin=change.new_chat_member.status == "administrator")

    async def _answer(self, press: str) -> None:
        try:
            await self.client.bot.answer_callback_query(press)
        except TelegramError:
            return  # too late, or no line: the button stops waiting by itself

    def _heard_of_move(self, old: int, new: int) -> None:
        self._moves.append(self._translation.moved(old, new, self._clock.now()))
        self._interrupt()

    def _interrupt(self) -> None:
        if self._reading is not None:
            self._reading.reschedule(asyncio.get_running_loop().time())
