"""What a report is about, as menus and dialogs remember it until the person has chosen. Nothing else is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from orchard_bot.chat.events import Quoted
from orchard_bot.chat.refs import MessageRef, PersonRef
from orchard_bot.chat.text import visible

TEXT_LIMIT = 2000
"""Characters of a message or of somebody's own words that are kept as evidence."""


class Matter(Struct, frozen=True, kw_only=True):
    """A message, or what somebody told in their own words. An unknown author stays unknown: nobody guesses."""

    message: MessageRef | None = None
    author: PersonRef | None = None
    author_name: str = ""
    text: str = ""
    posted_at: datetime | None = None
    impersonal: bool = False
    words: str = ""
    """The reporter's own."""

    @property
    def poster(self) -> PersonRef | None:
        """The person who posted it, where there is one to talk to."""
        return None if self.impersonal else self.author

    @property
    def is_message(self) -> bool:
        """Whether there is a message at all, or words alone."""
        return self.message is not None or bool(self.text)

    def with_words(self, words: str) -> Matter:
        """The same with what the reporter says about it."""
        return msgspec.structs.replace(self, words=bounded(words))

    def data(self, **more: Any) -> dict[str, Any]:
        """As an offer or a dialog remembers it."""
        return {"matter": msgspec.to_builtins(self), **more}


def bounded(text: str) -> str:
    """``text`` fit to be kept: visible characters only, and not without end."""
    return visible(text).strip()[:TEXT_LIMIT]


def matter_in(data: Mapping[str, Any]) -> Matter:
    """What ``Matter.data`` remembered."""
    return msgspec.convert(data["matter"], Matter)


def matter_of(quoted: Quoted) -> Matter:
    """The message that a reply or a forward points at, as far as the platform says."""
    return Matter(
        message=quoted.message,
        author=quoted.author,
        author_name=quoted.author_name,
        text=bounded(quoted.text),
        posted_at=quoted.posted_at,
        impersonal=quoted.impersonal,
    )
