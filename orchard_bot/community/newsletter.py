"""What a newsletter announces, as far as it could be read: a proposal to a moderator, never more.

Every item says where it stands in which newsletter; without that it cannot become a reminder.
"""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum

from msgspec import Struct


class Doubt(StrEnum):
    """Why a person should look twice at an item."""

    PAST = "past"
    """It is over already."""
    WEEKDAY = "weekday"
    """The day does not fall on the weekday that is named."""
    NO_MONTH = "no-month"
    """Only a weekday or a day of the month was named; the next such day was taken."""
    OUTSIDE_TERM = "outside-term"
    """The day is in the holidays or on a bank holiday."""
    FAR = "far"
    """It is more than a year away."""
    HALF_DAY = "half-day"
    """Morning or afternoon was not said; the likelier was taken."""
    UNTITLED = "untitled"
    """What it is about was not clear."""


class Trouble(StrEnum):
    """What could not be read of a document. The moderator is told."""

    SCANNED = "scanned"
    """Pages that are pictures of text."""
    CUT = "cut"
    """It was longer than what is read."""
    NO_SUCH_DATE = "no-such-date"
    """A date that does not exist, such as 31 June."""
    ODD_ENTRY = "odd-entry"
    """An entry of a calendar that makes no sense."""


class Refusal(StrEnum):
    """Why a document could not be read at all. The moderator is told what to send instead."""

    ENCRYPTED = "encrypted"
    """It needs a password, or is in an old format that hides its text."""
    BROKEN = "broken"
    """It is damaged, or not what its name says."""
    EMPTY = "empty"
    """There is no text in it."""
    PICTURE = "picture"
    """It is a photo or a scan."""
    UNKNOWN = "unknown"
    """Files of this kind are not read."""
    TOO_LARGE = "too-large"
    """It is, or unpacks to, more than a newsletter can be."""
    TOO_SLOW = "too-slow"
    """Reading it took too long, or too much memory."""
    UNFETCHED = "unfetched"
    """The platform did not hand it over."""
    NOT_INSTALLED = "not-installed"
    """The libraries that read documents are not installed."""


class Source(Struct, frozen=True, kw_only=True):
    """Where something was published."""

    title: str
    """What the newsletter is called: its first heading, or the name of the file."""
    day: date | None
    """The day of issue, where it says so."""
    place: str
    """Where in it: ``p. 2``, ``paragraph 4``, or empty where it has no parts."""
    fingerprint: str
    """SHA-256 of the document, 64 hex digits: the same file again is known."""


class FoundEvent(Struct, frozen=True, kw_only=True):
    """One thing that the newsletter announces, in local time."""

    uid: str
    """The same for the same thing in a corrected edition, as far as title and month go; for calendar files theirs."""
    title: str
    day: date
    last_day: date | None = None
    """For things that go on for several days."""
    starts: time | None = None
    """None: all day."""
    ends: time | None = None
    place: str = ""
    bring: str = ""
    """What to bring, wear or pay."""
    cancelled: bool = False
    source: Source
    sentence: str = ""
    """The words it was read from, at most 300 characters."""
    doubts: tuple[Doubt, ...] = ()


class Newsletter(Struct, frozen=True, kw_only=True):
    """A document that was read. ``troubles``: what was not, with a detail such as the page."""

    source: Source
    events: tuple[FoundEvent, ...]
    troubles: tuple[tuple[Trouble, str], ...] = ()


class Unreadable(Struct, frozen=True):
    """A document that was not read, and why."""

    why: Refusal
