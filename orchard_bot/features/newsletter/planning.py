"""From what a newsletter announces to reminders that are planned: the evening before, each with its source, none twice.

A corrected edition moves what is planned already; a cancellation takes it away, or is said where it was posted.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct

from orchard_bot.chat.text import shortened
from orchard_bot.community.community import Community
from orchard_bot.community.newsletter import FoundEvent
from orchard_bot.community.reminder import (
    TITLE_LIMIT,
    AsksForAnswer,
    NoSource,
    SpeaksForSchool,
    UnfitTitle,
    checked_source,
    checked_title,
)
from orchard_bot.features.books import Planned
from orchard_bot.features.feature import Request
from orchard_bot.features.newsletter.saying import day_in_words, when_in_words
from orchard_bot.features.reminding.remind_posting import (
    POST,
    POSTED,
    after_quiet_hours,
    is_full,
    next_number,
    plan_post,
)
from orchard_bot.features.unit import Unit

EVENING = time(18, 30)
"""When a reminder is posted, on the evening before."""


class Fate(StrEnum):
    """What became of an item."""

    PLANNED = "planned"
    MOVED = "moved"
    """It was planned already, and the newsletter says something else now."""
    TAKEN_AWAY = "taken-away"
    """It was planned, and is cancelled."""
    CALLED_OFF = "called-off"
    """It was posted already, and is cancelled: that is posted too."""
    KNOWN = "known"
    TOO_LATE = "too-late"
    FULL = "full"
    NO_SOURCE = "no-source"
    UNFIT = "unfit"


class Item(Struct, frozen=True, kw_only=True):
    """One event as a reminder would say it. ``problem``: why it cannot be one."""

    uid: str
    title: str
    source: str
    at: datetime
    over: bool
    cancelled: bool = False
    doubtful: bool = False
    problem: Fate | None = None


def item_of(event: FoundEvent, community: Community, unit: Unit) -> Item:
    """``event`` as a reminder for the evening before, in the community's time."""
    evening = datetime.combine(event.day - timedelta(days=1), EVENING, community.local(unit.now).tzinfo)
    begins = datetime.combine(event.day, event.starts or time(23, 59), evening.tzinfo)
    title, source, problem = _title(event, unit), _source(event, unit), None
    try:
        title, source = checked_title(title), checked_source(source)
    except NoSource:
        problem = Fate.NO_SOURCE
    except (UnfitTitle, AsksForAnswer, SpeaksForSchool):
        problem = Fate.UNFIT
    return Item(
        uid=event.uid,
        title=title,
        source=source,
        at=after_quiet_hours(evening, community),
        over=begins <= unit.now,
        cancelled=event.cancelled,
        doubtful=bool(event.doubts),
        problem=problem,
    )


def plan(items: Iterable[Item], request: Request, unit: Unit) -> list[tuple[Fate, Item]]:
    """Plan them for the group of this moderator; what became of each."""
    return [(_plan(item, request, unit), item) for item in items]


def _plan(item: Item, request: Request, unit: Unit) -> Fate:
    community = request.community
    before = _known(item, unit.books.schedules.upcoming(community.id, POST))
    if item.cancelled:
        return _call_off(item, before, request, unit)
    if item.problem is not None:
        return item.problem
    if before is not None and (before.data["title"], before.due) == (item.title, item.at):
        return Fate.KNOWN
    if item.over or item.at <= unit.now:
        return Fate.TOO_LATE
    if before is not None:
        unit.books.schedules.cancel(before.key)
    elif is_full(community.local(item.at).date(), community, unit):
        return Fate.FULL
    _post(item, item.title, item.at, request, unit)
    return Fate.PLANNED if before is None else Fate.MOVED


def _call_off(item: Item, before: Planned | None, request: Request, unit: Unit) -> Fate:
    community = request.community
    if before is not None:
        unit.books.schedules.cancel(before.key)
        unit.note(community.id, "remind.cancelled", before.subject, by=request.person)
        return Fate.TAKEN_AWAY
    rows = unit.books.schedules.upcoming(community.id, POSTED)
    posted = [row for row in rows if row.data.get("uid") == item.uid]
    said = any(row.data["cancelled"] for row in posted)
    if not posted or said or item.over or item.problem is not None:
        return Fate.KNOWN
    title = unit.house.words.public("remind.called-off", title=item.title).value
    now = after_quiet_hours(unit.now + timedelta(minutes=1), community)
    _post(item, shortened(title, TITLE_LIMIT), now, request, unit)
    return Fate.CALLED_OFF


def _post(item: Item, title: str, at: datetime, request: Request, unit: Unit) -> None:
    community = request.community
    number = next_number(community.id, unit)
    subject = f"{community.id}/{number}"
    data: dict[str, Any] = {
        "title": title,
        "source": item.source,
        "at": at.isoformat(),
        "by": str(request.person),
        "number": number,
        "uid": item.uid,
        "cancelled": item.cancelled,
    }
    plan_post(community, subject, data, at, unit)
    unit.note(community.id, "remind.planned", subject, by=request.person)


def _known(item: Item, rows: Iterable[Planned]) -> Planned | None:
    return next((row for row in rows if row.data.get("uid") == item.uid), None)


def _title(event: FoundEvent, unit: Unit) -> str:
    parts = [unit.house.words.private("newsletter.event-in-line", when=when_in_words(event), title=event.title).value]
    parts += [part for part in (event.place, event.bring) if part and part.lower() not in event.title.lower()]
    return shortened("; ".join(parts), TITLE_LIMIT)


def _source(event: FoundEvent, unit: Unit) -> str:
    """``Larch News of Fri 14 Nov 2025, p. 2``."""
    words, source = unit.house.words, event.source
    title = source.title or words.private("newsletter.untitled").value
    if source.day is not None:
        title = words.private("newsletter.of-day", title=title, day=day_in_words(source.day)).value
    return shortened(", ".join(part for part in (title, source.place) if part), TITLE_LIMIT)
