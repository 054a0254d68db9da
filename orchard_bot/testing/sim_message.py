"""What people have on their screens in the World: messages, and what was shown when."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from orchard_bot.chat.events import Attachment, Quoted
from orchard_bot.chat.files import Enclosure
from orchard_bot.chat.intents import Choice
from orchard_bot.chat.refs import MessageRef, PersonRef


class NotPossible(ValueError):
    """A person in the World cannot do this, as their phone would not let them. The message says why."""


class SimMessage(Struct, frozen=True, kw_only=True):
    """One message as it looked when the World handed it out; later changes do not reach it.

    An old one is a phone that has not refreshed: its buttons can still be pressed.
    """

    ref: MessageRef
    author: PersonRef | None
    """None: the bot."""
    author_name: str
    text: str
    at: datetime
    edited: bool = False
    deleted: bool = False
    reply_to: MessageRef | None = None
    forwarded: Quoted | None = None
    pictures: tuple[Attachment, ...] = ()
    """What is in them: ``World.file``."""
    choices: tuple[Choice, ...] = ()
    pinned: bool = False
    only_for: PersonRef | None = None
    """Seen by this member (and the bot) alone; None: by everybody in the chat."""
    file: Enclosure | None = None
    """What the bot sent in the place of words; ``text`` is empty then."""
    key: str | None = None
    """The key of the step that sent it; None for people's own messages."""

    @property
    def by_bot(self) -> bool:
        """Whether the bot wrote it."""
        return self.author is None


class Shown(Struct, frozen=True, kw_only=True):
    """One text that a group could see, from ``since`` until it was changed or taken away (None: it is there still)."""

    message: MessageRef
    author: PersonRef | None
    """None: the bot."""
    author_name: str
    text: str
    since: datetime
    until: datetime | None = None
