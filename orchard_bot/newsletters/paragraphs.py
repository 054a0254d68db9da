"""What every kind of document becomes before events are looked for: paragraphs that say where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from orchard_bot.community.newsletter import FoundEvent, Refusal, Trouble
from orchard_bot.errors import OrchardError

MOST_CHARACTERS = 400_000
"""More of one document is not read: some 150 pages of text."""
MOST_PARAGRAPHS = 8_000
_BULLET = re.compile(r"^\s*(?:[^\w\s£€\"“‘'(\[/@#]+(?=\s|\w)|o(?=\s))\s*")
_STARTS_ANEW = re.compile(
    r"^\s*(?:[^\w\s£€\"“‘'(\[/@#–—-]|[-–—]\s|\d{1,2}(?:st|nd|rd|th)?\b|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b"
    r"|w/[bc]\b|[A-Z][\w' ]{1,20}:)",
    re.IGNORECASE,
)
_SPACES = re.compile(r"[^\S\n]+")


class UnreadableDocument(OrchardError):
    """A document cannot be read. The message says why, and what to send instead."""

    def __init__(self, why: Refusal, says: str) -> None:
        self.why = why
        super().__init__(says)


class Paragraph(Struct, frozen=True, kw_only=True):
    """A piece of a document. ``cells``: where it is a row of a table, what stands in each column."""

    text: str
    place: str
    """``p. 2``, ``paragraph 4``, or empty."""
    heading: bool = False
    cells: tuple[str, ...] = ()


class Contents(Struct, frozen=True, kw_only=True):
    """A document, opened. ``events`` are those that a calendar names by itself."""

    paragraphs: tuple[Paragraph, ...] = ()
    title: str = ""
    day: date | None = None
    events: tuple[FoundEvent, ...] = ()
    troubles: tuple[tuple[Trouble, str], ...] = ()


def tidy(text: str) -> str:
    """One line with single spaces, without what cannot be seen."""
    text = text.replace("\u00ad", "").replace("\u200b", "").replace("\ufeff", "").replace("\x00", "")
    return _SPACES.sub(" ", text.replace("\n", " ")).strip()


def unbulleted(text: str) -> str:
    """``text`` without the bullet before it."""
    return _BULLET.sub("", text)


def unwrapped(lines: Iterable[str]) -> list[str]:
    """Lines joined to paragraphs where they were broken only because the column ended there."""
    given = [line.rstrip() for line in lines]
    widest = max((len(line) for line in given), default=0)
    joined: list[str] = []
    for line in given:
        before = joined[-1] if joined else ""
        if before and line.strip() and _goes_on(before.rsplit("\n", 1)[-1], line, widest):
            joined[-1] = f"{before}\n{line.strip()}"
        else:
            joined.append(line.strip())
    return [tidy(each) for each in joined]


def _goes_on(before: str, line: str, widest: int) -> bool:
    first = line.lstrip()
    if _STARTS_ANEW.match(first) and not before.rstrip().endswith(
        (",", " and", " or", " the", " at", " on", " to", "-", "–")
    ):
        return False
    if before.rstrip().endswith((".", "!", "?", ":")) and len(before) < 0.75 * widest:
        return False
    if first[:1].islower():
        return True
    return len(before) > 50 and len(before) >= 0.7 * widest


def bounded(paragraphs: Sequence[Paragraph]) -> tuple[tuple[Paragraph, ...], bool]:
    """As many of them as are read, and whether some were left out."""
    kept: list[Paragraph] = []
    characters = 0
    for each in paragraphs:
        characters += len(each.text)
        if characters > MOST_CHARACTERS and not kept:
            return (replace(each, text=each.text[:MOST_CHARACTERS]),), True
        if characters > MOST_CHARACTERS or len(kept) >= MOST_PARAGRAPHS:
            return tuple(kept), True
        kept.append(each)
    return tuple(kept), False
