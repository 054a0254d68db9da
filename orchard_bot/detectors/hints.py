"""What the rules say of a text, as a row of numbers for the trained heads: one for each topic of cues, and a few more.

Independent of what an operator sets, so that the heads mean the same everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

from msgspec import convert

from orchard_bot.detectors.cues import scores, topics
from orchard_bot.detectors.lexicon import load_lexicon
from orchard_bot.detectors.personal_data import most_private
from orchard_bot.detectors.reading import Reading
from orchard_bot.detectors.word_list import WordList

T = TypeVar("T")


def names() -> Sequence[str]:
    """What each number of a row is about."""
    return (*topics(), "swearing", "slur", "details", "link", "question", "shouting", "exclaiming", "short", "long")


def hints(reading: Reading) -> tuple[float, ...]:
    """The row for one text; each number is from 0 to 1."""
    text = reading.scanned
    letters = sum(map(str.isalpha, text)) or 1
    lowered = text.lower()
    return (
        *scores(reading),
        _worst("swearing.toml", reading),
        _worst("slurs.toml", reading),
        most_private(reading),
        float("http" in lowered or "www." in lowered or ".co" in lowered),
        float("?" in text),
        min(1.0, 2 * max(0.0, sum(map(str.isupper, text)) / letters - 0.1)) if letters > 6 else 0.0,
        min(1.0, text.count("!") / 3),
        float(len(text) < 25),
        min(1.0, len(text) / 400),
    )


def _worst(file: str, reading: Reading) -> float:
    return max((hit.score for hit in _words(file).find(reading)), default=0.0)


@cache
def _words(file: str) -> WordList:
    return WordList(load_lexicon(file, _Untouched()))


class _Untouched:
    """The options of a list as it is shipped."""

    def read(self, type: type[T]) -> T:
        return convert({}, type)

    def refuse(self, *at: str | int, problem: str, fix: str) -> Exception:
        raise AssertionError("there is nothing to refuse where nothing is set")
