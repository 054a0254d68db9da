"""What a person has said yes to. Silence is not consent; each thing has its own yes and its own no."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from orchard_bot.chat.refs import PersonRef


class OptIn(StrEnum):
    """What the bot does for one person only after that person's yes."""

    NOTES = "notes"
    """A kind private note when a message of mine may be against the code, before anybody else hears of it."""
    REMINDERS = "reminders"
    """Reminders from the newsletter in my private chat."""
    LEARNING = "learning"
    """Messages of mine that moderators have decided about may be kept, without my name, to train the detectors."""


class Consent(Struct, frozen=True):
    """One yes, with the policy version the person was shown."""

    person: PersonRef
    community: str
    to: OptIn
    given_at: datetime
    policy: str
    choice: str = ""
    """How they want it, in the words of what it is: for reminders their lead and language (``features.reminding.wishes``)."""
