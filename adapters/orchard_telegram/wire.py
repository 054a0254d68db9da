"""What Telegram sends, as far as the bot reads it: https://core.telegram.org/bots/api#available-types.

Only the fields that are needed; msgspec skips the others without building anything.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, field

GROUP_ANONYMOUS_BOT = 1087968824
"""Sends in place of an admin who stays anonymous."""
CHANNEL_BOT = 136817688
"""Sends in place of a channel."""
TELEGRAM = 777000
"""Sends what a linked channel posts."""


Unix = Annotated[int, Meta(ge=0, le=253_402_300_799)]
"""Seconds since 1970, up to the year 9999."""


class User(Struct, frozen=True, gc=False):
    """A person or a bot."""

    id: int
    is_bot: bool = False
    first_name: str = ""
    last_name: str = ""

    @property
    def name(self) -> str:
        """First and last name, for showing."""
        return f"{self.first_name} {self.last_name}" if self.last_name else self.first_name


class Chat(Struct, frozen=True, gc=False):
    """A chat; ``type`` is private, group, supergroup or channel."""

    id: int
    type: str = ""
    title: str = ""


class Origin(Struct, frozen=True, gc=False):
    """Where a forwarded message comes from; ``type`` is user, hidden_user, chat or channel."""

    type: str
    date: Unix
    sender_user: User | None = None
    sender_user_name: str = ""
    sender_chat: Chat | None = None
    chat: Chat | None = None


class TextQuote(Struct, frozen=True, gc=False):
    """The part of a message that a reply quotes."""

    text: str


class ExternalReply(Struct, frozen=True, gc=False):
    """A message in another chat or topic that a reply answers."""

    origin: Origin
    chat: Chat | None = None
    message_id: int | None = None


class TopicCreated(Struct, frozen=True, gc=False):
    """The service message that a forum topic begins with."""


class Document(Struct, frozen=True, gc=False):
    """A file, https://core.telegram.org/bots/api#document."""

    file_id: str
    file_name: str = ""
    mime_type: str = ""
    file_size: int | None = None


class PhotoSize(Struct, frozen=True, gc=False):
    """A photo in one of its sizes, https://core.telegram.org/bots/api#photosize."""

    file_id: str
    file_size: int | None = None


class Message(Struct, frozen=True, gc=False):
    """A message."""

    message_id: int
    date: Unix
    chat: Chat
    from_: User | None = field(default=None, name="from")
    sender_chat: Chat | None = None
    text: str = ""
    caption: str = ""
    document: Document | None = None
    photo: tuple[PhotoSize, ...] = ()
    """The same photo, from small to large."""
    edit_date: Unix = 0
    media_group_id: str | None = None
    message_thread_id: int = 0
    is_topic_message: bool = False
    reply_to_message: Message | None = None
    external_reply: ExternalReply | None = None
    quote: TextQuote | None = None
    forward_origin: Origin | None = None
    forum_topic_created: TopicCreated | None = None
    new_chat_members: tuple[User, ...] = ()
    left_chat_member: User | None = None
    migrate_to_chat_id: int = 0
    migrate_from_chat_id: int = 0
    ephemeral_message_id: int = 0
    receiver_user: User | None = None


class ChatMember(Struct, frozen=True, gc=False):
    """How somebody stands in a chat."""

    status: str
    user: User
    is_member: bool = False

    @property
    def inside(self) -> bool:
        """Whether they are in the chat."""
        return self.status in {"member", "administrator", "creator"} or (self.status == "restricted" and self.is_member)


class ChatMemberUpdated(Struct, frozen=True, gc=False):
    """Somebody's standing in a chat changed."""

    chat: Chat
    from_: User = field(name="from")
    date: Unix
    old_chat_member: ChatMember
    new_chat_member: ChatMember


class ChatJoinRequest(Struct, frozen=True, gc=False):
    """Somebody asks to join."""

    chat: Chat
    from_: User = field(name="from")
    date: Unix


class Carrier(Struct, frozen=True, gc=False):
    """The message that a button hangs on; not even its date is left of an old one."""

    message_id: int
    chat: Chat
    ephemeral_message_id: int = 0


class CallbackQuery(Struct, frozen=True, gc=False):
    """Somebody pressed a button."""

    id: str
    from_: User = field(name="from")
    message: Carrier | None = None
    data: str = ""


class Update(Struct, frozen=True, gc=False):
    """One thing that happened: at most one of the fields besides ``update_id`` is there."""

    update_id: int
    message: Message | None = None
    edited_message: Message | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: ChatMemberUpdated | None = None
    chat_member: ChatMemberUpdated | None = None
    chat_join_request: ChatJoinRequest | None = None


ALLOWED_UPDATES = tuple(name for name in Update.__struct_fields__ if name != "update_id")
"""The kinds to ask Telegram for; without asking, ``chat_member`` never comes."""


class Answer(Struct, frozen=True, gc=False):
    """The answer to getUpdates, all of it readable."""

    result: list[Update]


class Received(Struct, frozen=True, gc=False):
    """Updates in the order of their numbers."""

    updates: tuple[Update, ...]
    malformed: int = 0
    up_to: int | None = None
    """The highest number among them, read or not; None: no number could be read."""


class UnreadableAnswer(ValueError):
    """There is no list of updates in it."""


_answer = msgspec.json.Decoder(Answer)
_update = msgspec.json.Decoder(Update)


def updates_in(answer: bytes) -> Received:
    """The updates in an answer to getUpdates. Raises ``ValueError`` where it is no such answer."""
    try:
        return _in_order(_answer.decode(answer).result)
    except msgspec.DecodeError:
        loaded = json.loads(answer)
    if not isinstance(loaded, dict) or not isinstance(loaded.get("result"), list):
        raise UnreadableAnswer
    return _each(loaded["result"])


def updates_from(bodies: list[bytes]) -> Received:
    """Updates that came one by one, as from a webhook."""
    try:
        return _in_order([_update.decode(body) for body in bodies])
    except msgspec.DecodeError:
        return _each([_loaded(body) for body in bodies])


def _each(items: list[Any]) -> Received:
    """One at a time, so that one that cannot be read costs the others nothing.

    By way of the standard library, which lets half of a surrogate pair in a text pass; the core mends it.
    """
    updates: list[Update] = []
    unread: list[int] = []
    for item in items:
        try:
            updates.append(msgspec.convert(item, Update))
        except msgspec.ValidationError:
            number = item.get("update_id") if isinstance(item, dict) else None
            unread.append(number if isinstance(number, int) else 0)
    return _in_order(updates, unread)


def _loaded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _in_order(updates: list[Update], unread: Sequence[int] = ()) -> Received:
    updates.sort(key=_by_number)
    highest = max(updates[-1].update_id if updates else 0, *unread, 0)
    return Received(tuple(updates), len(unread), highest or None)


def _by_number(update: Update) -> int:
    return update.update_id
