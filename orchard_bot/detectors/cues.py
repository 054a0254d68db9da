"""Turns of phrase that tell what a message is about, from ``data/cues.toml``: all topics in one pass of RE2.

A topic's score says how sure the cues are all in all; what speaks for innocence takes from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2s
from importlib import resources
from math import prod
from typing import Protocol

import msgspec
import re2
import tomli
from msgspec import Struct

from orchard_bot.detectors.reading import Reading

WEIGHTS = {"sure": 0.85, "likely": 0.45, "hint": 0.15}
AGAINST = 0.6
"""How much of a score each cue of innocence takes away."""

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "\u00a0": " "})


class Topic(Struct, frozen=True, forbid_unknown_fields=True):
    """The patterns of one topic, as they stand in the file."""

    sure: tuple[str, ...]
    likely: tuple[str, ...]
    hint: tuple[str, ...]
    against: tuple[str, ...]


class Cue(Struct, frozen=True):
    """One pattern: of which topic, and how much it says; below 0 it speaks for innocence."""

    topic: str
    weight: float
    pattern: str


class _Found(Protocol):
    def span(self) -> tuple[int, int]: ...


class _Compiled(Protocol):
    def search(self, text: str) -> _Found | None: ...


class Noticed(Struct, frozen=True):
    """What the cues say of one topic. ``span`` is the place of the strongest, in the scanned text."""

    score: float
    span: tuple[int, int]


def plain(reading: Reading) -> str:
    """The scanned text in small letters, with straight quotes; every character in its old place."""
    text = reading.scanned if reading.scanned.isascii() else reading.scanned.translate(_QUOTES)
    lowered = text.lower()
    if len(lowered) != len(text):  # a few capitals outside ASCII become two letters
        lowered = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
    return lowered if lowered.isascii() else lowered.encode("utf-8", "replace").decode("utf-8")


def cues_in(reading: Reading) -> tuple[int, ...]:
    """The numbers of all cues in a text, in the order of the file."""
    return tuple(sorted(_book().find(plain(reading))))


def noticed(reading: Reading, topic: str) -> Noticed | None:
    """What the cues say of ``topic``; None where there are none."""
    book = _book()
    found = [cue for cue in map(book.cues.__getitem__, reading.once(cues_in)) if cue.topic == topic]
    score = _score(found)
    if not score:
        return None
    strongest = max(found, key=lambda cue: cue.weight)
    return Noticed(score, book.place(strongest, plain(reading)))


def scores(reading: Reading) -> dict[str, float]:
    """The score of each topic that has any cue in a text."""
    by_topic: dict[str, list[Cue]] = {}
    for number in reading.once(cues_in):
        cue = _book().cues[number]
        by_topic.setdefault(cue.topic, []).append(cue)
    return {topic: _score(found) for topic, found in by_topic.items()}


def topics() -> Sequence[str]:
    """The names of all topics, in the order of the file."""
    return _book().topics


def _score(found: Sequence[Cue]) -> float:
    telling = [cue.weight for cue in found if cue.weight > 0]
    doubt = (1 - AGAINST) ** (len(found) - len(telling))
    return round((1 - prod(1 - weight for weight in telling)) * doubt, 3)


def digest() -> str:
    """Changes whenever a cue does."""
    return _book().digest


class _Book:
    def __init__(self, topics: Mapping[str, Topic]) -> None:
        self.topics = tuple(topics)
        self.cues: Sequence[Cue] = [
            Cue(name, weight, pattern)
            for name, topic in topics.items()
            for weight, patterns in (
                *((WEIGHTS[strength], getattr(topic, strength)) for strength in WEIGHTS),
                (-AGAINST, topic.against),
            )
            for pattern in patterns
        ]
        self.digest = blake2s(repr(self.cues).encode(), digest_size=4).hexdigest()
        self._all = re2.Set.SearchSet()
        for cue in self.cues:
            self._all.Add(cue.pattern)
        self._all.Compile()
        self._each: dict[str, _Compiled] = {}

    def find(self, text: str) -> Sequence[int]:
        return self._all.Match(text) or ()

    def place(self, cue: Cue, text: str) -> tuple[int, int]:
        if cue.pattern not in self._each:
            self._each[cue.pattern] = re2.compile(cue.pattern)
        match = self._each[cue.pattern].search(text)
        assert match is not None, "the set has found it in this very text"
        return match.span()


@cache
def _book() -> _Book:
    data = resources.files("orchard_bot.detectors").joinpath("data", "cues.toml").read_text("utf-8")
    return _Book(msgspec.convert(tomli.loads(data), dict[str, Topic]))
