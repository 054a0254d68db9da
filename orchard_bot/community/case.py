"""A case: everything about one message that somebody reported or the watch noticed, until a person decides.

    ASKED ──timer or "still there"──▶ OPEN ──claim──▶ CLAIMED ──decide──▶ DECIDED
      │                                │ ▲──expiry──────┘                    │
      │                                │ ▲──────── decision taken back ──────┘
      └──────── poster deletes it ─────┴──────────────────▶ SETTLED (kindly, no decision needed)

A transition returns a new case or raises ``NotOpen`` (settled meanwhile) or ``NotYours`` (recused).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec import Struct

from orchard_bot.chat.refs import MessageRef, PersonRef
from orchard_bot.community.decision import Decision, Verdict
from orchard_bot.errors import NotOpen, NotYours

CLAIM_LASTS = timedelta(minutes=30)


class CaseState(StrEnum):
    """Where a case stands."""

    ASKED = "asked"
    """The poster has been asked, without the reporter's name; no moderator knows yet."""
    OPEN = "open"
    CLAIMED = "claimed"
    DECIDED = "decided"
    SETTLED = "settled"
    """The poster took the message back, or changed it so that nothing is left to decide."""


WAITING = frozenset({CaseState.OPEN, CaseState.CLAIMED})
LIVE = WAITING | {CaseState.ASKED}


class Claim(Struct, frozen=True):
    """A moderator is looking at it, until ``until``, so that two never act at once."""

    by: PersonRef
    until: datetime


class Case(Struct, frozen=True, kw_only=True):
    """One message, one case. ``evidence`` is its text, forgotten at ``evidence_until``."""

    community: str
    number: int
    code: str
    """What a reporter quotes to ask how it stands; says nothing to anybody else."""
    opened_at: datetime
    policy: str
    clauses: tuple[str, ...] = ()
    safety: bool = False
    message: MessageRef | None = None
    author: PersonRef | None = None
    author_name: str = ""
    posted_at: datetime | None = None
    evidence: str = ""
    evidence_until: datetime | None = None
    edited: bool = False
    remarks: tuple[str, ...] = ()
    """What else a moderator should know: wording keys under ``alerts.remark``, a detail behind a colon. No chat text."""
    state: CaseState = CaseState.OPEN
    claim: Claim | None = None
    decision: Decision | None = None
    appealed_at: datetime | None = None
    """When the poster asked for another moderator to look again; once for each case."""
    settled_at: datetime | None = None

    @property
    def id(self) -> str:
        """``community/number``, as audit trail and outbox know it."""
        return f"{self.community}/{self.number}"

    def holder(self, now: datetime) -> PersonRef | None:
        """Who has claimed it and still holds it."""
        return self.claim.by if self.claim and self.claim.until > now else None

    def with_reason(self, clauses: tuple[str, ...], *, safety: bool) -> Case:
        """The same case with what one more report or observation adds."""
        merged = self.clauses + tuple(clause for clause in clauses if clause not in self.clauses)
        return msgspec.structs.replace(self, clauses=merged, safety=self.safety or safety)

    def with_remark(self, remark: str) -> Case:
        """The same case with one more thing for moderators to know; saying it again changes nothing."""
        if remark in self.remarks:
            return self
        return msgspec.structs.replace(self, remarks=(*self.remarks, remark))

    def claimed(self, by: PersonRef, now: datetime, recused: frozenset[PersonRef]) -> Case:
        """``by`` takes it for half an hour."""
        self._check(by, now, recused)
        return msgspec.structs.replace(self, state=CaseState.CLAIMED, claim=Claim(by, now + CLAIM_LASTS))

    def released(self, by: PersonRef, now: datetime) -> Case:
        """``by`` gives it back."""
        if self.holder(now) != by or self.state is not CaseState.CLAIMED:
            raise NotOpen("This case is not yours to give back.")
        return msgspec.structs.replace(self, state=CaseState.OPEN, claim=None)

    def handed_to_moderators(self) -> Case:
        """The poster did not answer: the moderators are to hear of it."""
        if self.state is not CaseState.ASKED:
            raise NotOpen("This case is already with the moderators, or settled.")
        return msgspec.structs.replace(self, state=CaseState.OPEN)

    def decide(self, verdict: Verdict, by: PersonRef, now: datetime, recused: frozenset[PersonRef]) -> Case:
        """``by`` decides. The decision is in the result; there is no other way to make one."""
        self._check(by, now, recused)
        decision = Decision(
            case=self.id,
            verdict=verdict,
            moderator=by,
            at=now,
            policy=self.policy,
            clause=self.clauses[0] if self.clauses else None,
        )
        return msgspec.structs.replace(self, state=CaseState.DECIDED, claim=None, decision=decision, settled_at=now)

    def appealed(self, now: datetime) -> Case:
        """The poster asks for another moderator to look again: once, and only about a decision."""
        if self.decision is None or self.appealed_at is not None:
            raise NotOpen("There is no decision to look at again, or that has been asked for already.")
        return msgspec.structs.replace(self, appealed_at=now)

    def reopened(self) -> Case:
        """The decision is taken back: as if it had not been made, and the moderators decide anew."""
        if self.decision is None:
            raise NotOpen("There is no decision to take back.")
        return msgspec.structs.replace(self, state=CaseState.OPEN, decision=None, settled_at=None)

    def taken_back(self, now: datetime) -> Case:
        """The poster removed the message, or what was wrong with it: closed kindly."""
        if self.state not in LIVE:
            raise NotOpen("This case is settled.")
        return msgspec.structs.replace(self, state=CaseState.SETTLED, claim=None, settled_at=now)

    def changed(self, text: str) -> Case:
        """The poster edited the message: later readers see the new text, and that it was changed."""
        return msgspec.structs.replace(self, evidence=text, edited=True)

    def forgotten(self) -> Case:
        """The same case without the words and the name it was about."""
        return msgspec.structs.replace(self, evidence="", author_name="", evidence_until=None)

    def _check(self, by: PersonRef, now: datetime, recused: frozenset[PersonRef]) -> None:
        if by in recused:
            raise NotYours("A moderator does not see or decide a case that concerns them.")
        if self.state not in WAITING:
            raise NotOpen("This case is settled.")
        holder = self.holder(now)
        if holder is not None and holder != by:
            raise NotOpen("Another moderator is looking at this case.")


def recused_from(case: Case, reporters: frozenset[PersonRef]) -> frozenset[PersonRef]:
    """Who may not see the case: its poster, and those who reported it."""
    return reporters if case.author is None else reporters | {case.author}
