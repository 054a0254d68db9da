"""A message's text, prepared once for all detectors. What nobody asks for is never computed."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import TypeVar

from orchard_bot.detectors.normaliser import Folded, Undisguised, fold

HEAD = 6_000
TAIL = 2_000
LONGEST = HEAD + TAIL
"""Characters of a text that are scanned; of a longer one the first HEAD and the last TAIL."""

T = TypeVar("T")

_CUT = "\n\x00\n"


class Reading:
    """One text. ``original`` is what was posted; spans always speak of it. ``picture``: it was read in a picture."""

    def __init__(self, text: str, *, picture: bool = False) -> None:
        self.original = text
        self.picture = picture
        self._kept: dict[Hashable, object] = {}
        self.scanned = text if len(text) <= LONGEST else f"{text[:HEAD]}{_CUT}{text[-TAIL:]}"

    @cached_property
    def folded(self) -> Folded:
        """The scanned text without case, accents, look-alikes and invisible marks."""
        return fold(self.scanned)

    @cached_property
    def undisguised(self) -> Undisguised:
        """The folded text, a space before and behind it, with spaced letters joined and repeats squeezed."""
        return Undisguised(f" {self.folded.text} ")

    def once(self, find: Callable[[Reading], T]) -> T:
        """What ``find`` makes of this text; found once, however many detectors ask."""
        if find not in self._kept:
            self._kept[find] = find(self)
        return self._kept[find]  # type: ignore[return-value] # kept by the function that made it

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A span of ``scanned`` as a span of ``original``."""
        return self._place(start), self._place(end - 1) + 1

    def _place(self, position: int) -> int:
        if self.scanned is self.original or position < HEAD:
            return position
        return max(HEAD, position - len(self.scanned) + len(self.original))
