"""What happened in a chat, in words that every platform shares. Adapters make these; the core only reads them."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

import msgspec
from msgspec import Struct

from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef, _join


class EventId(Struct, frozen=True, array_like=True):
    """The dedupe key of an event: one native id in one account; ``revision`` tells edits of one message apart."""

    platform: str
    account: str
    native: str
    revision: int = 0

    def __str__(self) -> str:
        return _join(self.platform, self.account, self.native, str(self.revision))


class Quoted(Struct, frozen=True):
    """The message that a reply answers or a forward repeats, as far as the platform says. Author may be unknown."""

    message: MessageRef | None = None
    author: PersonRef | None = None
    author_name: str = ""
    text: str = ""
    posted_at: datetime | None = None
    own: bool = False
    """Written by the bot itself."""
    impersonal: bool = False
    """Sent in the name of a channel, the group itself or another bot, as far as the platform says."""


class Attachment(Struct, frozen=True, kw_only=True):
    """A file that came with a message. What is in it is asked for apart: ``HasFiles.fetch``."""

    id: str
    """The platform's own, good for as long as the platform keeps the file."""
    name: str = ""
    kind: str = ""
    """The media type, as far as the sender's phone said."""
    size: int | None = None
    """Bytes, as far as the platform says."""

    @property
    def is_picture(self) -> bool:
        """Whether it is said to be a picture."""
        return self.kind.startswith("image/")


class _Event(Struct, frozen=True, tag=True):
    id: EventId
    at: datetime
    """When it happened by the platform's clock, in UTC."""
    chat: ChatRef
    """Where it happened."""

    @property
    def account(self) -> AccountRef:
        """The account of the bot that saw it."""
        return AccountRef(self.id.platform, self.id.account)


class MessagePosted(_Event, frozen=True, kw_only=True):
    """Somebody wrote a message. ``private`` means a direct chat with the bot."""

    message: MessageRef
    author: PersonRef
    author_name: str = ""
    text: str = ""
    private: bool = False
    reply_to: Quoted | None = None
    forwarded: Quoted | None = None
    album: str | None = None
    """Messages of one album share this id."""
    impersonal: bool = False
    """Sent in the name of a channel, the group itself or another bot: no person to talk to."""
    attachments: tuple[Attachment, ...] = ()
    """Files, and in groups pictures, where the platform hands them to bots; recordings are none."""

    @property
    def pictures(self) -> tuple[Attachment, ...]:
        """The pictures among what came with it."""
        return tuple(one for one in self.attachments if one.is_picture)


class MessageEdited(MessagePosted, frozen=True, kw_only=True):
    """Somebody changed a message; ``text`` is the new text, ``message`` the same ref as before."""


class MessageDeleted(_Event, frozen=True, kw_only=True):
    """A message is gone. ``by`` is None where the platform does not say who deleted it."""

    message: MessageRef
    by: PersonRef | None = None


class MemberJoined(_Event, frozen=True, kw_only=True):
    """Somebody is now in the group."""

    person: PersonRef
    name: str = ""


class MemberLeft(_Event, frozen=True, kw_only=True):
    """Somebody is no longer in the group. ``removed_by`` where the platform says so."""

    person: PersonRef
    removed_by: PersonRef | None = None


class JoinRequested(_Event, frozen=True, kw_only=True):
    """Somebody asks to be let in."""

    person: PersonRef
    name: str = ""


class ChoiceMade(_Event, frozen=True, kw_only=True):
    """Somebody answered an offer: by a button (``token``), or by a typed number or a reaction (``number``)."""

    person: PersonRef
    name: str = ""
    token: str | None = None
    number: int | None = None
    message: MessageRef | None = None
    """The message that carried the offer, where the platform says so."""


class ChatOpened(_Event, frozen=True, kw_only=True):
    """A person has opened a private chat with the bot: from now on it may write to them."""

    person: PersonRef
    name: str = ""
    payload: str = ""
    """What a deep link carried, at most 64 characters."""
    quietly: bool = False
    """They only let the bot write to them again, and asked for nothing: no greeting is expected."""


class AbilitiesChanged(_Event, frozen=True, kw_only=True):
    """The bot's rights in this chat have changed: ask ``Platform.abilities`` again."""


class ChatMoved(_Event, frozen=True, kw_only=True):
    """The group goes on under a new id; ``chat`` is the old one."""

    to: ChatRef


Event: TypeAlias = (
    MessagePosted
    | MessageEdited
    | MessageDeleted
    | MemberJoined
    | MemberLeft
    | JoinRequested
    | ChoiceMade
    | ChatOpened
    | AbilitiesChanged
    | ChatMoved
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def encode_event(event: Event) -> bytes:
    """The event as JSON, for a queue row or a wire."""
    return _encoder.encode(event)


def storable(event: Event) -> Event:
    """``event`` with every half of a surrogate pair replaced: such text cannot be written as UTF-8."""
    try:
        _encoder.encode(event)
    except UnicodeEncodeError:
        return msgspec.convert(_mended(msgspec.to_builtins(event)), type(event))
    return event


def _mended(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {key: _mended(inner) for key, inner in value.items()}
    return [_mended(inner) for inner in value] if isinstance(value, list | tuple) else value


def decode_event(data: bytes | str) -> Event:
    """The event that ``encode_event`` wrote. Raises ``msgspec.DecodeError`` on anything else."""
    return _decoder.decode(data)
