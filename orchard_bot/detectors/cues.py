"""Turns of phrase that tell what a message is about, from a file such as ``data/cues.toml``: each topic in one pass of RE2.

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

CUES = "cues.toml"
"""The file with the topics of messages."""

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "\u00a0": " "})


class Topic(Struct, frozen=True, forbid_unknown_fields=True):
    """The patterns of one topic, as they stand in the file."""

    sure: tuple[str, ...]
    likely: tuple[str, ...]
    hint: tuple[str, ...]
    against: tuple[str, ...]


class Cue(Struct, frozen=True):
    """One pattern and how much it says; below 0 it speaks for innocence."""

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


def noticed(reading: Reading, topic: str, file: str = CUES) -> Noticed | None:
    """What the cues say of ``topic``; None where there are none."""
    subject = _book(file)[topic]
    found = reading.once(subject.find)
    score = _score(found)
    if not score:
        return None
    strongest = max(found, key=lambda cue: cue.weight)
    return Noticed(score, subject.place(strongest, reading.once(plain)))


def scores(reading: Reading) -> tuple[float, ...]:
    """The score of each topic, in the order of ``topics``; 0 where there are no cues."""
    return tuple(_score(reading.once(subject.find)) for subject in _book(CUES).values())


def topics() -> tuple[str, ...]:
    """The names of all topics, in the order of the file."""
    return tuple(_book(CUES))


def digest(topic: str, file: str = CUES) -> str:
    """Changes whenever a cue of the topic does."""
    return _book(file)[topic].digest


def _score(found: Sequence[Cue]) -> float:
    if not found:
        return 0.0
    telling = [cue.weight for cue in found if cue.weight > 0]
    doubt = (1 - AGAINST) ** (len(found) - len(telling))
    return round((1 - prod(1 - weight for weight in telling)) * doubt, 3)


class _Subject:
    """A topic, compiled. Each has a set of its own: one set for all would be ten times as slow on new texts."""

    def __init__(self, topic: Topic) -> None:
        telling = [Cue(weight, cue) for strength, weight in WEIGHTS.items() for cue in getattr(topic, strength)]
        self._cues = [*telling, *(Cue(-AGAINST, cue) for cue in topic.against)]
        self.digest = blake2s(repr(self._cues).encode(), digest_size=4).hexdigest()
        self._all = re2.Set.SearchSet()
        for cue in self._cues:
            self._all.Add(cue.pattern)
        self._all.Compile()
        self._each: dict[str, _Compiled] = {}

    def find(self, reading: Reading) -> tuple[Cue, ...]:
        """The cues in a text."""
        return tuple(self._cues[number] for number in self._all.Match(reading.once(plain)) or ())

    def place(self, cue: Cue, text: str) -> tuple[int, int]:
        """Where a cue stands that is in ``text``."""
        if cue.pattern not in self._each:
            self._each[cue.pattern] = re2.compile(cue.pattern)
        match = self._each[cue.pattern].search(text)
        assert match is not None, "the set has found it in this very text"
        return match.span()


@cache
def _book(file: str) -> Mapping[str, _Subject]:
    data = resources.files("orchard_bot.detectors").joinpath("data", file).read_text("utf-8")
    found = msgspec.convert(tomli.loads(data), dict[str, Topic])
    return {name: _Subject(topic) for name, topic in found.items()}
