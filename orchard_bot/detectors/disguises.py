"""The ways in which a word is commonly hidden, as spellings to look for, and stars that stand for letters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby, islice

from msgspec import Struct

from orchard_bot.detectors.lexicon import Term
from orchard_bot.detectors.normaliser import fold

SHORTEST_HIDDEN = 4
"""Letters a word needs before it is looked for with gaps: shorter ones would be found by accident."""

_MOST_STARRED = 200
"""Starred words that are looked at in one text: a bound for hostile ones."""
_STARRED = re.compile(r"(?<![^\W_])[^\W\d_](?:[^\s*#]{0,20}[*#]{1,20}){1,6}[^\s*#]{0,20}")
_MISCOUNT = 2
"""By how many stars people are out who do not count them."""
_STARS = re.compile(r"[*#]+")


class Spelling(Struct, frozen=True):
    """One spelling of a term. ``gap``: what parts its letters must be a mark such as a dot, not white space."""

    text: str
    gap: bool = False


def spellings(term: Term) -> Iterator[Spelling]:
    """Disguised spellings: doubled letters, a small L written as 1, a gap, a missing vowel."""
    word = term.text
    if len(word) < SHORTEST_HIDDEN or not (word.isascii() and word.isalpha()):
        return
    if "l" in word:
        yield Spelling(word.replace("l", "i"))
    if term.repeatable:
        yield Spelling("".join(letter * 2 for letter in word))
        yield from (Spelling(word[:at] + letter + word[at:]) for at, letter in enumerate(word))
    for at, letter in enumerate(word):
        if at:
            yield Spelling(f"{word[:at]} {word[at:]}", gap=True)
        if 0 < at < len(word) - 1 and letter in "aeiou":
            yield Spelling(f"{word[:at]} {word[at + 1 :]}", gap=True)


class Starred:
    """Finds words whose letters are hidden behind ``*`` or ``#``."""

    def __init__(self, terms: Iterable[Term]) -> None:
        hidden = (term for term in terms if term.disguisable and len(term.text) >= SHORTEST_HIDDEN)
        words = sorted(hidden, key=lambda term: (term.text[0], term.text))
        self._by_initial: Mapping[str, list[Term]] = {
            initial: list(group) for initial, group in groupby(words, key=lambda term: term.text[0])
        }

    def find(self, source: str) -> Iterator[tuple[int, int, Term]]:
        """Start, end and term of each starred word in the original text."""
        for token in islice(_STARRED.finditer(source), _MOST_STARRED):
            letters, end = _letters(token[0])
            term = next((term for term in self._by_initial.get(letters[0][:1], ()) if _fits(letters, term)), None)
            if term is not None:
                yield token.start(), token.start() + end, term


def _letters(token: str) -> tuple[list[str], int]:
    """The visible letters between stars, each star as an entry of its own (``f**k``: f, "", k), and where they end."""
    parts: list[str] = []
    at = end = 0
    for stars in _STARS.finditer(token):
        parts.append(fold(token[at : stars.start()]).text.replace(" ", ""))
        parts.extend([""] * (stars.end() - stars.start() - 1))
        at = end = stars.end()
    rest = fold(token[at:]).text
    tail = rest.split(" ", 1)[0]
    parts.append(tail)
    return parts, end + len(tail)


def _fits(parts: list[str], term: Term) -> bool:
    word, stars = term.text, len(parts) - 1
    first, last = parts[0], parts[-1]
    if not last and len(first) == 1 and not any(parts[1:]):
        return term.outright and len(word) == stars + 1
    if not (word.startswith(first) and word.endswith(last)):
        return False
    written = stars + sum(map(len, parts))
    if len(word) == written:
        return _letter_by_letter(parts, word)
    counted_badly = abs(len(word) - written) <= _MISCOUNT and len(word) > len(first) + len(last)
    return stars > 1 and bool(last) and not any(parts[1:-1]) and counted_badly


def _letter_by_letter(parts: list[str], word: str) -> bool:
    at = 0
    for part in parts:
        if not word.startswith(part, at):
            return False
        at += len(part) + 1
    return True
