"""What the bot says: public text for a group, private text for one person, and no way from private to public.

Both are plain text: nothing in them is ever read as Markdown or HTML, so a name full of brackets is just a name.
"""

from __future__ import annotations

import re
import unicodedata

from msgspec import Struct

NAME_LIMIT = 40
"""Characters of a display name that are shown."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


class PublicText(Struct, frozen=True, array_like=True):
    """Text that a whole group may read. ``source`` names the entry of the wording that it was made from."""

    value: str
    source: str


class PrivateText(Struct, frozen=True, array_like=True):
    """Text for one person's eyes. There is no conversion to ``PublicText``."""

    value: str

    @classmethod
    def of(cls, text: PublicText) -> PrivateText:
        """What everybody may read, one person may read too."""
        return cls(text.value)


def visible(text: str) -> str:
    """``text`` without control characters, zero-width marks and direction overrides; line breaks stay."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def shown_name(name: str) -> str:
    """A display name fit to be shown to people: one line, no overrides, bounded, never empty."""
    clean = " ".join(visible(name).split())
    clean = unicodedata.normalize("NFC", clean)[:NAME_LIMIT].strip()
    return clean or "somebody without a name"


def shortened(text: str, limit: int) -> str:
    """``text`` on one line in at most ``limit`` characters, ending in an ellipsis where it was cut."""
    line = " ".join(visible(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
