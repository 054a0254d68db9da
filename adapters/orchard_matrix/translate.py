"""From Matrix's events to our events. Pure: no input or output, no clock, nothing remembered.

What an event points at (the message that it answers, changes or links to) is fetched between ``points_at`` and ``read``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from orchard_bot.chat.events import (
    AbilitiesChanged,
    Attachment,
    ChatMoved,
    ChatOpened,
    ChoiceMade,
    Event,
    EventId,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    Quoted,
)
from orchard_bot.chat.refs import ChatRef, MessageRef, PersonRef
from orchard_matrix import wire
from orchard_matrix.ids import PLATFORM, is_event, is_user, linked
from orchard_matrix.rooms import Moved, Room

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_VARIANT = "\ufe0f"
_KEYCAPS = {f"{number}\u20e3": number for number in range(1, 10)} | {"\U0001f51f": 10}
FLAG = "\U0001f6a9"
"""The red flag: as a reaction to a message it reports it."""
_SPOKEN = frozenset({"m.room.message", "m.sticker"})
_MEDIA = frozenset({"m.image", "m.video", "m.audio", "m.file"})
_RIGHTS = frozenset({"m.room.power_levels", "m.room.create", "m.room.encryption"})


class Unreadable(ValueError):
    """An event that says too little to be one of ours."""


class Place(Struct, frozen=True):
    """Where a message is."""

    room: str
    event: str


class Found(Struct, frozen=True):
    """What an event points at, in the words that it has now."""

    event: wire.Event
    room: Room
    text: str


class EncryptedFile(Struct, frozen=True):
    """A file of an encrypted room and how to open it: https://spec.matrix.org/latest/client-server-api/#extensions-to-mroommessage-msgtypes."""

    url: str
    key: str
    iv: str
    hash: str

    def encoded(self) -> str:
        """As the id of an attachment."""
        return msgspec.json.encode(self).decode()


