"""From Telegram's updates to our events. Pure: no input or output, no clock, nothing remembered."""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC, datetime

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
    MessageEdited,
    MessagePosted,
    Quoted,
)
from orchard_bot.chat.refs import ChatRef, MessageRef, PersonRef
from orchard_telegram.ids import PLATFORM, ephemeral_id
from orchard_telegram.wire import (
    CHANNEL_BOT,
    GROUP_ANONYMOUS_BOT,
    TELEGRAM,
    CallbackQuery,
    ChatMemberUpdated,
    ExternalReply,
    Message,
    Origin,
    Update,
    User,
)

_NO_PERSON = frozenset({GROUP_ANONYMOUS_BOT, CHANNEL_BOT, TELEGRAM})
_PAYLOAD_LIMIT = 64
_JOINS, _LEAVES = 1, -1


class Translation:
    """Reads updates as one account of the bot.

    ``username`` without the @; ``told`` are the numbers of the groups where Telegram sends ``chat_member``, so that
    the lines "… joined the group" say nothing new there.
    """

    def __init__(self, account: str, bot_id: int, username: str, told: Container[int]) -> None:
        self._account, self._bot, self._told = account, bot_id, told
        self._username = username.lower()

    def events(self, update: Update, received: datetime) -> list[Event]:
        """What happened, in our words; empty for what the bot has no use for. ``received`` dates what has no date."""
        if update.message is not None:
            return self._message(update.update_id, update.message)
        if update.edited_message is not None:
            return self._edited(update.update_id, update.edited_message)
        if update.callback_query is not None:
            return self._choice(update.update_id, update.callback_query, received)
        if update.chat_member is not None:
            return self._member(update.update_id, update.chat_member)
        if update.my_chat_member is not None:
            return self._standing(update.update_id, update.my_chat_member)
        if update.chat_join_request is not None:
            asked = update.chat_join_request
            place, who = self._chat(asked.chat.id), _person(asked.from_)
            return [
                JoinRequested(
                    EventId(PLATFORM, self._account, str(update.update_id)),
                    _time(asked.date),
                    place,
                    person=who,
                    name=asked.from_.name,
                )
            ]
        return []

    def moved(self, old: int, new: int, at: datetime) -> ChatMoved:
        """A group became a supergroup. The same event whichever way it became known."""
        id = EventId(PLATFORM, self._account, f"moved:{old}:{new}")
        return ChatMoved(id, at, self._chat(old), to=self._chat(new))

    def _message(self, number: int, message: Message) -> list[Event]:
        chat = message.chat
        if chat.type == "private":
            if _is_start(message):
                return self._started(number, message)
        elif chat.type == "channel" or message.from_ is None:
            return []
        elif message.migrate_to_chat_id:
            return [self.moved(chat.id, message.migrate_to_chat_id, _time(message.date))]
        elif message.migrate_from_chat_id:
            return [self.moved(message.migrate_from_chat_id, chat.id, _time(message.date))]
        elif message.new_chat_members or message.left_chat_member is not None:
            return [] if chat.id in self._told else self._came_or_went(number, message)
        posted = self._posted(EventId(PLATFORM, self._account, str(number)), message, MessagePosted)
        return [] if posted is None else [posted]

    def _edited(self, number: int, message: Message) -> list[Event]:
        if message.chat.type == "channel":
            return []
        id = EventId(PLATFORM, self._account, str(number), message.edit_date)
        edited = self._posted(id, message, MessageEdited)
        return [] if edited is None else [edited]

    def _posted(self, id: EventId, message: Message, kind: type[MessagePosted]) -> MessagePosted | None:
        sender = message.from_
        if sender is None or sender.id == self._bot:
            return None
        chat = self._chat(message.chat.id)
        text = message.text or message.caption
        private = message.chat.type == "private"
        place = chat
        if message.ephemeral_message_id and text[:1] != "/":
            # An answer to what the bot showed this one member: said to the bot alone, wherever it was typed.
            private, place = True, self._chat(sender.id)
        if text[:1] == "/" and not private and self._is_for_another(text):
            text = " " + text  # words like any others, and no command of ours
        return kind(
            id,
            _time(message.edit_date or message.date if kind is MessageEdited else message.date),
            place,
            message=MessageRef(chat, _message_id(message)),
            author=_person(sender),
            author_name=sender.name if message.sender_chat is None else message.sender_chat.title,
            text=text,
            private=private,
            reply_to=self._reply(message, chat),
            forwarded=None if message.forward_origin is None else self._forwarded(message.forward_origin, text),
            album=message.media_group_id,
            impersonal=message.sender_chat is not None or _is_no_person(sender),
            attachments=_attachments(message, private=private),
        )

    def _is_for_another(self, text: str) -> bool:
        _, at, name = text.split(maxsplit=1)[0].partition("@")
        return bool(at) and name.lower() != self._username

    def _started(self, number: int, message: Message) -> list[Event]:
        if message.from_ is None:
            return []
        opened = ChatOpened(
            EventId(PLATFORM, self._account, str(number)),
            _time(message.date),
            self._chat(message.chat.id),
            person=_person(message.from_),
            name=message.from_.name,
            payload=message.text[len("/start ") :].strip()[:_PAYLOAD_LIMIT],
        )
        return [opened]

    def _reply(self, message: Message, chat: ChatRef) -> Quoted | None:
        original = message.reply_to_message
        if original is not None:
            # In a topic, whatever answers nothing says that it answers the line that the topic begins with.
            return None if original.forum_topic_created is not None else self._quoted(original, chat)
        if message.external_reply is not None:
            quote = "" if message.quote is None else message.quote.text
            return self._outside(message.external_reply, quote, chat)
        return None

    def _quoted(self, original: Message, chat: ChatRef) -> Quoted:
        sender, group = original.from_, original.sender_chat
        there = original.date > 0  # an original that the bot may not see has no date
        return Quoted(
            message=MessageRef(chat, _message_id(original)) if there else None,
            author=None if sender is None else _person(sender),
            author_name=group.title if group is not None else sender.name if sender is not None else "",
            text=original.text or original.caption,
            posted_at=_time(original.date) if there else None,
            own=sender is not None and sender.id == self._bot,
            impersonal=group is not None or (sender is not None and _is_no_person(sender)),
        )

    def _outside(self, reply: ExternalReply, quote: str, chat: ChatRef) -> Quoted:
        found = self._forwarded(reply.origin, quote)
        same = reply.chat is not None and str(reply.chat.id) == chat.id and reply.message_id
        message = MessageRef(chat, str(reply.message_id)) if same else None
        return Quoted(message, found.author, found.author_name, quote, found.posted_at, found.own, found.impersonal)

    def _forwarded(self, origin: Origin, text: str) -> Quoted:
        author, place = origin.sender_user, origin.sender_chat or origin.chat
        name = author.name if author is not None else place.title if place is not None else origin.sender_user_name
        return Quoted(
            author=None if author is None else _person(author),
            author_name=name,
            text=text,
            posted_at=_time(origin.date),
            own=author is not None and author.id == self._bot,
            impersonal=place is not None or (author is not None and _is_no_person(author)),
        )

    def _choice(self, number: int, query: CallbackQuery, received: datetime) -> list[Event]:
        carrier = query.message
        if not query.data or query.from_.is_bot:
            return []
        chat = self._chat(query.from_.id if carrier is None else carrier.chat.id)
        message: MessageRef | None = None
        if carrier is not None:
            shown = carrier.ephemeral_message_id
            own_id = ephemeral_id(query.from_.id, shown) if shown else str(carrier.message_id)
            message = MessageRef(chat, own_id)
        made = ChoiceMade(
            EventId(PLATFORM, self._account, str(number)),
            received,
            chat,
            person=_person(query.from_),
            name=query.from_.name,
            token=query.data,
            message=message,
        )
        return [made]

    def _member(self, number: int, change: ChatMemberUpdated) -> list[Event]:
        who = change.new_chat_member.user
        turn = int(change.new_chat_member.inside) - int(change.old_chat_member.inside)
        if turn == 0 or who.is_bot:
            return []
        return [self._turned(str(number), change.chat.id, change.date, turn, who, change.from_)]

    def _came_or_went(self, number: int, message: Message) -> list[Event]:
        gone, by = message.left_chat_member, message.from_
        turned = [(_JOINS, who) for who in message.new_chat_members] + ([(_LEAVES, gone)] if gone is not None else [])
        people = [(turn, who) for turn, who in turned if not who.is_bot]
        return [
            self._turned(f"{number}.{place}" if place else str(number), message.chat.id, message.date, turn, who, by)
            for place, (turn, who) in enumerate(people)
        ]

    def _turned(self, native: str, chat: int, date: int, turn: int, who: User, by: User | None) -> Event:
        id, at, place = EventId(PLATFORM, self._account, native), _time(date), self._chat(chat)
        if turn == _JOINS:
            return MemberJoined(id, at, place, person=_person(who), name=who.name)
        removed_by = None if by is None or by.id == who.id else _person(by)
        return MemberLeft(id, at, place, person=_person(who), removed_by=removed_by)

    def _standing(self, number: int, change: ChatMemberUpdated) -> list[Event]:
        id, at, chat = EventId(PLATFORM, self._account, str(number)), _time(change.date), self._chat(change.chat.id)
        if change.chat.type != "private":
            return [AbilitiesChanged(id, at, chat)]
        if change.new_chat_member.inside and not change.old_chat_member.inside:
            return [ChatOpened(id, at, chat, person=_person(change.from_), name=change.from_.name, quietly=True)]
        return []

    def _chat(self, id: int) -> ChatRef:
        return ChatRef(PLATFORM, self._account, str(id))


