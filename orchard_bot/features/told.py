"""What people were told about their own messages, so that ``/why`` can say it again: rows among the timers.

A row holds no text, and goes by itself when it comes due.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b

import msgspec
from msgspec import Struct

from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.community import Community
from orchard_bot.features.books import Planned
from orchard_bot.features.feature import Due
from orchard_bot.features.unit import Unit

KIND = "why.told"


class Told(Struct, frozen=True, kw_only=True):
    """``what`` names the wording: ``why.told-<what>``."""

    person: PersonRef
    what: str
    clause: str | None
    policy: str
    at: datetime


def remember(unit: Unit, community: Community, person: PersonRef, what: str, clause: str | None, *, about: str) -> str:
    """Remember that ``person`` was told something about one message. Returns the key, for ``forget``."""
    told = Told(person=person, what=what, clause=clause, policy=unit.house.code.version, at=unit.now)
    key = key_of(what, about)
    unit.books.schedules.plan(
        Planned(
            key=key,
            kind=KIND,
            community=community.id,
            subject=str(person),
            data=msgspec.to_builtins(told),
            due=unit.now + unit.house.retention.sightings,
            timezone=community.timezone,
        )
    )
    return key


def forget(unit: Unit, key: str) -> None:
    """It never reached them."""
    unit.books.schedules.cancel(key)


def told(unit: Unit, community: Community, person: PersonRef) -> list[Told]:
    """What this person was told lately, newest first."""
    rows = [row for row in unit.books.schedules.upcoming(community.id, KIND) if row.subject == str(person)]
    return sorted((msgspec.convert(row.data, Told) for row in rows), key=lambda one: one.at, reverse=True)


def has_been_told(unit: Unit, community: Community, what: str, about: str) -> bool:
    """Whether somebody was told this about this message."""
    return any(row.key == key_of(what, about) for row in unit.books.schedules.upcoming(community.id, KIND))


def over(due: Due, unit: Unit) -> None:
    """The time of remembering is over; the row has gone with it."""


def key_of(what: str, about: str) -> str:
    """The key of one such row."""
    return f"{KIND}:{what}:{blake2b(about.encode(), digest_size=12).hexdigest()}"
