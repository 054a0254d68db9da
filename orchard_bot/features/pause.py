"""What the bot says unasked it says at most once in a while: a row among the timers stands for the silence after it."""

from __future__ import annotations

from datetime import timedelta

from orchard_bot.community.community import Community
from orchard_bot.features.books import Planned
from orchard_bot.features.feature import Due
from orchard_bot.features.unit import Unit

FOR_GOOD = timedelta(days=8 * 365)
"""Longer than any class stays at a primary school."""


def first_in(pause: timedelta, kind: str, community: Community, subject: str, unit: Unit) -> bool:
    """Whether ``subject`` may be said now; from then on not until ``pause`` is over.

    ``kind`` is a timer of the feature, answered by ``over``.
    """
    if any(row.subject == subject for row in unit.books.schedules.upcoming(community.id, kind)):
        return False
    unit.books.schedules.plan(
        Planned(
            key=f"{kind}:{community.id}:{subject}",
            kind=kind,
            community=community.id,
            subject=subject,
            data={},
            due=unit.now + pause,
            timezone=community.timezone,
        )
    )
    return True


def over(due: Due, unit: Unit) -> None:
    """The row is gone: that is all."""