class Translation:
    """Reads events as one account of the bot, whose own id is ``own``."""

    def __init__(self, account: str, own: str) -> None:
        self._account, self._own = account, own

    def points_at(self, event: wire.Event, room: Room) -> Place | None:
        """The message that has to be looked up before this event can be read."""
        if event.sender == self._own:
            return None
        flagged = self._flagged(event, room)
        if flagged:
            return Place(room.id, flagged)
        if event.type not in _SPOKEN:
            return None
        target = _replaced(event) or _answered(event)
        if target:
            return Place(room.id, target)
        link = linked(event.text("body")) if room.partner(self._own) == event.sender else None
        return Place(*link) if link else None

    def read(self, event: wire.Event, room: Room, before: str, found: Found | None = None) -> Event | None:
        """What happened; None for what is of no interest. Raises ``Unreadable``.

        ``before``: how the person whom a change of membership is about stood in the room until then. ``found``: what it
        points at, as far as it could be had.
        """
        if not is_user(event.sender) or not is_event(event.event_id):
            raise Unreadable
        if room.kind:
            return None  # a space: people read there, nobody writes
        if event.type == "m.room.member":
            return self._membership(event, room, before)
        if event.type in _RIGHTS and event.state_key == "":
            return None if room.direct else AbilitiesChanged(self._id(event), _at(event), self._chat(room.id))
        if event.sender == self._own or event.state_key is not None:
            return None
        if event.type == "m.room.redaction":
            return self._deleted(event, room)
        if event.type == "m.reaction":
            return self._reported(event, room, found) if self._flagged(event, room) else self._chosen(event, room)
        if event.type in _SPOKEN and event.unsigned.redacted_because is None:
            return self._edited(event, room, found) if _replaced(event) else self._posted(event, room, found)
        return None

    def moved(self, old: Room, moved: Moved) -> ChatMoved:
        """The group goes on in another room."""
        id = EventId(PLATFORM, self._account, moved.event_id)
        return ChatMoved(id, _time(moved.at), self._chat(old.id), to=self._chat(moved.to))

    def _membership(self, event: wire.Event, room: Room, before: str) -> Event | None:
        user, now = event.state_key or "", event.text("membership")
        if not is_user(user):
            raise Unreadable
        id, at, chat = self._id(event), _at(event), self._chat(room.id)
        if user == self._own:
            return self._own_standing(event, room, before)
        if room.direct:
            opens = now == "join" and before != "join" and room.partner(self._own) == user
            return ChatOpened(id, at, chat, person=_person(user), name=room.name(user), quietly=True) if opens else None
        if now == "join" and before != "join":
            return MemberJoined(id, at, chat, person=_person(user), name=room.name(user))
        if now == "knock" and before != "knock":
            return JoinRequested(id, at, chat, person=_person(user), name=room.name(user))
        if now in {"leave", "ban"} and before == "join":
            by = None if event.sender == user else _person(event.sender)
            return MemberLeft(id, at, chat, person=_person(user), removed_by=by)
        return None

    def _own_standing(self, event: wire.Event, room: Room, before: str) -> Event | None:
        now, partner = event.text("membership"), room.partner(self._own)
        if now == before:
            return None
        id, at, chat = self._id(event), _at(event), self._chat(room.id)
        if now == "join" and partner is not None and room.creators != {self._own}:
            return ChatOpened(id, at, chat, person=_person(partner), name=room.name(partner))
        return None if room.direct else AbilitiesChanged(id, at, chat)

    def _posted(self, event: wire.Event, room: Room, found: Found | None) -> MessagePosted | None:
        chat, private = self._chat(room.id), self._is_private(room, event.sender)
        if private and event.text("msgtype") == "m.notice":
            return None  # another program: two of them would talk for ever
        content = event.content
        text, forwarded = _words(content, answers=bool(_answered(event))), None
        if private and found is not None and not _answered(event) and self._may_show(found, event.sender):
            text, forwarded = found.text, self._quoted(found)
        return MessagePosted(
            self._id(event),
            _at(event),
            chat,
            message=MessageRef(chat, event.event_id),
            author=_person(event.sender),
            author_name=room.name(event.sender),
            text=text,
            private=private,
            reply_to=self._reply(event, room, found),
            forwarded=forwarded,
            attachments=_attachments(content) if private else _pictures(content),
        )

    def _edited(self, event: wire.Event, room: Room, found: Found | None) -> MessageEdited | None:
        """Whoever has the id of a message can claim to change it: only its author does."""
        if found is None or found.event.sender != event.sender or found.event.type not in _SPOKEN:
            return None
        content, chat = event.content.get("m.new_content"), self._chat(room.id)
        if not isinstance(content, dict):
            raise Unreadable
        return MessageEdited(
            self._id(event),
            _at(event),
            chat,
            message=MessageRef(chat, found.event.event_id),
            author=_person(event.sender),
            author_name=room.name(event.sender),
            text=_words(content, answers=False),
            private=self._is_private(room, event.sender),
            attachments=() if self._is_private(room, event.sender) else _pictures(content),
        )

    def _deleted(self, event: wire.Event, room: Room) -> MessageDeleted:
        target = event.text("redacts") or event.redacts or ""  # in the content since room version 11
        if not is_event(target):
            raise Unreadable
        chat = self._chat(room.id)
        return MessageDeleted(
            self._id(event), _at(event), chat, message=MessageRef(chat, target), by=_person(event.sender)
        )

    def _chosen(self, event: wire.Event, room: Room) -> ChoiceMade | None:
        """A keycap on the bot's private words is an answer; in a group anybody could see it, so it is none."""
        key, target = event.relation.get("key"), event.relation.get("event_id")
        number = _KEYCAPS.get(key.replace(_VARIANT, "")) if isinstance(key, str) else None
        if number is None or not self._is_private(room, event.sender):
            return None
        if not isinstance(target, str) or not is_event(target):
            raise Unreadable
        chat = self._chat(room.id)
        return ChoiceMade(
            self._id(event),
            _at(event),
            chat,
            person=_person(event.sender),
            name=room.name(event.sender),
            number=number,
            message=MessageRef(chat, target),
        )

    def _flagged(self, event: wire.Event, room: Room) -> str:
        """The message of a group under which somebody has put the flag that asks for a look at it."""
        key, target = event.relation.get("key"), event.relation.get("event_id")
        flag = event.type == "m.reaction" and isinstance(key, str) and key.replace(_VARIANT, "") == FLAG
        if not flag or self._is_private(room, event.sender):
            return ""
        return target if isinstance(target, str) and is_event(target) else ""

    def _reported(self, event: wire.Event, room: Room, found: Found | None) -> MessagePosted:
        """A flag is ``/report`` as an answer to the message: the bot takes it away and goes on in private."""
        chat = self._chat(room.id)
        target = MessageRef(chat, self._flagged(event, room))
        return MessagePosted(
            self._id(event),
            _at(event),
            chat,
            message=MessageRef(chat, event.event_id),
            author=_person(event.sender),
            author_name=room.name(event.sender),
            text="/report",
            reply_to=Quoted(message=target) if found is None else self._quoted(found),
        )

    def _reply(self, event: wire.Event, room: Room, found: Found | None) -> Quoted | None:
        target = _answered(event)
        if not target:
            return None
        if found is None:
            return Quoted(message=MessageRef(self._chat(room.id), target))
        return self._quoted(found)

    def _quoted(self, found: Found) -> Quoted:
        event = found.event
        return Quoted(
            message=MessageRef(self._chat(found.room.id), event.event_id),
            author=_person(event.sender),
            author_name=found.room.name(event.sender),
            text=found.text,
            posted_at=_at(event),
            own=event.sender == self._own,
        )

    def _may_show(self, found: Found, reader: str) -> bool:
        """A link leads only to what its sender can read anyway."""
        return found.room.membership(reader) == "join"

    def _is_private(self, room: Room, sender: str) -> bool:
        return room.partner(self._own) == sender

    def _chat(self, room: str) -> ChatRef:
        return ChatRef(PLATFORM, self._account, room)

    def _id(self, event: wire.Event) -> EventId:
        return EventId(PLATFORM, self._account, event.event_id)


