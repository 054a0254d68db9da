"""Lines such as ``When: Friday 4 July`` and ``Bring: a hat``, which make up an event together."""

from __future__ import annotations

import re

from orchard_bot.newsletters.clock_times import clock_times
from orchard_bot.newsletters.notes import Notes
from orchard_bot.newsletters.paragraphs import Paragraph, tidy
from orchard_bot.newsletters.spans import clock_of, masked, without
from orchard_bot.newsletters.titles import from_list

_LABELLED = re.compile(
    r"^(?P<label>what|event|title|activity|when|date|dates|day|time|times|where|venue|location|place|meet at|cost|price|pay|payment|bring|please bring|wear|kit|tickets?|who|year group)"
    r"\s*(?::|–|—|-\s)\s*(?P<value>.+)$",
    re.IGNORECASE,
)
_WHAT = frozenset({"what", "event", "title", "activity"})
_WHEN = frozenset({"when", "date", "dates", "day", "time", "times"})
_WHERE = frozenset({"where", "venue", "location", "place", "meet at"})
_PAY = frozenset({"cost", "price", "pay", "payment", "bring", "please bring", "wear", "kit", "ticket", "tickets"})


def read_label(notes: Notes, text: str, given: Paragraph) -> bool:
    """Whether the line is one of those; if so, it is read."""
    match = _LABELLED.match(text)
    if match is None:
        return False
    label, value = match["label"].lower(), match["value"]
    if label in _WHAT:
        notes.close_day()
        notes.block.label_title, notes.block.open = from_list(value), []
    elif label in _WHEN:
        _when(notes, label, value, given)
    elif label in _WHERE:
        for draft in notes.block.open:
            draft.place = draft.place or tidy(value)[:120]
    elif label in _PAY:
        for draft in notes.block.open:
            draft.bring = f"{draft.bring} {tidy(value)}".strip()[:200]
    return True


def _when(notes: Notes, label: str, value: str, given: Paragraph) -> None:
    found = notes.real_days(value, given)
    clocks = clock_times(masked(value, found))
    if not clocks and "time" in label:
        clocks = clock_times(f"at {value}")
    if not found:
        for draft in notes.block.open:
            draft.clock = draft.clock or next(iter(clocks), None)
        return
    notes.block.open = []
    title = notes.block.label_title or notes.heading() or from_list(without(value, [*found, *clocks]))
    for one in found:
        clock = clock_of(one, found, clocks, len(value))
        notes.add(title, one, clock, f"{title}. {given.text}", given, listed=True)
