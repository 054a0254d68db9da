"""A document as a row of blocks, whatever its format was."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    TEXT = "text"
    ROW = "row"
    """A row of a table: cells with `` | `` between them."""


class Block(Struct, frozen=True):
    """A few words that belong together, and where they stand (``p. 2``, ``paragraph 4``)."""

    text: str
    place: str
    kind: Kind = Kind.TEXT
