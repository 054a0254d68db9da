"""From what a newsletter announces to reminders that are planned: some days before, each with its source, none twice.

A corrected edition moves what is planned already and puts right what was posted; a cancellation takes it away, or is
said where it was posted.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct

from orchard_bot.chat.refs import PersonRef
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
from orchard_bot.features.newsletter.saying import day_in_words, when_in_words
from orchard_bot.features.reminding.announced import Fact
from orchard_bot.features.reminding.leads import take_up
from orchard_bot.features.reminding.remind_posting import (
    POST,
    POSTED,
    after_quiet_hours,
    correct,
    is_full,
    mark_called_off,
    next_number,
    plan_post,
)
from orchard_bot.features.reminding.week_ahead import plan_week_ahead, put_right
from orchard_bot.features.unit import Unit


class Fate(StrEnum):
    """What became of an item."""

    PLANNED = "planned"
    MOVED = "moved"
    """It was planned already, and the newsletter says something else now."""
    CORRECTED = "corrected"
    """It was posted already, and the newsletter says something else now."""
    TAKEN_AWAY = "taken-away"
    """It was planned, and is cancelled."""
    CALLED_OFF = "called-off"
    """It was posted already, and is cancelled: that is posted too."""
    KNOWN = "known"
    TOO_LATE = "too-late"
    FULL = "full"
    NO_SOURCE = "no-source"
    UNFIT = "unfit"


CHANGED = frozenset({Fate.MOVED, Fate.CORRECTED, Fate.TAKEN_AWAY, Fate.CALLED_OFF})
"""After which a post about the week may be wrong."""


NOT_WANTED = frozenset({Fate.NO_SOURCE, Fate.UNFIT})
"""What never becomes a reminder is in nobody's calendar either."""


class Item(Struct, frozen=True, kw_only=True):
    """One event as a reminder would say it. ``problem``: why it cannot be one."""

    uid: str
    title: str
    source: str
    day: date
    until: date
    """Its last day."""
    starts: time | None = None
    ends: time | None = None
    what: str = ""
    """Its title alone."""
    place: str = ""
    bring: str = ""
    cancelled: bool = False
    doubtful: bool = False
    problem: Fate | None = None


def item_of(event: FoundEvent, unit: Unit) -> Item:
    """``event`` as a reminder."""
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
        day=event.day,
        until=event.last_day or event.day,
        starts=event.starts,
        ends=event.ends,
        what=shortened(event.title, TITLE_LIMIT),
        place=shortened(event.place, TITLE_LIMIT),
        bring=shortened(event.bring, TITLE_LIMIT),
        cancelled=event.cancelled,
        doubtful=bool(event.doubts),
        problem=problem,
    )


def fact_of(item: Item) -> Fact:
    """``item`` for calendars, and for who wants to hear of it at another time than the group."""
    return Fact(
        uid=item.uid,
        what=item.what or item.title,
        line=item.title,
        source=item.source,
        day=item.day,
        until=item.until,
        starts=item.starts,
        ends=item.ends,
        place=item.place,
        bring=item.bring,
        cancelled=item.cancelled,
    )


def is_over(item: Item, community: Community, now: datetime) -> bool:
    """Whether it has begun already."""
    begins = datetime.combine(item.day, item.starts or time(23, 59), community.local(now).tzinfo)
    return begins <= now


def times_of(item: Item, community: Community, now: datetime) -> list[datetime]:
    """When it would be posted in this community: those of its times that are still to come, first to last."""
    if is_over(item, community, now):
        return []
    zone = community.local(now).tzinfo
    days = (item.day - timedelta(days=before) for before in community.remind_days_before)
    moments = (after_quiet_hours(datetime.combine(day, community.remind_at, zone), community) for day in days)
    return sorted({moment for moment in moments if moment > now})


def plan(items: Iterable[Item], community: Community, by: PersonRef, unit: Unit) -> list[tuple[Fate, Item]]:
    """Plan them for this group, as this moderator wants; what became of each."""
    fates = [(_plan(item, community, by, unit), item) for item in items]
    for fate, item in fates:
        if fate not in NOT_WANTED:
            take_up(fact_of(item), community, unit)
    if any(fate in CHANGED for fate, _ in fates):
        put_right(community, unit)
    return fates


def _plan(item: Item, community: Community, by: PersonRef, unit: Unit) -> Fate:
    rows, posted = _rows(item, POST, community, unit), _rows(item, POSTED, community, unit)
    if item.cancelled:
        return _call_off(item, rows, posted, community, by, unit)
    if item.problem is not None:
        return item.problem
    wanted = times_of(item, community, unit.now)
    changed = [row for row in posted if row.data["as_read"] != item.title]
    if changed:
        correct(changed, _said(item), community, unit)
    right = [row for row in rows if row.data["as_read"] == item.title and row.due in wanted]
    missing = [at for at in wanted if at not in {row.due for row in right}]
    wrong = [row for row in rows if row not in right]
    if not missing and not wrong:
        return Fate.CORRECTED if changed else Fate.KNOWN if rows or posted else Fate.TOO_LATE
    for row in wrong:
        unit.books.schedules.cancel(row.key)
    fitting = [at for at in missing if not is_full(at, community, unit)]
    for at in fitting:
        _post(item, item.title, at, community, by, unit)
    if missing and not fitting:
        return Fate.FULL
    return Fate.CORRECTED if changed else Fate.MOVED if rows else Fate.PLANNED


def _call_off(
    item: Item, rows: list[Planned], posted: list[Planned], community: Community, by: PersonRef, unit: Unit
) -> Fate:
    for row in rows:
        unit.books.schedules.cancel(row.key)
        unit.note(community.id, "remind.cancelled", row.subject, by=by)
    said = any(row.data.get("cancelled") for row in posted)
    if not posted or said or is_over(item, community, unit.now) or item.problem is not None:
        return Fate.TAKEN_AWAY if rows else Fate.KNOWN
    title = shortened(unit.house.words.public("remind.called-off", title=item.title).value, TITLE_LIMIT)
    mark_called_off(posted, title, community, unit)
    now = after_quiet_hours(unit.now + timedelta(minutes=1), community)
    _post(item, title, now, community, by, unit)
    return Fate.CALLED_OFF


def _post(item: Item, title: str, at: datetime, community: Community, by: PersonRef, unit: Unit) -> None:
    number = next_number(community.id, unit)
    subject = f"{community.id}/{number}"
    data = {**_said(item), "title": title, "at": at.isoformat(), "by": str(by), "number": number}
    plan_post(community, subject, data, at, unit)
    if not item.cancelled:
        plan_week_ahead(community, item.day, unit)
    unit.note(community.id, "remind.planned", subject, by=by)


def _said(item: Item) -> dict[str, Any]:
    return {
        "title": item.title,
        "source": item.source,
        "uid": item.uid,
        "on": item.day.isoformat(),
        "until": item.until.isoformat(),
        "as_read": item.title,
        "cancelled": item.cancelled,
    }


def _rows(item: Item, kind: str, community: Community, unit: Unit) -> list[Planned]:
    return [row for row in unit.books.schedules.upcoming(community.id, kind) if row.data.get("uid") == item.uid]


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
