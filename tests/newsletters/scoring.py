"""Compares what was found in the newsletters of ``documents/`` with what a person finds there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from datetime import date, time
from pathlib import Path

import msgspec
from msgspec import Struct

from orchard_bot.community.newsletter import FoundEvent, Newsletter
from orchard_bot.newsletters.reading import School, read

HERE = Path(__file__).parent
_LINE = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:\.\.(?P<last>\d{4}-\d\d-\d\d))?(?: (?P<starts>\d\d:\d\d)(?:-(?P<ends>\d\d:\d\d))?)? (?P<words>.+)"
)


class Expected(Struct, frozen=True):
    """One event that a person finds."""

    day: date
    last_day: date | None
    starts: time | None
    ends: time | None
    words: frozenset[str]

    def is_right(self, found: FoundEvent) -> bool:
        """Day, time and what it is about."""
        return (
            (self.day, self.last_day, self.starts) == (found.day, found.last_day, found.starts)
            and (self.ends is None or self.ends == found.ends)
            and self.is_about(found)
        )

    def is_about(self, found: FoundEvent) -> bool:
        """One of its words is in the title."""
        return bool(self.words & words_of(found.title))


class Document(Struct, frozen=True, kw_only=True):
    """One newsletter of the corpus."""

    file: str
    today: date
    events: str
    troubles: tuple[str, ...] = ()

    def expected(self) -> list[Expected]:
        """The events, a line each."""
        return [_parsed(line) for line in self.events.strip().splitlines()]

    def read(self) -> Newsletter:
        """What is found in it."""
        data = (HERE / "documents" / self.file).read_bytes()
        return read(data, self.file, School(today=self.today))


class Score(Struct):
    """How one newsletter did."""

    file: str
    expected: int
    right: int
    found: int
    wrong: Sequence[FoundEvent]
    """Found on a day on which there is nothing of the kind."""
    missed: Sequence[Expected]


def corpus() -> list[Document]:
    """All of it."""
    given = tomllib.loads((HERE / "expected.toml").read_text("utf-8"))
    return msgspec.convert(given["newsletters"], type=list[Document])


def score(document: Document) -> Score:
    """Reads it, and matches each event at most once."""
    left = list(document.read().events)
    found, expected = len(left), document.expected()
    missed: list[Expected] = []
    for each in expected:
        match = next((one for one in left if each.is_right(one)), None)
        if match is None:
            missed.append(each)
        else:
            left.remove(match)
    wrong = [one for one in left if not any((each.day, each.last_day) == (one.day, one.last_day) for each in expected)]
    return Score(document.file, len(expected), len(expected) - len(missed), found, wrong, missed)


def words_of(text: str) -> frozenset[str]:
    """The words of three letters and more, small."""
    return frozenset(re.findall(r"[a-z]{3,}", text.lower().replace("'", "").replace("’", "")))


def _parsed(line: str) -> Expected:
    match = _LINE.fullmatch(line)
    assert match is not None, line
    return Expected(
        date.fromisoformat(match["day"]),
        date.fromisoformat(match["last"]) if match["last"] else None,
        time.fromisoformat(match["starts"]) if match["starts"] else None,
        time.fromisoformat(match["ends"]) if match["ends"] else None,
        words_of(match["words"]),
    )
