"""What the pages show: numbers and states, never text, names or ids of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct


class AccountPulse(Struct, frozen=True):
    """How one account of the bot is doing."""

    account: str
    connected: bool
    restarts: int
    trouble: str
    """The kind of the last error; empty while all is well."""


class LetterLine(Protocol):
    """One line of the outbox."""

    @property
    def number(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def priority(self) -> str: ...
    @property
    def to(self) -> str:
        """``a person`` or ``the group``."""
        ...

    @property
    def tries(self) -> int: ...
    @property
    def why(self) -> str: ...


class CaseLine(Protocol):
    """One case, without what it is about."""

    @property
    def community(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def clauses(self) -> Sequence[str]: ...
    @property
    def reports(self) -> int: ...
    @property
    def safety(self) -> bool: ...
    @property
    def opened_at(self) -> datetime: ...


class Inside(Protocol):
    """A look into the tables."""

    @property
    def letters(self) -> Sequence[LetterLine]: ...
    @property
    def cases(self) -> Sequence[CaseLine]: ...
    @property
    def waiting(self) -> int:
        """Messages that wait to be sent."""
        ...

    @property
    def queued(self) -> int:
        """Events that wait in their lanes."""
        ...

    @property
    def parked(self) -> int: ...


class Pulse(Protocol):
    """What the pages ask the running bot."""

    def accounts(self) -> Sequence[AccountPulse]: ...
    def counts(self) -> Mapping[str, int]: ...
    async def storage_answers(self) -> bool: ...
    async def inside(self) -> Inside: ...
