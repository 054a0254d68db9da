"""The group's code of conduct as data: clauses in plain words, and which detectors watch them.

The source is ``config/code_of_conduct.toml``; ``orchard_bot.settings.policy`` reads and checks it.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct

HUMAN_ONLY = "human-only"
"""The response of a clause that no detector watches."""

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

Name = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        max_length=40,
        description="small letters, with hyphens between words, for example private-chat",
    ),
]
Words = Annotated[str, Meta(min_length=1)]
Label = Annotated[str, Meta(min_length=1, max_length=40, description="1 to 40 characters, so that it fits a button")]
Month = Annotated[
    str, Meta(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description='a year and month in quotes, for example "2024-03"')
]
Email = Annotated[str, Meta(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", description="one e-mail address")]
Version = Annotated[str, Meta(pattern=r"^[0-9]+(\.[0-9]+)*$", description='numbers with points, for example "0.1"')]
Score = Annotated[float, Meta(gt=0, le=1, description="a number above 0 and up to 1, for example 0.75")]


class Status(StrEnum):
    """Whether the governing body has approved the policy."""

    DRAFT = "draft"
    APPROVED = "approved"


class Kind(StrEnum):
    """Which part of the policy a clause comes from."""

    GUIDELINE = "guideline"
    EXPECTATION = "expectation"
    INAPPROPRIATE = "inappropriate"
    CONCERN = "concern"
    SCHOOL = "school"
    MODERATION = "moderation"
    VOLUNTARY = "voluntary"


REPORTABLE = frozenset({Kind.GUIDELINE, Kind.INAPPROPRIATE})
"""The kinds of clauses that a message can go against."""


class Severity(StrEnum):
    """How a clear breach is met: mild first by a kind private note, serious by telling the moderators at once."""

    MILD = "mild"
    SERIOUS = "serious"


class Tier(StrEnum):
    """What a score asks for. People decide what happens then."""

    NOTHING = "nothing"
    QUEUE = "queue"
    """It waits quietly among the moderators' cases."""
    NOTE = "note"
    ALERT = "alert"

    @property
    def prompt(self) -> bool:
        """Whether somebody is written to at once: the poster, or the moderators."""
        return self in (Tier.NOTE, Tier.ALERT)


class Topic(Struct, frozen=True, forbid_unknown_fields=True):
    """A heading of ``/rules``."""

    id: Name
    title: Label


class Contact(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whom a parent may turn to at school, for what, and how. ``email`` is None where the way is in person."""

    id: Name
    name: Words
    concern: Words
    how: Words
    email: Email | None = None


class Clause(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One point of the code of conduct, in words for parents.

    ``note`` is said privately to somebody whose message may have missed this point; it never blames.
    ``response`` names the detectors that watch it, or is ``human-only``.
    """

    id: Name
    title: Label
    topic: Name
    kind: Kind
    text: Words
    note: Words
    response: Annotated[tuple[Name, ...], Meta(min_length=1)] | Literal["human-only"]
    severity: Severity = Severity.MILD
    safety: bool = False
    """A child or family may be at risk: the report goes straight to the moderators."""

    @property
    def watched_by(self) -> tuple[str, ...]:
        """The names of the detectors that watch this clause; empty when only people do."""
        return () if isinstance(self.response, str) else self.response


class Examples(Struct, frozen=True, forbid_unknown_fields=True):
    """Messages that a detector must and must not notice. They are tests, run whenever the policy is read."""

    breach: tuple[Words, ...] = ()
    fine: tuple[Words, ...] = ()


class DetectorSpec(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One detector as the operator set it up.

    From ``queue_at`` on a score asks for a place in the moderators' queue, from ``note_at`` on for a private note to
    the poster, from ``alert_at`` on for a word to the moderators at once; None: never. From ``asked_at`` on it is named
    where somebody asks about one message (``/check``, ``policy score`` of messages without a stream): of those far more
    are breaches than of a group's talk, so a lower score is as likely to be right. ``uses`` names the installed detector
    that it is made from, where that is not its own name; ``options`` belong to that detector, which checks them.
    """

    name: Name
    clause: Name
    uses: Name | None = None
    queue_at: Score | None = None
    note_at: Score | None = None
    alert_at: Score | None = None
    asked_at: Score | None = None
    options: dict[str, object] = {}
    examples: Examples = Examples()

    def tier(self, score: float, *, asked: bool = False) -> Tier:
        """What a score (0 to 1) of this detector asks for; ``asked``: somebody asks about this one message."""
        if self.alert_at is not None and score >= self.alert_at:
            return Tier.ALERT
        if self.note_at is not None and score >= self.note_at:
            return Tier.NOTE
        if self.queue_at is not None and score >= self.queue_at:
            return Tier.QUEUE
        if asked and self.asked_at is not None and score >= self.asked_at:
            return Tier.QUEUE
        return Tier.NOTHING

    @property
    def made_from(self) -> str:
        """The name of the installed detector behind it."""
        return self.uses or self.name

    @property
    def threshold(self) -> float | None:
        """The lowest score that asks for anything."""
        return min((bar for bar in (self.queue_at, self.note_at, self.alert_at) if bar is not None), default=None)


class CodeOfConduct(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole policy. ``dated`` and ``review_due`` are months; ``approved_on`` is None while it is a draft."""

    title: Words
    version: Version
    dated: Month
    status: Status
    review_due: Month
    full_policy: Words
    card: Words
    contacts: Annotated[tuple[Contact, ...], Meta(min_length=1)]
    topics: Annotated[tuple[Topic, ...], Meta(min_length=1)]
    clauses: Annotated[tuple[Clause, ...], Meta(min_length=1)]
    detectors: tuple[DetectorSpec, ...] = ()
    approved_on: date | None = None

    @property
    def label(self) -> str:
        """Which edition this is, for example ``version 0.1, March 2024, draft``."""
        return f"version {self.version}, {month_in_words(self.dated)}, {self.status}"

    def clause(self, id: str) -> Clause | None:
        """The clause of this id; None for one that this edition does not have."""
        return next((clause for clause in self.clauses if clause.id == id), None)

    def contact(self, id: str) -> Contact | None:
        """The contact of this id, if there is one."""
        return next((contact for contact in self.contacts if contact.id == id), None)

    def detector(self, name: str) -> DetectorSpec | None:
        """How the detector of this name is set up, if it is."""
        return next((spec for spec in self.detectors if spec.name == name), None)

    def topic(self, id: str) -> Topic | None:
        """The topic of this id, if there is one."""
        return next((topic for topic in self.topics if topic.id == id), None)

    def clauses_in(self, topic: str) -> tuple[Clause, ...]:
        """The clauses under a topic's id, in the order of the file."""
        return tuple(clause for clause in self.clauses if clause.topic == topic)

    def reportable(self) -> tuple[Clause, ...]:
        """The clauses that a parent can pick when reporting: what a message can go against."""
        return tuple(clause for clause in self.clauses if clause.kind in REPORTABLE)

    def review_overdue(self, today: date) -> bool:
        """Whether the month in which the policy was to be looked at again has passed."""
        return (today.year, today.month) > _year_and_month(self.review_due)


def month_in_words(month: str) -> str:
    """``2024-03`` as ``March 2024``."""
    year, number = _year_and_month(month)
    return f"{_MONTHS[number - 1]} {year}"


def _year_and_month(month: str) -> tuple[int, int]:
    year, _, number = month.partition("-")
    return int(year), int(number)
