"""The words that a word-list detector looks for: shipped lists plus what the operator adds and removes.

The shipped lists are ``data/swearing.toml`` and ``data/slurs.toml``; their comments say what each list is for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import resources

import msgspec
import tomli
from msgspec import Struct

from orchard_bot.detectors.normaliser import fold
from orchard_bot.detectors.observation import Options

SHORTEST = 3
"""Letters that an added word must have: less would be found in half of all messages."""

SURE = 1.0
DISGUISED = 0.9
DOUBTFUL = 0.5


class Lists(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A shipped file as it stands."""

    anywhere: tuple[str, ...]
    stems: tuple[str, ...]
    endings: tuple[str, ...]
    parted: tuple[str, ...]
    outright: tuple[str, ...]
    words: tuple[str, ...]
    abbreviations: tuple[str, ...]
    phrases: tuple[str, ...]
    only_disguised: tuple[str, ...]
    doubtful: tuple[str, ...]
    innocent: tuple[str, ...]
    languages: dict[str, tuple[str, ...]]


class WordOptions(Struct, frozen=True, forbid_unknown_fields=True):
    """What an operator may change: words to add and to remove, and innocent phrases never to notice."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    innocent: tuple[str, ...] = ()


class Term(Struct, frozen=True, kw_only=True):
    """One word or phrase, folded. A score of 0 means: not noticed that way."""

    text: str
    written: str
    plain: float = SURE
    disguised: float = DISGUISED
    anywhere: bool = False
    """Also inside longer words."""
    disguisable: bool = False
    """Looked for with gaps, stars and doubled letters too."""
    repeatable: bool = True
    """Drawn-out letters (three or more) do not hide it."""
    outright: bool = False
    """May be starred out to the end."""


class Lexicon(Struct, frozen=True):
    """All terms by their folded text, and innocent phrases, folded."""

    terms: dict[str, Term]
    innocent: tuple[str, ...]


def load_lexicon(file: str, options: Options) -> Lexicon:
    """The shipped list ``file`` as the operator changed it. Raises ConfigError for an option that makes no sense."""
    data = resources.files("orchard_bot.detectors").joinpath("data", file).read_text("utf-8")
    lists = msgspec.convert(tomli.loads(data), Lists)
    chosen = options.read(WordOptions)
    terms = {term.text: term for term in _terms(lists)}
    listed = frozenset(terms)
    for number, word in enumerate(chosen.remove):
        unwanted = _made_from(word, lists)
        if unwanted.isdisjoint(listed):
            raise options.refuse("remove", number, **_NOT_LISTED)
        terms = {text: term for text, term in terms.items() if text not in unwanted}
    for number, word in enumerate(chosen.add):
        term = _term(word, disguisable=True)
        if sum(map(str.isalpha, term.text)) < SHORTEST:
            raise options.refuse("add", number, **_TOO_SHORT)
        terms[term.text] = term
    if not terms:
        raise options.refuse("remove", **_EMPTY)
    for number, phrase in enumerate(chosen.innocent):
        if not fold(phrase).text.strip():
            raise options.refuse("innocent", number, **_NO_PHRASE)
    return Lexicon(terms, tuple(_plain(phrase) for phrase in (*lists.innocent, *chosen.innocent)))


_NOT_LISTED = {
    "problem": "This word is not in the list, so it cannot be removed.",
    "fix": "Write it as it is listed, or take it out of `remove`.",
}
_TOO_SHORT = {
    "problem": "This word is too short to look for: it would be found where nobody wrote it.",
    "fix": f"Add words of at least {SHORTEST} letters.",
}
_EMPTY = {
    "problem": "No word is left in the list, so this detector could never notice anything.",
    "fix": "Remove fewer words, or take the detector out of the file.",
}
_NO_PHRASE = {"problem": "This phrase holds no letters.", "fix": "Write the innocent words, or take the entry out."}


def _terms(lists: Lists) -> Iterator[Term]:
    """Every term; a later one with the same text replaces an earlier one."""
    for phrase in lists.phrases:
        yield _term(phrase, repeatable=False)
    for halves in lists.parted:
        for ending in lists.endings:
            yield _term(halves + ending, plain=DISGUISED, repeatable=False)
    for word in (*lists.abbreviations, *(word for words in lists.languages.values() for word in words)):
        yield _term(word, disguised=SURE)
    for word in (*_with_endings(lists), *lists.words):
        yield _term(word, disguisable=True, outright=word in lists.outright)
    for word in (*lists.doubtful, *lists.only_disguised):
        hidden = word in lists.only_disguised
        yield _term(
            word,
            plain=DOUBTFUL if word in lists.doubtful else 0.0,
            disguised=DISGUISED if hidden else DOUBTFUL,
            disguisable=hidden,
            repeatable=False,
        )
    for word in lists.anywhere:
        yield _term(word, anywhere=True, disguisable=word in lists.stems, outright=word in lists.outright)


def _with_endings(lists: Lists) -> Iterable[str]:
    return (stem + ending for stem in lists.stems for ending in lists.endings)


def _term(word: str, **how: bool | float) -> Term:
    return msgspec.convert({"text": _plain(word), "written": word.casefold(), **how}, Term)


def _plain(phrase: str) -> str:
    return " ".join(fold(phrase).text.split())


def _made_from(word: str, lists: Lists) -> frozenset[str]:
    """A word, and where it is a stem all that is made from it; folded."""
    endings = lists.endings if word in lists.stems else ("",)
    return frozenset(_plain(word + ending) for ending in endings)
