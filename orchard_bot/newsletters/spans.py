"""Words with the dates and times in them taken out or blanked, and which time belongs to which day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from orchard_bot.newsletters.clock_times import Clock, clock_times
from orchard_bot.newsletters.days import Days
from orchard_bot.newsletters.paragraphs import tidy

_BACK = re.compile(
    r"\b(?:back|return(?:s|ing)?|home|collect(?:ion|ed)?|pick(?:ed)?[- ]?up)\b[^.;,]{0,30}$", re.IGNORECASE
)


class HasSpan(Protocol):
    """Something that stands in a text from ``begin`` to ``end``."""

    @property
    def begin(self) -> int: ...

    @property
    def end(self) -> int: ...


def masked(text: str, found: Iterable[HasSpan]) -> str:
    """``text`` with spaces in place of what was found, so that positions stay."""
    for one in found:
        text = text[: one.begin] + " " * (one.end - one.begin) + text[one.end :]
    return text


def without(text: str, found: Iterable[HasSpan], begin: int = 0, end: int | None = None) -> str:
    """The part of ``text`` from ``begin`` to ``end`` without what was found in it."""
    return tidy(masked(text, found)[begin:end])


def beginnings(text: str) -> list[Clock]:
    """The times in ``text``, without those at which people are back."""
    return [one for one in clock_times(text) if not _BACK.search(text[: one.begin])]


def clock_of(one: Days, found: Sequence[Days], clocks: Sequence[Clock], length: int) -> Clock | None:
    """The time between this day and the next; else the first of all where they share it."""
    upto = min((each.begin for each in found if each.begin > one.begin), default=length)
    own = next((clock for clock in clocks if one.end <= clock.begin < upto), None)
    if own is not None or not clocks:
        return own
    if len(found) == 1 or len(clocks) == 1 or all(clock.begin < one.begin for clock in clocks):
        return clocks[0]
    return None
