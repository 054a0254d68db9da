"""What waits on its way: an event in its lane, an intent in the outbox."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from orchard_bot.chat.intents import Intent
from orchard_bot.chat.refs import AccountRef

PICTURE_LANES = "pictures:"
"""Lanes whose name begins so hold messages whose pictures are to be read; they hold up nothing else."""


class Queued(Struct, frozen=True):
    """An event that waits in its lane."""

    id: int
    lane: str
    account: AccountRef
    event: bytes
    tries: int


class Letter(Struct, frozen=True, kw_only=True):
    """An intent on its way out. ``steps_done`` of its steps have been confirmed."""

    id: int
    intent: Intent
    account: AccountRef
    destination: str
    """Chat or person: letters to one destination go out in order within a priority."""
    tries: int
    steps_done: int
    created_at: datetime