def _is_start(message: Message) -> bool:
    return message.text == "/start" or message.text.startswith("/start ")


def _person(user: User) -> PersonRef:
    return PersonRef(PLATFORM, str(user.id))


def _is_no_person(user: User) -> bool:
    return user.is_bot or user.id in _NO_PERSON


def _message_id(message: Message) -> str:
    number = message.ephemeral_message_id
    if not number:
        return str(message.message_id)
    return ephemeral_id(_human_of(message), number)


def _human_of(message: Message) -> int:
    """Whose ephemeral message it is: the sender of a command, the receiver of what a bot says."""
    sender, receiver = message.from_, message.receiver_user
    if receiver is not None and (sender is None or sender.is_bot):
        return receiver.id
    return 0 if sender is None else sender.id


def _time(unix: int) -> datetime:
    return datetime.fromtimestamp(unix, UTC)


def _attachments(message: Message, *, private: bool) -> tuple[Attachment, ...]:
    """The file, or in a group the photo in its largest size; Telegram makes every photo a JPEG."""
    file = message.document
    if file is not None:
        return (Attachment(id=file.file_id, name=file.file_name, kind=file.mime_type, size=file.file_size),)
    if private or not message.photo:
        return ()
    return (Attachment(id=message.photo[-1].file_id, kind="image/jpeg", size=message.photo[-1].file_size),)
