"""Notices what the operator's own patterns match (RE2 syntax, capitals do not matter), for any clause.

Options: ``patterns``, and ``reason``, the words that moderators and the poster read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2s
from itertools import chain, islice
from typing import Annotated, Protocol

import re2
from msgspec import Meta, Struct

from orchard_bot.community.code_of_conduct import DetectorSpec, Words
from orchard_bot.detectors.observation import MOST_OBSERVATIONS, Observation, Options
from orchard_bot.detectors.reading import Reading

RULES = "1"
"""Goes up when the rules change; the patterns are in the version by their digest."""


class PatternOptions(Struct, frozen=True, forbid_unknown_fields=True):
    """What an operator writes."""

    patterns: Annotated[tuple[Words, ...], Meta(min_length=1)]
    reason: Words


class _Match(Protocol):
    def span(self) -> tuple[int, int]: ...


class _Pattern(Protocol):
    def finditer(self, text: str) -> Iterable[_Match]: ...


class PatternDetector:
    """Notices every match of a few patterns, in time in proportion to the text."""

    slow = False

    def __init__(self, spec: DetectorSpec, options: PatternOptions, compiled: Sequence[_Pattern]) -> None:
        self.name = spec.name
        self.version = f"{RULES}.{blake2s(repr(options).encode(), digest_size=4).hexdigest()}"
        self._clause = spec.clause
        self._reason = options.reason
        self._compiled = tuple(compiled)

    def observe(self, reading: Reading) -> Sequence[Observation]:
        """One observation for each match, in order of place."""
        text = reading.scanned
        if not text.isascii():
            text = text.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair is nothing RE2 can read
        matches = chain.from_iterable(islice(each.finditer(text), MOST_OBSERVATIONS) for each in self._compiled)
        spans = sorted({span for span in (match.span() for match in matches) if span[1] > span[0]})
        return tuple(
            Observation(self._clause, reading.span(*span), 1.0, self._reason, self.name, self.version)
            for span in spans[:MOST_OBSERVATIONS]
        )


def build(spec: DetectorSpec, options: Options) -> PatternDetector:
    """A detector of the operator's own. Raises ConfigError for a pattern that RE2 refuses or that matches anything."""
    chosen = options.read(PatternOptions)
    flags = re2.Options()
    flags.case_sensitive = False
    flags.log_errors = False
    compiled: list[_Pattern] = []
    for number, pattern in enumerate(chosen.patterns):
        try:
            regex = re2.compile(pattern, flags)
        except re2.error as error:
            problem = f"RE2 refuses this pattern: {_said(error)}."
            raise options.refuse("patterns", number, problem=problem, fix=_RE2_SYNTAX) from error
        if regex.search("") is not None:
            raise options.refuse("patterns", number, problem="This pattern matches any text at all.", fix=_ONE_WORD)
        compiled.append(regex)
    return PatternDetector(spec, chosen, compiled)


_RE2_SYNTAX = "Use RE2 syntax, in single quotes: no look-ahead, no look-behind, no back references."
_ONE_WORD = "Let it ask for at least one word, for example '\\bpetition\\b'."


def _said(error: Exception) -> str:
    said = error.args[0] if error.args else error
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
