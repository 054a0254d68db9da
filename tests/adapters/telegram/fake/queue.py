"""The updates that wait for one bot, with Telegram's rules of offsets, kinds and age."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.adapters.telegram.fake.clock import ServerClock
from tests.adapters.telegram.fake.model import Json
from tests.adapters.telegram.fake.refusal import bad, conflict

KINDS = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "managed_bot",
    "subscription",
)
ONLY_WHEN_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
KEPT = timedelta(hours=24)


@dataclass(slots=True)
class Waiting:
    """An update that is not confirmed yet."""

    update: Json
    since: datetime

    @property
    def id(self) -> int:
        """A malformed update may have no number of its own."""
        number = self.update.get("update_id")
        return number if isinstance(number, int) else 0


@dataclass(slots=True)
class UpdateQueue:
    """``asked``: the kinds this bot asked for, None for Telegram's own choice."""

    clock: ServerClock
    last_id: int
    asked: frozenset[str] | None = None
    waiting: list[Waiting] = field(default_factory=list)
    strays: list[Json] = field(default_factory=list)
    reverse_next: bool = False
    _poll: asyncio.Future[None] | None = None
    _open: asyncio.Event = field(default_factory=asyncio.Event)
    _watchers: list[asyncio.Future[None]] = field(default_factory=list)
    listeners: list[Callable[[], None]] = field(default_factory=list)
    """Called whenever something came or went."""

    @property
    def polled(self) -> bool:
        """Whether somebody waits for updates just now."""
        return self._poll is not None

    async def until_polled(self) -> None:
        """Return when somebody waits for updates."""
        await self._open.wait()

    def ask_for(self, kinds: list[str] | None) -> None:
        """None leaves what was asked for before; an empty list is Telegram's own choice."""
        if kinds is None:
            return
        unknown = sorted(set(kinds) - set(KINDS))
        if unknown:
            raise bad(f"fake: there is no kind of update called {unknown[0]!r}")
        self.asked = frozenset(kinds) or None

    def wants(self, kind: str) -> bool:
        """Whether an update of this kind would be kept for the bot."""
        return kind in self.asked if self.asked is not None else kind not in ONLY_WHEN_ASKED

    def add(self, kind: str, payload: Json) -> None:
        """Something happened; a copy of it as it is now is kept."""
        if self.wants(kind):
            self.last_id += 1
            self.push({"update_id": self.last_id, kind: copy.deepcopy(payload)})

    def push(self, update: Json) -> None:
        """An update as it is, well-formed or not."""
        self.waiting.append(Waiting(update, self.clock.now()))
        self.wake()

    def wake(self) -> None:
        """Let whoever waits look again."""
        for future in [self._poll, *self._watchers]:
            if future is not None and not future.done():
                future.set_result(None)
        for look in self.listeners:
            look()

    def pending(self) -> list[Json]:
        """What waits and is not too old."""
        self._forget(self.clock.now() - KEPT)
        return [each.update for each in self.waiting]

    async def get(self, offset: int, limit: int, seconds: int) -> list[Json]:
        """As getUpdates does it. Raises ``Refused`` (409) when another poll takes over."""
        self._confirm(offset)
        if not self._ready() and seconds > 0:
            await self._await(seconds)
        strays, self.strays = self.strays, []
        batch = [*strays, *self.pending()][:limit]
        if self.reverse_next and batch:
            batch.reverse()
            self.reverse_next = False
        return batch

    async def changed(self) -> None:
        """Return when something came or went."""
        watcher = asyncio.get_running_loop().create_future()
        self._watchers.append(watcher)
        try:
            await watcher
        finally:
            self._watchers.remove(watcher)

    def undelivered(self) -> list[Json]:
        """All that waits for a webhook, in order."""
        return [*self.strays, *self.pending()]

    def holds(self, update: Json) -> bool:
        """Whether just this one still waits."""
        return any(each is update for each in self.undelivered())

    def delivered(self, update: Json) -> None:
        """A webhook took this one."""
        self.strays = [each for each in self.strays if each is not update]
        self.waiting = [each for each in self.waiting if each.update is not update]

    def terminate(self, text: str) -> None:
        """End the poll that is open, with a 409."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(conflict(text))

    def clear(self) -> None:
        """Forget all that waits."""
        self.waiting.clear()
        self.strays.clear()
        self.wake()

    def _ready(self) -> bool:
        return bool(self.strays or self.pending())

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            del self.waiting[:offset]
        elif offset > 0:
            self.waiting = [each for each in self.waiting if each.id >= offset]

    async def _await(self, seconds: int) -> None:
        self.terminate("terminated by other getUpdates request; make sure that only one bot instance is running")
        mine = self._poll = asyncio.get_running_loop().create_future()
        self._open.set()
        try:
            await self.clock.sleep(seconds, mine)
        finally:
            if self._poll is mine:
                self._poll = None
                self._open.clear()

    def _forget(self, before: datetime) -> None:
        self.waiting = [each for each in self.waiting if each.since > before]
