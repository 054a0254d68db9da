"""Undoes disguises character by character, and remembers where each character came from.

``fold`` maps case, width, accents, look-alikes (Cyrillic, Greek, small capitals …), digits and signs that stand for
letters, and drops invisible marks; all that is neither letter nor digit becomes a space. ``Undisguised`` goes further:
it joins s p a c e d letters and squeezes repeated ones. Both take time in proportion to the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cached_property

_LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"}
_SIGNS = {"@": "a", "$": "s", "+": "t", "|": "i", "€": "e", "¡": "i", "¢": "c"}
_CYRILLIC = dict(zip("авеёкмнорстухіїјѕһԁԛԝѵгпишьҽӏ", "abeekmhopctyxiijshdqwvrnuwbel", strict=True))
_GREEK = dict(zip("αβεηικνορτυχγωσϲϳμς", "abenikvoptuxywocjus", strict=True))
_ODD = {"ı": "i", "ʟ": "l", "ꜰ": "f", "ꜱ": "s", "ɡ": "g", "ɑ": "a", "ø": "o", "đ": "d", "ł": "l", "ß": "ss"}
_LETTERS = _LEET | _SIGNS | _CYRILLIC | _GREEK | _ODD

_INVISIBLE = frozenset({"Cf", "Cs", "Co", "Cn", "Me"})
_LATIN_MARKS = re.compile(r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe2f]")
_NAMED_LETTER = re.compile(
    r"(?:LATIN|CIRCLED|SQUARED|PARENTHESIZED|REGIONAL INDICATOR)\b.*\b(?:LETTER|SMALL CAPITAL) ([A-Z])(?: WITH .*)?$"
)
_REMEMBERED = 4_096
"""How many characters outside ASCII the table keeps: plenty for real chats, a bound for hostile ones."""

_SINGLES = re.compile(r"(?<![^\W_])[^\W\d_](?: {1,3}[^\W\d_]){2,}(?![^\W_])")
_RUN = re.compile(r"(.)\1*", re.DOTALL)


class _Table(dict[int, str]):
    """From a character's code point to what it stands for: nothing, one letter or a few."""

    def __missing__(self, code: int) -> str:
        meaning = _meaning(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = meaning
        return meaning


def _meaning(character: str) -> str:
    if character in _LETTERS:
        return _LETTERS[character]
    if unicodedata.category(character) in _INVISIBLE or _LATIN_MARKS.match(character):
        return ""
    named = _NAMED_LETTER.search(unicodedata.name(character, ""))
    if named:
        return named[1].lower()
    plain = _LATIN_MARKS.sub("", unicodedata.normalize("NFKD", character)).casefold()
    return "".join(_LETTERS.get(each, each if each.isalnum() else _unlettered(each)) for each in plain)


def _unlettered(character: str) -> str:
    """Vowel signs of other scripts and emoji stay what they are; punctuation becomes a space."""
    return character if unicodedata.category(character) in ("Mn", "Mc", "So", "Sk") else " "


_TABLE = _Table()
_ASCII = bytes(ord(_TABLE[code]) if code < 128 else ord(" ") for code in range(256))


class Folded:
    """A folded text. ``span`` leads back to the text that it was made from."""

    def __init__(self, source: str, text: str) -> None:
        self.source = source
        self.text = text

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where ``text[start:end]`` stands in ``source``; not for an empty stretch."""
        if self.source.isascii():
            return start, end
        return self._origins[start], self._origins[end - 1] + 1

    @cached_property
    def _origins(self) -> Sequence[int]:
        return [at for at, character in enumerate(self.source) for _ in _TABLE[ord(character)]]


def fold(text: str) -> Folded:
    """``text`` without case, accents, look-alikes and invisible marks."""
    if text.isascii():
        return Folded(text, text.encode("ascii").translate(_ASCII).decode("ascii"))
    return Folded(text, text.translate(_TABLE))


class Undisguised:
    """Folded text with spaced letters joined and each run of one character squeezed to a single one.

    ``runs[i]`` says how often the character ``text[i]`` stood there; ``span`` leads back to the folded text.
    """

    def __init__(self, folded: str) -> None:
        self._gaps, self._spaced = _spaced_words(folded)
        self.runs: list[int] = []
        self._starts: list[int] = []
        self._ends: list[int] = []
        letters: list[str] = []
        last = ""
        for at, letter in enumerate(folded):
            if self._gaps[at]:
                continue
            if letter == last:
                self.runs[-1] += 1
                self._ends[-1] = at + 1
            else:
                letters.append(letter)
                self.runs.append(1)
                self._starts.append(at)
                self._ends.append(at + 1)
                last = letter
        self.text = "".join(letters)

    def spaced(self, start: int, end: int) -> bool:
        """Whether all of ``text[start:end]`` was spaced out."""
        return all(self._spaced[at] for at in self._starts[start:end])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where ``text[start:end]`` stands in the folded text; not for an empty stretch."""
        return self._starts[start], self._ends[end - 1]


def squeezed(text: str) -> tuple[str, tuple[int, ...]]:
    """``text`` with each run of one character as a single one, and the length of each run."""
    runs = [(run[1], run.end() - run.start()) for run in _RUN.finditer(text)]
    return "".join(letter for letter, _ in runs), tuple(length for _, length in runs)


def _spaced_words(folded: str) -> tuple[bytearray, bytearray]:
    """For each position: whether it is a gap inside a spaced-out word, and whether it is in such a word at all."""
    gaps, spaced = bytearray(len(folded)), bytearray(len(folded))
    for word in _SINGLES.finditer(folded):
        for at in range(*word.span()):
            spaced[at] = True
            gaps[at] = folded[at] == " "
    return gaps, spaced
