"""What a moderator decided, and the mandate that lets the bot carry it out. People decide; the bot only does."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from orchard_bot.chat.intents import Mandate
from orchard_bot.chat.refs import AccountRef, PersonRef


class Verdict(StrEnum):
    """The answers a moderator can give to a case, mildest first."""

    DISMISS = "dismiss"
    NOTE = "note"
    """A kind private note to the poster."""
    ASK = "ask"
    """Ask the poster to remove the message."""
    WARN = "warn"
    """A private note that says plainly what may follow if it happens again."""
    DELETE = "delete"
    MUTE = "mute"
    REMOVE = "remove"
    """Take the member out of the group."""
    SCHOOL = "school"
    """Not for the group: point to the school route."""


NEEDS_CONFIRMATION = frozenset({Verdict.MUTE, Verdict.REMOVE})
NEEDS_POSTER = frozenset({Verdict.NOTE, Verdict.ASK, Verdict.WARN, Verdict.MUTE, Verdict.REMOVE})
NEEDS_MESSAGE = frozenset({Verdict.ASK, Verdict.DELETE})
MUTE_FOR = timedelta(hours=24)


class Decision(Struct, frozen=True, kw_only=True):
    """One moderator's answer to one case. Made by ``Case.decide`` alone."""

    case: str
    verdict: Verdict
    moderator: PersonRef
    at: datetime
    policy: str
    """The policy version in force when the message was posted."""
    clause: str | None = None

    def mandate(self, via: AccountRef) -> Mandate:
        """What the bot needs to act upon a member. ``via`` is where the moderator is told how it went."""
        return Mandate(self.moderator, via, self.case, f"{self.case}:{self.verdict}")

    def taken_back(self, by: PersonRef, via: AccountRef) -> Mandate:
        """What the bot needs to end what it did: ``by`` takes the decision back."""
        return Mandate(by, via, self.case, f"{self.case}:{self.verdict}:taken-back")


class JoinDecision(Struct, frozen=True, kw_only=True):
    """One moderator's answer to somebody who asked to join."""

    community: str
    newcomer: PersonRef
    moderator: PersonRef
    admit: bool
    at: datetime

    @property
    def subject(self) -> str:
        """What the audit trail and the mandate call it."""
        return f"{self.community}/join/{self.newcomer}"

    def mandate(self, via: AccountRef) -> Mandate:
        """What the bot needs to open or close the door. ``via`` is where the moderator is told how it went."""
        verdict = "admit" if self.admit else "decline"
        return Mandate(self.moderator, via, self.subject, f"{self.subject}:{verdict}")