def text_now(event: wire.Event, replaced_by: wire.Event | None = None) -> str:
    """The words of a message, after the last change to it where there was one."""
    newer = replaced_by.content.get("m.new_content") if replaced_by is not None else None
    if isinstance(newer, dict) and replaced_by is not None and replaced_by.sender == event.sender:
        return _words(newer, answers=False)
    try:
        return _words(event.content, answers=bool(_answered(event)))
    except Unreadable:
        return ""  # it has been taken back


def _person(user: str) -> PersonRef:
    return PersonRef(PLATFORM, user)


def _at(event: wire.Event) -> datetime:
    return _time(event.origin_server_ts)


def _time(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds)


def _replaced(event: wire.Event) -> str:
    """The event that this one changes."""
    target = event.relation.get("event_id")
    return target if event.relation.get("rel_type") == "m.replace" and isinstance(target, str) else ""


def _answered(event: wire.Event) -> str:
    """The event that this one answers. In a thread every message points at the last one: that is no answer."""
    relation = event.relation
    if relation.get("rel_type") == "m.thread" and relation.get("is_falling_back") is True:
        return ""
    target = relation.get("m.in_reply_to")
    id = target.get("event_id") if isinstance(target, dict) else None
    return id if isinstance(id, str) and is_event(id) else ""


def _words(content: Mapping[str, Any], *, answers: bool) -> str:
    """What a person wrote; of a file only what they wrote about it."""
    body = content.get("body")
    if not isinstance(body, str):
        raise Unreadable
    if content.get("msgtype") in _MEDIA:
        return body if content.get("filename") not in (None, body) else ""
    return _without_quote(body) if answers else body


def _without_quote(body: str) -> str:
    """Older clients begin an answer with the lines that it answers."""
    lines = body.split("\n")
    quoted = next((at for at, line in enumerate(lines) if not line.startswith("> ")), len(lines))
    return "\n".join(lines[quoted:]).lstrip("\n") if quoted else body


def _pictures(content: Mapping[str, Any]) -> tuple[Attachment, ...]:
    """The picture that a message in a group is, whether it was sent as one or as a file; a broken one is none."""
    if content.get("msgtype") not in {"m.image", "m.file"}:
        return ()
    try:
        (found,) = _described(content)
    except Unreadable:
        return ()
    if content["msgtype"] == "m.image" and not found.is_picture:
        found = replace(found, kind="image/*")
    return (found,) if found.is_picture else ()


def _attachments(content: Mapping[str, Any]) -> tuple[Attachment, ...]:
    return _described(content) if content.get("msgtype") == "m.file" else ()


def _described(content: Mapping[str, Any]) -> tuple[Attachment]:
    id, info = _file_id(content), content.get("info")
    kind, size = (info.get("mimetype"), info.get("size")) if isinstance(info, dict) else (None, None)
    name = content.get("filename") or content.get("body")
    return (
        Attachment(
            id=id,
            name=name if isinstance(name, str) else "",
            kind=kind if isinstance(kind, str) else "",
            size=size if isinstance(size, int) else None,
        ),
    )


def _file_id(content: Mapping[str, Any]) -> str:
    """The address of the file, or how to open it where it is encrypted."""
    if isinstance(content.get("url"), str):
        return str(content["url"])
    try:
        file = content["file"]
        key, hashes = str(file["key"]["k"]), str(file["hashes"]["sha256"])
        return EncryptedFile(str(file["url"]), key, str(file["iv"]), hashes).encoded()
    except (KeyError, TypeError) as error:
        raise Unreadable from error
