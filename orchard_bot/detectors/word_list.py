"""Finds the words of a lexicon in a text, disguised or not, in one pass; innocent look-alikes are left alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import ahocorasick
from msgspec import Struct

from orchard_bot.detectors.disguises import Spelling, Starred, spellings
from orchard_bot.detectors.lexicon import DOUBTFUL, Lexicon, Term
from orchard_bot.detectors.normaliser import Folded, Undisguised, squeezed
from orchard_bot.detectors.reading import Reading

DRAWN_OUT = 3
"""From this many on, repeated letters are a disguise; two are ordinary spelling."""

_NUMBER_PLATE = re.compile(r"[a-z]{1,2}\d{2,}")


class Hit(Struct, frozen=True, order=True):
    """A word found at ``start`` to ``end`` of the scanned text."""

    start: int
    end: int
    score: float
    disguised: bool

    @property
    def sure(self) -> bool:
        """Strong beyond doubt, disguised or not."""
        return self.score > DOUBTFUL


class _Found(Struct, frozen=True):
    """What stands behind a string of the automaton: a term, an innocent phrase, or a reason to look closer."""

    length: int
    pad: int
    term: Term | None = None
    gap: bool = False
    runs: tuple[int, ...] = ()


_LOOK_CLOSER = _Found(0, 0)


class WordList:
    """A compiled lexicon. ``find`` costs one pass over the folded text where nothing is to be found."""

    def __init__(self, lexicon: Lexicon) -> None:
        terms = lexicon.terms.values()
        self._folded = _automaton(_in_folded_text(lexicon))
        self._undisguised = _automaton(_in_undisguised_text(terms))
        self._starred = Starred(terms)

    def find(self, reading: Reading) -> list[Hit]:
        """Every hit in order of place; none overlap."""
        folded = reading.folded
        found = list(self._folded.iter(f" {folded.text} "))
        stars = "*" in reading.scanned or "#" in reading.scanned
        return self._examine(reading, found, stars) if found or stars else []

    def _examine(self, reading: Reading, found: list[tuple[int, _Found]], stars: bool) -> list[Hit]:
        folded = reading.folded
        hits: list[Hit] = []
        innocent: list[tuple[int, int]] = []
        for at, what in found:
            end = at - what.pad
            if what.term is not None:
                hits.extend(_judged(folded, (end - what.length, end), what.term, gap=what.gap))
            elif what.length:
                innocent.append(folded.span(end - what.length, end))
        if any(what is _LOOK_CLOSER for _, what in found):
            hits.extend(self._closer(folded, reading.undisguised))
        if stars:
            starred = self._starred.find(folded.source)
            hits.extend(Hit(start, end, term.disguised, True) for start, end, term in starred)
        return _apart(hit for hit in hits if not any(start <= hit.start and hit.end <= end for start, end in innocent))

    def _closer(self, folded: Folded, text: Undisguised) -> Iterator[Hit]:
        """What shows once spaced letters are joined and drawn-out ones squeezed."""
        for at, what in self._undisguised.iter(text.text):
            start, end = at + 1 - what.pad - what.length, at + 1 - what.pad
            runs = text.runs[start:end]
            drawn_out = max(runs) >= DRAWN_OUT and what.term.repeatable
            if all(map(_run_fits, runs, what.runs)) and (drawn_out or text.spaced(start, end)):
                left, right = text.span(start, end)
                yield from _judged(folded, (left - 1, right - 1), what.term)


def _run_fits(run: int, wanted: int) -> bool:
    return run == wanted or run >= max(DRAWN_OUT, wanted)


def _judged(folded: Folded, place: tuple[int, int], term: Term, *, gap: bool = False) -> Iterator[Hit]:
    """The hit at ``place`` of the folded text, unless the original there is an innocent look-alike."""
    start, end = folded.span(*place)
    original = folded.source[start:end].casefold()
    if gap and any(character.isspace() or character in "'’" for character in original):
        return
    digits = sum(map(str.isdecimal, original))
    if digits and (len(term.text) <= 3 or 2 * digits > len(original) or _NUMBER_PLATE.fullmatch(original)):
        return
    disguised = original != term.written
    score = term.disguised if disguised else term.plain
    if score:
        yield Hit(start, end, score, disguised)


def _apart(hits: Iterable[Hit]) -> list[Hit]:
    """Of hits that overlap, the surest, then the longest."""
    kept: list[Hit] = []
    for hit in sorted(set(hits), key=lambda hit: (hit.start, -hit.end, -hit.score)):
        if kept and hit.start < kept[-1].end:
            if (hit.score, hit.end - hit.start) > (kept[-1].score, kept[-1].end - kept[-1].start):
                kept[-1] = hit
        else:
            kept.append(hit)
    return kept


def _in_folded_text(lexicon: Lexicon) -> Iterator[tuple[str, _Found]]:
    """Later strings never replace earlier ones, so the plain spelling of one word wins over a disguise of another."""
    for phrase in lexicon.innocent:
        yield f" {phrase} ", _Found(len(phrase), 1)
    for term in lexicon.terms.values():
        yield _entry(term, Spelling(term.text))
    for term in lexicon.terms.values():
        if term.disguisable:
            yield from (_entry(term, spelling) for spelling in spellings(term))
    letters = {letter for term in lexicon.terms.values() if term.repeatable for letter in term.text if letter.isalpha()}
    for letter in sorted(letters - {"w"}):
        yield letter * DRAWN_OUT, _LOOK_CLOSER
    yield from (("w" * DRAWN_OUT + letter, _LOOK_CLOSER) for letter in sorted(letters))  # not for every www.
    for pair in sorted({term.text[:2] for term in lexicon.terms.values() if len(term.text.split()[0]) > 1}):
        yield from ((f" {pair[0]}{' ' * gap}{pair[1]} ", _LOOK_CLOSER) for gap in (1, 2, 3))


def _entry(term: Term, spelling: Spelling) -> tuple[str, _Found]:
    pad = 0 if term.anywhere else 1
    edge = " " * pad
    return f"{edge}{spelling.text}{edge}", _Found(len(spelling.text), pad, term, spelling.gap)


def _in_undisguised_text(terms: Iterable[Term]) -> Iterator[tuple[str, _Found]]:
    for term in terms:
        if " " not in term.text and (term.repeatable or len(term.text) > 3):
            text, runs = squeezed(term.text)
            pad = 0 if term.anywhere else 1
            edge = " " * pad
            yield f"{edge}{text}{edge}", _Found(len(text), pad, term, runs=runs)


def _automaton(strings: Iterable[tuple[str, _Found]]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for text, found in strings:
        if not automaton.exists(text):
            automaton.add_word(text, found)
    automaton.make_automaton()
    return automaton
