"""A detector made from a word list: what swearing and slurs have in common."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2s
from itertools import islice

from msgspec import Struct

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.lexicon import Lexicon
from orchard_bot.detectors.observation import MOST_OBSERVATIONS, Observation
from orchard_bot.detectors.reading import Reading
from orchard_bot.detectors.word_list import Hit, WordList

RULES = "1"
"""Goes up when the rules of finding words change; the lists are in the version by their digest."""


class Reasons(Struct, frozen=True):
    """What to say about a hit: as it stands, in disguise, or when only some would mind."""

    plain: str
    disguised: str
    doubtful: str


class WordDetector:
    """Notices the words of a lexicon."""

    slow = False

    def __init__(self, spec: DetectorSpec, lexicon: Lexicon, reasons: Reasons) -> None:
        self.name = spec.name
        self.version = f"{RULES}.{_digest(lexicon)}"
        self._clause = spec.clause
        self._words = WordList(lexicon)
        self._reasons = reasons

    def observe(self, reading: Reading) -> Sequence[Observation]:
        """One observation for each word, in order of place."""
        hits = self._words.find(reading)
        if not hits:
            return ()
        return tuple(self._observation(reading, hit) for hit in islice(hits, MOST_OBSERVATIONS))

    def _observation(self, reading: Reading, hit: Hit) -> Observation:
        span = reading.span(hit.start, hit.end)
        return Observation(self._clause, span, hit.score, self._reason(hit), self.name, self.version)

    def _reason(self, hit: Hit) -> str:
        if hit.disguised:
            return self._reasons.disguised
        return self._reasons.plain if hit.sure else self._reasons.doubtful


def _digest(lexicon: Lexicon) -> str:
    words = sorted(f"{term.text}={term.plain}/{term.disguised}" for term in lexicon.terms.values())
    return blake2s("\n".join([*words, *lexicon.innocent]).encode(), digest_size=4).hexdigest()
