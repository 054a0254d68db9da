"""Where the crash test plays: what it needs of a platform besides people's acts, here on the World."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select

from orchard_bot.chat.abilities import YES
from orchard_bot.chat.events import EventId
from orchard_bot.chat.refs import ChatRef
from orchard_bot.runtime.clock import SystemClock
from orchard_bot.storage.sqlite import opened
from orchard_bot.storage.tables import letters
from orchard_bot.testing.profiles import SIGNAL, TELEGRAM, Profile
from orchard_bot.testing.sim_message import SimMessage
from orchard_bot.testing.world import World
from orchard_bot.testing.world_link import WorldServer
from tests.acceptance.stages import Place


class Noted(Struct, frozen=True):
    """An event that the platform has for the bot."""

    id: EventId
    chat: ChatRef


class Ground(Protocol):
    """A platform with people on it, who act in this process, and a server that the bot connects to from another."""

    settings: str
    """What the configuration says of the adapter."""

    @property
    def world(self) -> Place:
        """The people, the groups, and what is on their phones."""
        ...

    def serving(self, folder: Path) -> AbstractAsyncContextManager[str]:
        """The server, as long as the block lasts; gives its address."""
        ...

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call this whenever the bot has done something."""
        ...

    def waiting(self) -> Sequence[Noted]:
        """What the bot has not confirmed, oldest first."""
        ...

    def seen_by(self, who: str) -> list[SimMessage]:
        """What the bot and this person told each other."""
        ...

    def change_ways(self) -> None:
        """Half of it is over: from now on, choices are made in another way, where the platform has one."""
        ...

    async def at_rest(self) -> None:
        """Return when what a dead bot asked for has happened."""
        ...

    def life_ended(self, database: Path) -> None:
        """Look at what was sent, and at what the database knows of it."""
        ...

    def key_of(self, message: SimMessage, database: Path) -> str | None:
        """Which letter this message of the bot's is; None for one that was sent once more than it should."""
        ...

    @property
    def sent(self) -> int:
        """How many messages went out in all."""
        ...

    def twice(self, database: Path) -> int:
        """How many of them once more than they should."""
        ...

    def sent_again(self) -> Iterator[str]:
        """What went out twice without the excuse of a kill between the platform's answer and our commit."""
        ...


def _fast(profile: Profile) -> Profile:
    """The same platform without its speed limits, and one that tells of deletions."""
    abilities = replace(
        profile.abilities,
        per_chat_per_minute=60_000.0,
        per_person_per_minute=60_000.0,
        per_account_per_second=10_000.0,
        see_deletions=YES,
    )
    return replace(profile, abilities=abilities)


class OnTheWorld:
    """The World behind a socket: with buttons at first, with typed numbers later."""

    settings = '[adapters.sandbox]\naccount = "main"\n'

    def __init__(self) -> None:
        self.world = World(_fast(TELEGRAM), SystemClock().now)
        self._server = WorldServer(self.world)
        self._lives: list[list[str]] = []
        """The keys of what was done in each life."""
        self._receipts: list[frozenset[str]] = []
        """The keys of letters that were known as sent at the end of each life."""

    @asynccontextmanager
    async def serving(self, folder: Path) -> AsyncIterator[str]:
        address = await self._server.start(str(folder / "world"))
        try:
            yield address
        finally:
            await self._server.stop()

    def on_change(self, callback: Callable[[], None]) -> None:
        self.world.on_change(callback)

    def waiting(self) -> Sequence[Noted]:
        return [Noted(event.id, event.chat) for event in self.world.pending]

    def seen_by(self, who: str) -> list[SimMessage]:
        found = self.world.inbox(who)
        mine = self.world.person_ref(who)
        for group in self.world.groups:
            if mine in group.members:
                shown = self.world.transcript(group.ref, viewer=who)
                found += [one for one in shown if one.only_for == mine]
        return sorted(found, key=lambda one: one.at)

    def change_ways(self) -> None:
        self.world.change_profile(_fast(SIGNAL))

    async def at_rest(self) -> None:
        clock = SystemClock()
        while self._server.visitors:
            await clock.sleep(0.001)

    def life_ended(self, database: Path) -> None:
        done = [key for key, _ in self.world.sends]
        self._lives.append(done[sum(map(len, self._lives)) :])
        known = select(letters.c.key).where(letters.c.state == "sent")
        with opened(database) as connection:
            self._receipts.append(frozenset(connection.execute(known).scalars()) if done else frozenset())

    def key_of(self, message: SimMessage, database: Path) -> str | None:
        return message.key

    @property
    def sent(self) -> int:
        return len(self.world.sends)

    def twice(self, database: Path) -> int:
        return sum(map(len, self._lives)) - len(set().union(*self._lives))

    def sent_again(self) -> Iterator[str]:
        known: frozenset[str] = frozenset()
        for number, (life, receipts) in enumerate(zip(self._lives, self._receipts, strict=True)):
            yield from (f"life {number} did {key} twice" for key, times in Counter(life).items() if times > 1)
            yield from (f"life {number} did {key} again, knowing its receipt" for key in known & set(life))
            known = receipts
