"""On Monday morning one post about everything that is planned for the week, where the community wants one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from orchard_bot.chat.intents import EditSaid, Priority
from orchard_bot.community.community import Community
from orchard_bot.community.reminder import WORTH_POSTING_FOR
from orchard_bot.features.books import Planned
from orchard_bot.features.feature import Due
from orchard_bot.features.reminding.remind_posting import (
    POST,
    POSTED,
    after_quiet_hours,
    is_full,
    say_and_remember,
    tell_those_who_asked,
)
from orchard_bot.features.unit import Unit

WEEK = "remind.week"
MORNING = time(8)


def plan_week_ahead(community: Community, on: date, unit: Unit) -> None:
    """Begin the week of ``on`` with one post about all of it. Nothing happens where that is planned or past."""
    if not community.week_ahead:
        return
    monday = on - timedelta(days=on.weekday())
    local = datetime.combine(monday, MORNING, community.local(unit.now).tzinfo)
    due = after_quiet_hours(local, community)
    if due > unit.now:
        _plan(community, monday, due, unit)


def week_ahead(due: Due, unit: Unit) -> None:
    """Say what is on this week. Where the day is full, or nothing is left of it, nothing is said."""
    community, monday = due.community, date.fromisoformat(due.data["monday"])
    latest = datetime.combine(monday, MORNING, community.local(unit.now).tzinfo) + WORTH_POSTING_FOR
    again = after_quiet_hours(unit.now, community)
    if again > latest:
        return
    if again > unit.now:
        _plan(community, monday, again, unit)
        return
    items = _of_the_week(community, monday, unit)
    if not items or is_full(unit.now, community, unit):
        return
    words = unit.house.words
    about = {
        "title": words.private("remind.week-title").value,
        "source": "",
        "at": unit.now.isoformat(),
        "by": "",
        "number": 0,
        "monday": monday.isoformat(),
        "until": (monday + timedelta(days=6)).isoformat(),
    }
    text = words.public("remind.week", lines=_lines(items, unit))
    say_and_remember(text, [(f"{community.id}/week-of-{monday}", about)], community, latest, unit)
    lines = _lines(items, unit)
    tell_those_who_asked(
        lambda language: words.private(f"reminders.week-{language}", lines=lines), community, unit, latest
    )


def put_right(community: Community, unit: Unit) -> None:
    """What was said about the week says what is planned now, where the bot can change its own messages."""
    for row in unit.books.schedules.upcoming(community.id, POSTED):
        items = _of_the_week(community, date.fromisoformat(row.data["monday"]), unit) if "monday" in row.data else []
        if items:
            text = unit.house.words.public("remind.week", lines=_lines(items, unit))
            of = row.data["letter"]
            unit.emit(EditSaid(chat=community.chat, of=of, text=text, priority=Priority.REMINDER))


def _plan(community: Community, monday: date, due: datetime, unit: Unit) -> None:
    unit.books.schedules.plan(
        Planned(
            key=f"{WEEK}:{community.id}:{monday}",
            kind=WEEK,
            community=community.id,
            subject=f"{community.id}/week-of-{monday}",
            data={"monday": monday.isoformat()},
            due=due,
            timezone=community.timezone,
        )
    )


def _lines(items: Sequence[Mapping[str, Any]], unit: Unit) -> str:
    words = unit.house.words
    return "\n".join(
        words.public("remind.post-line", title=data["title"], source=data["source"]).value for data in items
    )


def _of_the_week(community: Community, monday: date, unit: Unit) -> list[Mapping[str, Any]]:
    """What is on from this Monday to Sunday, each thing once, by day."""
    first, last = monday.isoformat(), (monday + timedelta(days=6)).isoformat()
    rows = [
        *unit.books.schedules.upcoming(community.id, POST),
        *unit.books.schedules.upcoming(community.id, POSTED),
    ]
    found = {
        row.data["uid"]: row.data
        for row in rows
        if "uid" in row.data and not row.data.get("cancelled") and first <= row.data.get("on", "") <= last
    }
    return sorted(found.values(), key=lambda data: (data["on"], data["title"]))
