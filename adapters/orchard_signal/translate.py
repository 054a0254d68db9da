"""From signal-cli's envelopes to our events. Pure: no input or output, no clock, nothing remembered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from orchard_bot.chat.events import (
    AbilitiesChanged,
    Attachment,
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
from orchard_signal.ids import PLATFORM, is_aci, message_id
from orchard_signal.wire import DataMessage, Envelope, Group, GroupInfo, Mention, Quote, Reaction, attached_file

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 253_402_300_799_000
"""The end of the year 9999, in milliseconds."""
_MENTIONED = "\ufffc"
_VARIANT = "\ufe0f"
_KEYCAPS = {f"{number}\u20e3": number for number in range(1, 10)} | {"\U0001f51f": 10}


class Unreadable(ValueError):
    """An envelope that says too little to be an event."""


class GroupChanged(Struct, frozen=True):
    """Something about a group is new; what it is, only a look at the group tells."""

    chat: ChatRef
    revision: int
    at: datetime


class Translation:
    """Reads envelopes as one account of the bot, whose own ACI is ``own``. ``names``: what people call themselves."""

    def __init__(self, account: str, own: str, names: Mapping[str, str] | None = None) -> None:
        self._account, self._own, self._names = account, own, names or {}

    def read(self, envelope: Envelope) -> Event | GroupChanged | None:
        """What happened; None for what is of no interest. Raises ``Unreadable``."""
        data = envelope.data_message or (envelope.edit_message and envelope.edit_message.data_message)
        if not data:
            return None
        source = envelope.source_uuid or ""
        if not is_aci(source):
            raise Unreadable
        if source == self._own:
            return None
        if envelope.edit_message is not None:
            return self._edited(envelope, source, data, envelope.edit_message.target_sent_timestamp)
        return self._about(envelope, source, data)

    def compared(self, before: Group, now: Group, change: GroupChanged) -> list[Event]:
        """Who came, went and asks to be let in; and that the bot's rights may be others."""

        def told(what: str, person: str) -> EventId:
            return self._id(f"{change.chat.id}:{change.revision}:{what}:{person}")

        chat, at = change.chat, change.at
        came = sorted(now.members - before.members - {self._own}) if before.member else []
        went = sorted(before.members - now.members - {self._own}) if now.member else []
        asked = sorted(now.requesting - before.requesting)
        events: list[Event] = [
            MemberJoined(told("in", one), at, chat, person=_person(one), name=self._called(one)) for one in came
        ]
        events += [MemberLeft(told("out", one), at, chat, person=_person(one)) for one in went]
        events += [
            JoinRequested(told("asks", one), at, chat, person=_person(one), name=self._called(one)) for one in asked
        ]
        events.append(AbilitiesChanged(told("rights", ""), at, chat))
        return events

    def timed(self, group: str, timestamp: int) -> Event:
        """The group's messages disappear sooner or later than they did."""
        chat = ChatRef(PLATFORM, self._account, group)
        return AbilitiesChanged(self._id(f"{group}:{timestamp}:timer"), _time(timestamp), chat)

    def _about(self, envelope: Envelope, source: str, data: DataMessage) -> Event | GroupChanged | None:
        chat = self._chat(source, data.group_info)
        at = _time(data.timestamp)
        if data.group_info is not None and data.group_info.type == "UPDATE":
            return GroupChanged(chat, data.group_info.revision, at)
        if data.reaction is not None:
            return self._chosen(envelope, source, data, data.reaction)
        if data.remote_delete is not None:
            return self._deleted(source, data, chat, source, data.remote_delete.timestamp)
        if data.admin_delete is not None:
            author = data.admin_delete.target_author_uuid or ""
            if not is_aci(author):
                raise Unreadable
            return self._deleted(source, data, chat, author, data.admin_delete.target_sent_timestamp)
        if data.message is None and not data.attachments:
            return None  # a poll, a pin, a changed timer
        return MessagePosted(
            self._id(message_id(source, data.timestamp)),
            at,
            chat,
            message=MessageRef(chat, message_id(source, data.timestamp)),
            author=_person(source),
            author_name=envelope.source_name or "",
            text=_words(data),
            private=data.group_info is None,
            reply_to=self._quoted(chat, data.quote),
            attachments=_attachments(data),
        )

    def _edited(self, envelope: Envelope, source: str, data: DataMessage, target: int) -> Event:
        chat, message = self._chat(source, data.group_info), message_id(source, target)
        return MessageEdited(
            EventId(PLATFORM, self._account, message, data.timestamp),
            _time(data.timestamp),
            chat,
            message=MessageRef(chat, message),
            author=_person(source),
            author_name=envelope.source_name or "",
            text=_words(data),
            private=data.group_info is None,
            reply_to=self._quoted(chat, data.quote),
            attachments=_attachments(data),
        )

    def _deleted(self, source: str, data: DataMessage, chat: ChatRef, author: str, target: int) -> Event:
        return MessageDeleted(
            self._id(f"gone:{message_id(source, data.timestamp)}"),
            _time(data.timestamp),
            chat,
            message=MessageRef(chat, message_id(author, target)),
            by=_person(source),
        )

    def _chosen(self, envelope: Envelope, source: str, data: DataMessage, reaction: Reaction) -> Event | None:
        """A keycap on the bot's own private words is an answer; in a group anybody could see it, so it is none."""
        number = _KEYCAPS.get(reaction.emoji.replace(_VARIANT, ""))
        if number is None or reaction.is_remove or data.group_info is not None:
            return None
        if reaction.target_author_uuid != self._own:
            return None
        chat = self._chat(source, None)
        return ChoiceMade(
            self._id(f"react:{message_id(source, data.timestamp)}"),
            _time(data.timestamp),
            chat,
            person=_person(source),
            name=envelope.source_name or "",
            number=number,
            message=MessageRef(chat, message_id(self._own, reaction.target_sent_timestamp)),
        )

    def _quoted(self, chat: ChatRef, quote: Quote | None) -> Quoted | None:
        if quote is None:
            return None
        author = quote.author_uuid or ""
        if not is_aci(author):
            return Quoted(text=quote.text or "", posted_at=_time(quote.id))
        return Quoted(
            message=MessageRef(chat, message_id(author, quote.id)),
            author=_person(author),
            author_name=self._called(author),
            text=quote.text or "",
            posted_at=_time(quote.id),
            own=author == self._own,
        )

    def _chat(self, source: str, group: GroupInfo | None) -> ChatRef:
        return ChatRef(PLATFORM, self._account, source if group is None else group.group_id)

    def _called(self, person: str) -> str:
        return self._names.get(person, "")

    def _id(self, native: str) -> EventId:
        return EventId(PLATFORM, self._account, native)


def _person(one: str) -> PersonRef:
    return PersonRef(PLATFORM, one)


def _time(milliseconds: int) -> datetime:
    if not 0 <= milliseconds <= _LATEST:
        raise Unreadable
    return _EPOCH + timedelta(milliseconds=milliseconds)


def _attachments(data: DataMessage) -> tuple[Attachment, ...]:
    """The files that signal-cli has; what is meant to be seen once is left alone."""
    files = () if data.view_once else (attached_file(one) for one in data.attachments)
    return tuple(
        Attachment(id=file.id, name=file.filename or "", kind=file.content_type or "", size=file.size)
        for file in files
        if file is not None and file.id
    )


def _words(data: DataMessage) -> str:
    text = data.message or ""
    for mention in data.mentions:
        text = text.replace(_MENTIONED, _called(mention), 1)
    return text


def _called(mention: Mention) -> str:
    return f"@{mention.name}" if mention.name else "@…"
