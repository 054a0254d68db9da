"""A file that the bot gives to one person, together with words. There is no such thing for a group."""

from __future__ import annotations

from msgspec import Struct

from orchard_bot.errors import OrchardError

MOST_BYTES = 500_000
"""A file waits in the outbox as words do; what is larger has no place there."""


class UnfitFile(OrchardError):
    """A file that is empty, larger than 500 kB, or has no plain name. Send less, or say it in words."""


class Enclosure(Struct, frozen=True):
    """A small file: its name (no path in it), its media type, and what is in it."""

    name: str
    kind: str
    data: bytes


def checked_file(file: Enclosure) -> Enclosure:
    """``file``, if it may go out. Raises ``UnfitFile``."""
    plain = 0 < len(file.name) <= 100 and file.name.isprintable() and not set(file.name) & set('/\\";')
    if not plain or not 0 < len(file.data) <= MOST_BYTES:
        raise UnfitFile("A file needs a plain name, and has between 1 and 500,000 bytes.")
    return file
