"""Finds web addresses in a text: with ``http://``, with ``www.``, or as a bare domain with a real public suffix.

A full stop without a space behind it (``tomorrow.bring``, ``3.30pm``, ``Mr.Smith``) is no address.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from msgspec import Struct
from publicsuffixlist import PublicSuffixList

_DOTS = {ord(dot): "." for dot in "。．｡"}
_HINT = re.compile(r"\.[^\W\d_]|://")
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_ADDRESS = re.compile(
    rf"""
      (?P<scheme>(?<![^\W_])(?:https?|ftp)://)[^\s/?\#<>"]{{1,300}}(?P<tail>[/?\#][^\s<>"]{{0,2000}})?
    | (?<![\w@./-])(?P<host>(?:{_LABEL}\.){{1,10}}{_LABEL})(?![\w@])(?::\d{{1,5}})?(?P<path>[/?\#][^\s<>"]{{0,2000}})?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CLOSING = ".,;:!?'’*_~)]}…"
_RESERVED = frozenset({"example", "test", "invalid"})
"""Suffixes set aside for documentation (RFC 2606): in no list, and no English words in this place."""


class WebAddress(Struct, frozen=True):
    """An address at ``start`` to ``end``. ``host`` is in small letters, ``path`` starts with its slash or is empty."""

    start: int
    end: int
    host: str
    path: str


def web_addresses(text: str, plain: Collection[str], wordlike: Collection[str]) -> Iterator[WebAddress]:
    """The addresses in ``text``, in order. Costs next to nothing where no full stop or colon hints at one.

    ``plain``: endings of three letters and more that make an address of two bare words; ``wordlike``: endings of
    two letters that do not.
    """
    if not text.isascii():
        text = text.translate(_DOTS)
    hint = _HINT.search(text)
    while hint is not None:
        start, end = _surroundings(text, hint.start())
        for match in _ADDRESS.finditer(text, start, end):
            address = _with_scheme(match) if match["scheme"] else _bare(match, plain, wordlike)
            if address is not None:
                yield address
        hint = _HINT.search(text, end)


def _surroundings(text: str, at: int) -> tuple[int, int]:
    """The stretch without spaces and line breaks around ``at``."""
    start = max(text.rfind(" ", 0, at), text.rfind("\n", 0, at)) + 1
    ends = (text.find(" ", at), text.find("\n", at))
    return start, min((end for end in ends if end >= 0), default=len(text))


def _with_scheme(match: re.Match[str]) -> WebAddress | None:
    written = match[0].rstrip(_CLOSING)
    authority = re.split(r"[/?#\\]", written[len(match["scheme"]) :], maxsplit=1)[0]
    host = re.sub(r":\d*$", "", authority.rpartition("@")[2]).rstrip(".").casefold()
    path = written.partition(authority)[2] if authority else ""
    return WebAddress(match.start(), match.start() + len(written), host, path) if host else None


def _bare(match: re.Match[str], plain: Collection[str], wordlike: Collection[str]) -> WebAddress | None:
    host = match["host"].casefold()
    path = (match["path"] or "").rstrip(_CLOSING)
    end = match.start("path") + len(path) if match["path"] else match.end()
    labels = match["host"].split(".")
    if (labels[0].casefold() == "www" and len(labels) > 2) or (len(path) > 1 and _is_domain(labels)):
        return WebAddress(match.start(), end, host, path)
    for count in range(len(labels), 1, -1):
        # Of "example.com.Lovely" the last word is the next sentence.
        if _is_domain(labels[:count]) and _unmistakable(labels[:count], plain, wordlike):
            host = ".".join(labels[:count])
            whole = count == len(labels)
            return WebAddress(match.start(), end if whole else match.start() + len(host), host.casefold(), path * whole)
    return None


def _is_domain(labels: list[str]) -> bool:
    """Whether it ends in a public suffix, with a name in front of it that is more than a number."""
    return bool(name := _name(labels)) and not name.isdecimal()


def _name(labels: list[str]) -> str:
    """The label in front of the public suffix; empty if there is none."""
    suffix = public_suffix(".".join(labels).casefold())
    return "".join(labels[: -(suffix.count(".") + 1)][-1:]) if suffix else ""


def _unmistakable(labels: list[str], plain: Collection[str], wordlike: Collection[str]) -> bool:
    """Without a path, words with full stops between them may be the end of a sentence and the next one."""
    ending = labels[-1].casefold()
    if ending in plain or "." in public_suffix(".".join(labels).casefold()):
        return True
    return len(ending) == 2 and ending not in wordlike and not labels[-1].istitle() and len(_name(labels)) > 1


def public_suffix(host: str) -> str:
    """The part of ``host`` under which anybody can register a name, such as ``co.uk``; empty if there is none."""
    if host.rpartition(".")[2] in _RESERVED:
        return host.rpartition(".")[2]
    return _suffixes().publicsuffix(host) or ""


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    """The list that comes with the package; nothing is fetched. Loaded when first needed: it takes some 50 ms."""
    return PublicSuffixList(accept_unknown=False, only_icann=True)
