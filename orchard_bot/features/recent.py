"""What was written in a group lately, as far as a forward without a name needs it: a salted hash, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from orchard_bot.chat.refs import MessageRef, PersonRef


class Recent(Struct, frozen=True, kw_only=True):
    """One message of a group. Its text is kept nowhere."""

    community: str
    message: MessageRef
    author: PersonRef
    author_name: str
    at: datetime


class RecentMessages(Protocol):
    """The messages of the last days, to be found by their very words; kept only where forwards name nobody."""

    def note(self, recent: Recent, text: str) -> None:
        """Remember it, in the place of what it said before."""
        ...

    def alike(self, community: str, text: str, limit: int) -> Sequence[Recent]:
        """Those with the same words, capitals and spaces aside; newest first."""
        ...

    def forget(self, message: MessageRef) -> None: ...
