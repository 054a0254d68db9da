"""What the runtime needs from storage: a first-time check, a queue with lanes, an outbox, due times.

All of it lives in the same transaction as the books of the features. Two engines can keep it (docs/decisions);
nothing here speaks SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from orchard_bot.chat.intents import Intent
from orchard_bot.chat.letters import Letter, Queued
from orchard_bot.chat.planning import Sent
from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.features.books import Books, Planned
from orchard_bot.features.feed_state import FeedState
from orchard_bot.features.house import Retention

T = TypeVar("T")


class Arrivals(Protocol):
    """Which events have been handled or queued: ids only."""

    def first_time(self, event: str, at: int) -> bool:
        """Note the id; False where it had been noted before. ``at`` is seconds since 1970. The hottest call there is."""
        ...

    def forget(self, before: int, limit: int) -> int:
        """Drop up to ``limit`` ids noted before this second; how many were dropped."""
        ...


class LaneQueue(Protocol):
    """A FIFO queue for each lane (a chat). Only the head of a lane is ever handled."""

    def put(self, lane: str, account: AccountRef, event: bytes, now: datetime, due: datetime, tries: int) -> int: ...
    def is_waiting(self, lane: str) -> bool: ...

    def waiting_in(self, lane: str) -> int:
        """How many events wait in this lane."""
        ...

    def heads(self, now: datetime, limit: int, *, pictures: bool = False) -> Sequence[Queued]:
        """The first event of each lane that has one due, oldest first: of the chats', or of those for pictures."""
        ...

    def begin(self, id: int) -> int:
        """Count one more try, in a transaction of its own; how many there were in all."""
        ...

    def done(self, id: int) -> None: ...
    def later(self, id: int, due: datetime) -> None: ...
    def repack(self, id: int, event: bytes, due: datetime) -> None:
        """The same place in the lane, but less left to do."""
        ...

    def park(self, id: int, reference: str, error: str, now: datetime) -> None:
        """Give up for now: keep the event aside under a reference, and let the lane go on."""
        ...

    def unpark(self, reference: str, now: datetime) -> bool:
        """Put a parked event back at the head of its lane."""
        ...

    def forget_parked(self, before: datetime) -> int: ...
    def next_due(self, *, pictures: bool = False) -> datetime | None: ...
    def length(self) -> int: ...


class Outbox(Protocol):
    """Intents until they are carried out, or dead letters that a moderator sees."""

    def add(self, intents: Sequence[Intent], now: datetime) -> None:
        """Raises nothing for a key that is there already: the same key is the same letter."""
        ...

    def due(self, account: AccountRef, now: datetime, limit: int, besides: Collection[int]) -> Sequence[Letter]:
        """Letters to send now, most urgent first, at most one for each destination; ``besides``: ids in flight.

        A letter that changes an earlier one comes only after that one has been sent or has died.
        """
        ...

    def step_done(self, id: int, steps_done: int, message: MessageRef | None, private: bool) -> None: ...

    def sent(self, id: int, message: MessageRef | None, private: bool, now: datetime) -> None:
        """Carried out. Its text is dropped; key and message ref stay for later changes."""
        ...

    def later(self, id: int, due: datetime, tries: int) -> None: ...

    def hold(self, id: int) -> None:
        """Keep it until the person opens a private chat."""
        ...

    def release(self, account: AccountRef, person: PersonRef, now: datetime) -> int:
        """The person has opened a private chat: held letters are due now."""
        ...

    def die(self, id: int, why: str, now: datetime) -> None:
        """It cannot be delivered. Its text is dropped, the fact stays."""
        ...

    def expired(self, account: AccountRef, now: datetime, limit: int) -> Sequence[Letter]:
        """Letters (held ones too) that are past their time."""
        ...

    def receipt(self, key: str) -> Sent | None: ...
    def via(self, key: str) -> AccountRef | None:
        """Through which account this letter goes or went; None where it is not known."""
        ...

    def key_of(self, message: MessageRef) -> str | None:
        """Which letter made this message, for replies that quote it."""
        ...

    def defer_destination(self, account: AccountRef, destination: str | None, until: datetime) -> None:
        """Nothing to this destination (None: from the whole account) before ``until``."""
        ...

    def next_due(self, account: AccountRef) -> datetime | None: ...
    def forget(self, before: datetime) -> int: ...
    def waiting(self) -> int: ...


class Clockwork(Protocol):
    """Schedules that come due. One occurrence is one row, so it fires once."""

    def due(self, now: datetime, limit: int) -> Sequence[Planned]: ...

    def fire(self, key: str, occurrence: str, now: datetime) -> bool:
        """Note that this occurrence (its wall-clock time) happens; False where it has happened already."""
        ...

    def move_on(self, key: str, due: datetime | None) -> None:
        """Its next time; None: it is over and goes."""
        ...

    def next_due(self) -> datetime | None: ...
    def forget(self, before: datetime) -> int: ...


class Whereabouts(Protocol):
    """Where groups went, and whether the last stop was a clean one."""

    def moved(self, community: str, to: ChatRef) -> None: ...
    def moves(self) -> Mapping[str, ChatRef]: ...
    def members(self) -> Mapping[str, frozenset[PersonRef]]:
        """Everybody known, by community: read once at start."""
        ...

    def start(self) -> bool:
        """Note that the bot runs; True where the last stop was clean (or there was none)."""
        ...

    def stop(self) -> None:
        """Note a clean stop."""
        ...


class FeedBook(Protocol):
    """The configured feeds: how they answered last, and what of them was offered."""

    def get(self, url: str) -> FeedState | None:
        """None where it was never looked at."""
        ...

    def put(self, state: FeedState) -> None:
        """Add or replace."""
        ...

    def keep_only(self, urls: Iterable[str]) -> None:
        """Forget the state of those that are configured no more."""
        ...

    def unseen(self, url: str, entries: Iterable[str], now: datetime) -> frozenset[str]:
        """Which of these have not been in this feed before; from now on they have."""
        ...


class Purge(Protocol):
    """Forgets what is past its date."""

    def purge(self, now: datetime, retention: Retention, limit: int = 500) -> Mapping[str, int]:
        """Drop at most ``limit`` of each kind; how many went, by kind. Repeat until all are 0."""
        ...


class Ledger(Books, Protocol):
    """Everything in one transaction: the books of the features and those of the runtime."""

    @property
    def arrivals(self) -> Arrivals: ...
    @property
    def queue(self) -> LaneQueue: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def clockwork(self) -> Clockwork: ...
    @property
    def whereabouts(self) -> Whereabouts: ...
    @property
    def feeds(self) -> FeedBook: ...
    @property
    def purge(self) -> Purge: ...
    def stand_in(self, text: str) -> str:
        """Always the same for the same text, and saying nothing without the key: for what might name somebody."""
        ...

    def savepoint(self) -> Savepoint:
        """A point to return to: as a context manager it undoes what was written since, if an exception passes."""
        ...


class Savepoint(Protocol):
    """``with ledger.savepoint():`` undoes what was written inside if an exception leaves it."""

    def __enter__(self) -> None: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object, /) -> None: ...


class Storage(Protocol):
    """Where the ledger is kept."""

    async def write(self, work: Callable[[Ledger], T]) -> T:
        """Run ``work`` in a transaction; returns after the commit. Raises ``StorageError`` where it was refused."""
        ...

    async def read(self, work: Callable[[Ledger], T]) -> T:
        """Run ``work``, which only reads, beside the writer."""
        ...

    async def scrub(self) -> None:
        """Take what was erased out of the log of the database too. Raises StorageBusy while somebody reads."""
        ...

    async def close(self) -> None: ...
