"""From paragraphs to events: list lines, rows of tables, blocks of ``When: … Where: …`` and sentences of prose."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from orchard_bot.community.newsletter import Trouble
from orchard_bot.newsletters.clock_times import clock_times
from orchard_bot.newsletters.days import Days, month_heading
from orchard_bot.newsletters.details import is_place, sentences
from orchard_bot.newsletters.labels import read_label
from orchard_bot.newsletters.notes import Block, Draft, Notes
from orchard_bot.newsletters.paragraphs import Paragraph, unbulleted
from orchard_bot.newsletters.prose import continues, further, sentence
from orchard_bot.newsletters.spans import HasSpan, beginnings, clock_of, masked, without
from orchard_bot.newsletters.tables import dated_cells, is_grid, read_names, read_row
from orchard_bot.newsletters.titles import from_list, is_class, is_generic, trimmed

_VERB = re.compile(r"\b(?:is|are|will|was|were|please|we|you|has|have|join|need|should|can)\b", re.IGNORECASE)
_WEEK = re.compile(r"\bweek\b|\bw/[bc]\b", re.IGNORECASE)
_ALONE = re.compile(r"\W|\b(?:on|the|date|day)\b", re.IGNORECASE)


def find(paragraphs: Sequence[Paragraph], issued: date, head: int) -> tuple[list[Draft], list[tuple[Trouble, str]]]:
    """The events of a document, and what made no sense. Up to paragraph ``head`` stand its name and day of issue."""
    finder = _Finder(Notes(issued))
    for number, each in enumerate(paragraphs):
        if number < head or (number == head and finder.is_head(each)):
            continue
        finder.read(each)
    finder.notes.close_day()
    return finder.notes.found, finder.notes.troubles


class _Finder:
    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def is_head(self, given: Paragraph) -> bool:
        """The name of the school, or the day of issue: no announcement."""
        found = self.notes.days(given.text)
        if _WEEK.search(given.text) and not clock_times(given.text):
            return True  # a plan of the week, named after its first day
        return len(given.cells) < 3 and (
            not found or any(isinstance(one, Days) and one.first == self.notes.issued for one in found)
        )

    def read(self, given: Paragraph) -> None:
        """The next paragraph."""
        text, notes = unbulleted(given.text), self.notes
        month = month_heading(text)
        if month is not None:
            notes.close_day()
            notes.block = Block(month=month)
        elif len(given.cells) > 1:
            self._row(given)
        elif (given.heading or _is_loud(text)) and not notes.days(text):
            notes.close_day()
            clocks = clock_times(text)
            month = notes.block.month if is_generic(text) else None
            notes.block = Block(heading=trimmed(without(text, clocks)), month=month, clock=next(iter(clocks), None))
        elif not read_label(notes, text, given):
            self._text(text, given)

    def _text(self, text: str, given: Paragraph) -> None:
        notes = self.notes
        found = notes.real_days(text, given)
        if _is_alone(text, found):
            notes.close_day()
            notes.block.day, notes.block.day_at, notes.block.open = found[0], given.place, []
        elif notes.block.day is not None and not found:
            self._under_day(notes.block.day, text, given)
        else:
            if found:
                notes.close_day()
            if _is_list_line(text, found):
                self._line(text, found, given)
            else:
                for each in sentences(text):
                    sentence(notes, each, text, given)

    def _under_day(self, day: Days, text: str, given: Paragraph) -> None:
        """A line below a date that stood alone."""
        clocks = clock_times(text)
        if self.notes.block.open and not clocks and continues(text):
            further(self.notes, text)
        else:
            title = from_list(without(text, clocks)) or self.notes.block.heading
            self.notes.add(title, day, clocks[0] if clocks else None, text, given, listed=True)

    def _line(self, text: str, found: Sequence[Days], given: Paragraph) -> None:
        """``Fri 4 July – Sports day, 9.30am, field``: one event for each date in it."""
        clocks = beginnings(masked(text, found))
        both: list[HasSpan] = [*found, *clocks]
        before, after = trimmed(text[: found[0].begin]), trimmed(without(text, both, found[0].begin))
        named = len(before) > 3 and not is_generic(before)
        title = from_list(before if named else after) or self.notes.heading() or from_list(before)
        if self.notes.heading() and not named and _says_only_when(sentences(text)[0], both):
            title = from_list(self.notes.heading())
        if is_class(title) and self.notes.heading():
            title = f"{from_list(self.notes.heading())}: {title}"
        for one in found:
            self.notes.add(title, one, clock_of(one, found, clocks, len(text)), text, given, listed=True)

    def _row(self, given: Paragraph) -> None:
        notes, cells = self.notes, given.cells
        if read_names(notes, cells):
            return
        dated = dated_cells(notes, given)
        if is_grid(notes, given, dated):
            for cell in cells:
                self._text(cell, Paragraph(text=cell, place=given.place))
        elif dated:
            read_row(notes, given, dated)
        elif len(cells) == 2 and notes.block.open and read_label(notes, f"{cells[0].strip(' :')}: {cells[1]}", given):
            return
        elif notes.block.day is not None:
            self._under_day(notes.block.day, given.text, given)


def _says_only_when(first: str, both: Sequence[HasSpan]) -> bool:
    """Whether a first sentence holds a date, a time and a place, and nothing of what it is about."""
    rest = trimmed(without(first, [one for one in both if one.end <= len(first)]))
    return len(rest) < 4 or is_place(rest)


def _is_loud(text: str) -> bool:
    """A short line in capitals."""
    return 3 < len(text) < 50 and text.isupper()


def _is_alone(text: str, found: Sequence[Days]) -> bool:
    """Whether a line holds one date and nothing else."""
    return len(found) == 1 and not _ALONE.sub("", masked(text, found))


def _is_list_line(text: str, found: Sequence[Days]) -> bool:
    """A date first, then what is on; or what is on, then the date, and no sentence."""
    if not found:
        return False
    if not re.search(r"\w", text[: found[0].begin]):
        return not re.search(r"\.\s+[A-Z]", text) or len(text) < 200
    return len(text) < 110 and _VERB.search(text) is None and not text.rstrip().endswith((".", "!"))
