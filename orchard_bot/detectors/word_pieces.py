"""A text as the numbers of word pieces that the encoder knows, after a little tidying: emoji named, links shortened.

The vocabulary is that of BERT uncased (one piece a line; a piece inside a word begins with ``##``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

HEAD, TAIL = 46, 16
"""Pieces of a long text that are kept: its beginning and its end."""
LONGEST_WORD = 40
"""Letters; a longer word is taken as unknown."""
MOST_CHARACTERS = 1_200
"""Of a text, half of them from its end: more than the pieces that are kept can hold."""

_BEGIN, _END, _UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
_LINK = re.compile(r"(?:https?://|www\.)(?:www\.)?([^\s/?#]{1,80})([^\s]*)", re.IGNORECASE)
_NUMBER = re.compile(r"\+?\d(?:[ ()-]{0,2}\d){8,14}")
_STAFF = re.compile(r"\b(mrs|mr|miss|ms|dr|sir)\b\.? [A-Z][\w'’-]+", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9]+|[^\W_]|[^\s]")


class WordPieces:
    """Cuts texts by a vocabulary."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._numbers: Mapping[str, int] = {piece: number for number, piece in enumerate(vocabulary)}
        self._begin, self._end, self._unknown = (self._numbers[mark] for mark in (_BEGIN, _END, _UNKNOWN))
        self._of_word = lru_cache(maxsize=8192)(self._cut)

    def numbers(self, text: str) -> list[int]:
        """The pieces of ``text`` between the marks of beginning and end; at most HEAD + TAIL + 2."""
        pieces = [number for word in words(tidy(text)) for number in self._of_word(word)]
        if len(pieces) > HEAD + TAIL:
            pieces = pieces[:HEAD] + pieces[-TAIL:]
        return [self._begin, *pieces, self._end]

    def _cut(self, word: str) -> tuple[int, ...]:
        if len(word) > LONGEST_WORD:
            return (self._unknown,)
        found: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            end = next((end for end in range(len(word), start, -1) if prefix + word[start:end] in self._numbers), None)
            if end is None:
                return (self._unknown,)
            found.append(self._numbers[prefix + word[start:end]])
            start = end
        return tuple(found)


def words(text: str) -> Iterator[str]:
    """Words and marks, in small letters and without accents."""
    plain = unicodedata.normalize("NFD", text.lower())
    return (word[0] for word in _WORD.finditer("".join(each for each in plain if unicodedata.category(each) != "Mn")))


def tidy(text: str) -> str:
    """``text`` with what the encoder would stumble over put into words; names of staff and numbers made alike."""
    if len(text) > MOST_CHARACTERS:
        half = MOST_CHARACTERS // 2
        text = f"{text[:half]} {text[-half:]}"
    text = _LINK.sub(_short_link, text)
    text = _NUMBER.sub(" phone number ", text)
    text = _STAFF.sub(r"\1 smith", text)
    return text if text.isascii() else "".join(map(_named, text))


def _short_link(link: re.Match[str]) -> str:
    path = re.sub(r"[^a-zA-Z]+", " ", link[2])
    return f" link {link[1]} {path[:30]} "


@lru_cache(maxsize=4096)
def _named(character: str) -> str:
    """An emoji by its name; what is invisible is nothing; everything else as it is."""
    if character < "\u2000":
        return character
    category = unicodedata.category(character)
    if category in ("So", "Sk"):
        return f" {unicodedata.name(character, '').lower().replace('-', ' ')} "
    return "" if category in ("Cf", "Cs", "Co", "Cn", "Mn", "Me") else character
