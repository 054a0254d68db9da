"""A reminder of something the newsletter announced. No source, no reminder."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from orchard_bot.errors import OrchardError

TITLE_LIMIT = 200


class NoSource(OrchardError):
    """A reminder without its place in the newsletter. Say which issue, page or link it was published in."""


class NewsletterItem(Struct, frozen=True, kw_only=True):
    """One published item (policy: reminders about events that the newsletter has published)."""

    title: str
    source: str
    """Where it was published: issue and page, or a link."""
    remind_at: datetime

    def __post_init__(self) -> None:
        if not self.source.strip():
            raise NoSource("A reminder needs its source: which newsletter, and where in it.")
        if not self.title.strip():
            raise OrchardError("A reminder needs to say what it is about.")
