"""A reminder of something the newsletter announced. No source, no reminder; and it asks nobody for an answer."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from orchard_bot.chat.text import visible
from orchard_bot.community.community import Community
from orchard_bot.community.voice import speaks_for_school
from orchard_bot.errors import OrchardError

TITLE_LIMIT = 200
"""Characters, for the title and for the source."""
WORTH_POSTING_FOR = timedelta(hours=6)
"""How late a reminder may go out after the bot was down."""

_MORNING = time(7, 30)


class Lead(StrEnum):
    """When somebody who asked for it hears of an event in private."""

    GROUP = ""
    """When the group is told; where nothing else was chosen."""
    MORNING = "morning"
    """On its day."""
    TWO_DAYS = "two-days"
    WEEK = "week"


DAYS_BEFORE = {Lead.MORNING: 0, Lead.TWO_DAYS: 2, Lead.WEEK: 7}


def told_at(lead: Lead, day: date, community: Community) -> datetime:
    """When it is time to say what is on ``day``, in the time zone of the community; quiet hours are not minded here."""
    before = DAYS_BEFORE.get(lead, min(community.remind_days_before))
    at = _MORNING if lead is Lead.MORNING else community.remind_at
    return datetime.combine(day - timedelta(days=before), at, ZoneInfo(community.timezone))


_ASKS = re.compile(
    r"\?\s*$|\brsvp\b|thumbs? up|\bplease (?:all )?(?:reply|respond|answer|confirm|react|vote)"
    r"|\b(?:let (?:me|us) know|reply (?:here|below|to|with|by)|tell (?:me|us))\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\d|https?://\S")


class NoSource(OrchardError):
    """A reminder without its place in the newsletter. Say which issue, page or link it was published in."""


class UnfitTitle(OrchardError):
    """A reminder that does not say what it is about, or says too much. Use one line of at most 200 characters."""


class SpeaksForSchool(OrchardError):
    """A reminder that sounds as if the school said it. Say what is on, and when; the source says who published it."""


class AsksForAnswer(OrchardError):
    """A reminder that wants something from its readers. Put it so that nobody needs to respond."""


class NewsletterItem(Struct, frozen=True, kw_only=True):
    """One published item (policy: reminders about events that the newsletter has published)."""

    title: str
    source: str
    """Where it was published: issue and page, or a link."""
    remind_at: datetime

    def __post_init__(self) -> None:
        checked_source(self.source)
        checked_title(self.title)


def checked_title(text: str) -> str:
    """``text`` on one line. Raises ``UnfitTitle`` or ``AsksForAnswer``."""
    title = " ".join(visible(text).split())
    if not 0 < len(title) <= TITLE_LIMIT:
        raise UnfitTitle("A reminder says in one line, of at most 200 characters, what it is about.")
    if speaks_for_school(title):
        raise SpeaksForSchool("A reminder is posted by parents and does not speak for the school.")
    if _ASKS.search(title):
        raise AsksForAnswer("A reminder asks nobody for an answer.")
    return title


def checked_source(text: str) -> str:
    """``text`` on one line. Raises ``NoSource`` unless it has a number, a date or a link to find the item by."""
    source = " ".join(visible(text).split())
    if len(source) > TITLE_LIMIT or not _PLACE.search(source):
        raise NoSource("A reminder needs its source: which newsletter, and where in it.")
    return source
