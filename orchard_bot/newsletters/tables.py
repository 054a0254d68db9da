"""Rows of tables: which cell says when, what, where and what to bring, by the names above or by what it holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from orchard_bot.newsletters.clock_times import Clock, clock_times
from orchard_bot.newsletters.days import Days
from orchard_bot.newsletters.details import is_bring_or_pay, is_place
from orchard_bot.newsletters.notes import Block, Notes
from orchard_bot.newsletters.paragraphs import Paragraph
from orchard_bot.newsletters.spans import masked, without
from orchard_bot.newsletters.titles import from_list, trimmed

_NOTHING = frozenset({"-", "–", "n/a", "none"})


class _Row(Struct, frozen=True):
    """One row. ``when``: the cell that says when, and ``found`` the days in it."""

    cells: Sequence[str]
    columns: Sequence[str]
    when: int
    found: Sequence[Days]

    def text(self, number: int) -> str:
        """A cell, with its days blanked."""
        return masked(self.cells[number], self.found) if number == self.when else self.cells[number]


def read_names(notes: Notes, cells: Sequence[str]) -> bool:
    """Whether the row names the columns; if so, the names are kept for the rows below."""
    names = tuple(_column(cell) for cell in cells)
    if sum(bool(name) for name in names) < 2 or any(notes.days(cell) for cell in cells):
        return False
    notes.close_day()
    notes.block = Block(heading=notes.block.heading, month=notes.block.month, columns=names)
    return True


def dated_cells(notes: Notes, given: Paragraph) -> list[tuple[int, list[Days]]]:
    """The cells with days in them."""
    cells = enumerate(given.cells)
    return [(number, found) for number, cell in cells if (found := notes.real_days(cell, given))]


def is_grid(notes: Notes, given: Paragraph, dated: Sequence[tuple[int, list[Days]]]) -> bool:
    """Whether each cell has a date of its own, as in a week's plan."""
    return len(given.cells) > 2 and len(dated) > 1 and not any(_columns(notes, given))


def read_row(notes: Notes, given: Paragraph, dated: Sequence[tuple[int, list[Days]]]) -> None:
    """The event, or events, of a row with a date in it."""
    columns = _columns(notes, given)
    number, found = next((pair for pair in dated if columns[pair[0]] == "when"), dated[0])
    if columns.count("when") == 2 and len(dated) == 2:
        first, last = dated[0][1][0], dated[1][1][0]
        found = [Days(first.first, last.first, first.begin, first.end, (*first.doubts, *last.doubts))]
    notes.close_day()
    row = _Row(given.cells, columns, number, found)
    clock = _clock(row)
    title, place, bring = _rest(row)
    for one in found:
        draft = notes.add(title or notes.heading(), one, clock, given.text, given, listed=True)
        if draft is not None:
            draft.place, draft.bring = place or draft.place, bring or draft.bring


def _columns(notes: Notes, given: Paragraph) -> tuple[str, ...]:
    known = notes.block.columns
    return known if len(known) == len(given.cells) else ("",) * len(given.cells)


def _clock(row: _Row) -> Clock | None:
    numbers = sorted(range(len(row.cells)), key=lambda number: row.columns[number] != "time")
    for number in numbers:
        text = row.text(number)
        clocks = clock_times(text) or (clock_times(f"at {text}") if row.columns[number] == "time" else [])
        if clocks:
            return clocks[0]
    return None


def _rest(row: _Row) -> tuple[str, str, str]:
    """What, where, and what to bring."""
    title = place = bring = ""
    for number, column in enumerate(row.columns):
        text = row.text(number)
        rest = trimmed(without(text, clock_times(text)))
        if not rest or column == "time" or (column == "when" and len(rest) < 4):
            continue
        if column == "where" or (column == "" and is_place(rest)):
            place = place or rest
        elif column == "bring":
            bring = "" if rest.lower() in _NOTHING else row.cells[number].strip()
        elif column == "what" or (not title and column != "who"):
            title = from_list(rest)
        elif is_bring_or_pay(rest):
            bring = bring or rest
    return title, place, bring


def _column(cell: str) -> str:
    said = cell.strip(" :*").lower()
    if re.fullmatch(
        r"(?:dates?|when|day|from|to|until|day and date|start(?:s)?|end(?:s)?|first day|last day|starts on|ends on|day ?/ ?date|date ?/ ?day)",
        said,
    ):
        return "when"
    if re.fullmatch(r"(?:times?|start time|at|time of day)", said):
        return "time"
    if re.fullmatch(
        r"(?:events?|what|activity|description|details?|title|occasion|what['’]s on|term|holiday|about)", said
    ):
        return "what"
    if re.fullmatch(r"(?:where|venue|place|location)", said):
        return "where"
    if re.fullmatch(
        r"(?:bring|cost|to bring|notes?|price|kit|wear|payment|what to bring(?: or pay)?|bring ?/ ?pay|bring or pay|information|remarks)",
        said,
    ):
        return "bring"
    return "who" if re.fullmatch(r"(?:who|year(?: group)?s?|class(?:es)?|for|for whom)", said) else ""
