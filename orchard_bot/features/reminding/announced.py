"""What the newsletter announces and a moderator said yes to: for parents' calendars, and for who wants to hear sooner or later.

A row among the schedules that stands for the event until it is over. It counts its own changes, so that a corrected
edition changes an entry in a calendar rather than adding one.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from orchard_bot.community.community import Community
from orchard_bot.features.books import Planned
from orchard_bot.features.feature import Due
from orchard_bot.features.unit import Unit

ANNOUNCED = "remind.announced"


class Fact(Struct, frozen=True, kw_only=True):
    """One event, in local time. ``what``: its title; ``line``: as a reminder says it, with day and time."""

    uid: str
    what: str
    line: str
    source: str
    day: date
    until: date
    starts: time | None = None
    ends: time | None = None
    place: str = ""
    bring: str = ""
    cancelled: bool = False


class Announced(Struct, frozen=True, kw_only=True):
    """A fact, how often it has changed, when it last did, and to which leads it was said (``reminder.Lead``)."""

    fact: Fact
    sequence: int = 0
    changed_at: datetime
    told: tuple[str, ...] = ()


def keep_announced(found: Announced, community: Community, unit: Unit) -> None:
    """From now on it says this."""
    morning = datetime.combine(found.fact.until + timedelta(days=1), time(4), community.local(unit.now).tzinfo)
    unit.books.schedules.plan(
        Planned(
            key=_key(found.fact.uid, community),
            kind=ANNOUNCED,
            community=community.id,
            subject="",
            data=_plain(found),
            due=max(morning, unit.now + timedelta(hours=1)),
            timezone=community.timezone,
        )
    )


def announced(uid: str, community: Community, unit: Unit) -> Announced | None:
    """The event of this uid; None where nobody planned it, or it is over."""
    return next((one for one in all_announced(community, unit) if one.fact.uid == uid), None)


def all_announced(community: Community, unit: Unit) -> list[Announced]:
    """Every event that is to come, by day; those that were called off too."""
    rows = unit.books.schedules.upcoming(community.id, ANNOUNCED)
    found = [msgspec.convert(row.data, Announced, strict=False) for row in rows]
    return sorted(found, key=lambda one: (one.fact.day, one.fact.starts or time(), one.fact.what))


def forget_announced(uid: str, community: Community, unit: Unit) -> None:
    """Nobody wants it planned any more."""
    unit.books.schedules.cancel(_key(uid, community))


def over(_due: Due, _unit: Unit) -> None:
    """The day after: its row is gone, and nothing else needs doing."""


def has_begun(fact: Fact, community: Community, now: datetime) -> bool:
    """Whether it is too late to remind anybody of it."""
    begins = datetime.combine(fact.day, fact.starts or time(23, 59), community.local(now).tzinfo)
    return begins <= now


def _key(uid: str, community: Community) -> str:
    return f"{ANNOUNCED}:{community.id}:{uid}"


def _plain(found: Announced) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(found)
    return plain
