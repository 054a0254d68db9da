"""Objects of the Bot API, as JSON: https://core.telegram.org/bots/api#available-types."""

from __future__ import annotations

import re

from tests.adapters.telegram.fake.model import (
    ADMIN_RIGHTS,
    CHANNEL_RIGHTS,
    PERMISSIONS,
    SUPERGROUP_RIGHTS,
    Chat,
    Json,
    Member,
    Message,
    User,
)
from tests.adapters.telegram.fake.state import State

_ENTITY = re.compile(
    r"(?P<url>https?://[^\s]+)|(?P<bot_command>(?<![\w/])/\w{1,64}(?:@\w{3,32})?)|(?P<mention>(?<!\w)@\w{4,32})"
    r"|(?P<hashtag>(?<!\w)#\w+)",
    re.ASCII,
)


def utf16(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le")) // 2


def entities(text: str) -> list[Json]:
    """What Telegram finds in a plain text."""
    return [
        {"type": str(found.lastgroup), "offset": utf16(text[: found.start()]), "length": utf16(found[0])}
        for found in _ENTITY.finditer(text)
    ]


def user(person: User) -> Json:
    """A User."""
    shown: Json = {"id": person.id, "is_bot": person.is_bot, "first_name": person.first_name}
    for name in ("last_name", "username", "language_code"):
        if getattr(person, name):
            shown[name] = getattr(person, name)
    return shown


def chat(state: State, place: Chat) -> Json:
    """A Chat."""
    if place.type == "private":
        person = state.users[place.id]
        names = ("first_name", "last_name", "username")
        return {"id": place.id, "type": "private"} | {n: getattr(person, n) for n in names if getattr(person, n)}
    shown: Json = {"id": place.id, "type": place.type, "title": place.title}
    if place.username:
        shown["username"] = place.username
    if place.is_forum:
        shown["is_forum"] = True
    return shown


def full_chat(state: State, place: Chat, *, for_admin: bool) -> Json:
    """A ChatFullInfo."""
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    shown = chat(state, place) | {
        "accent_color_id": place.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, place.type == "private"),
    }
    if place.type != "private":
        shown["permissions"] = permissions(place.permissions)
    if place.type == "supergroup" and place.join_by_request:
        shown["join_by_request"] = True
    if place.type == "supergroup" and place.members_hidden:
        shown["has_hidden_members"] = True
    if place.linked:
        shown["linked_chat_id"] = place.linked
    if place.type != "private" and for_admin:
        shown["invite_link"] = f"https://t.me/+{abs(place.id)}"
    if place.pinned:
        shown["pinned_message"] = message(state, place, place.messages[place.pinned[-1]])
    return shown


def permissions(given: frozenset[str]) -> Json:
    """A ChatPermissions."""
    return {name: name in given for name in PERMISSIONS}


def member(state: State, place: Chat, one: Member) -> Json:
    """A ChatMember of its kind."""
    shown: Json = {"user": user(state.users[one.user_id]), "status": one.status}
    if one.is_admin:
        shown["is_anonymous"] = one.is_anonymous
        shown |= {"custom_title": one.title} if one.title else {}
    if one.status == "administrator":
        extra = {"supergroup": SUPERGROUP_RIGHTS, "channel": CHANNEL_RIGHTS}.get(place.type, ())
        shown |= {"can_be_edited": False} | {name: name in one.rights for name in (*ADMIN_RIGHTS, *extra)}
    if one.status == "restricted":
        shown |= {"is_member": one.inside, "until_date": one.until} | permissions(one.permissions)
    if one.status == "kicked":
        shown["until_date"] = one.until
    return shown


def message(state: State, place: Chat, one: Message, *, depth: int = 0) -> Json:
    """A Message; the one it answers is inside, as far as it is still there, but no further down."""
    shown: Json = {"message_id": one.id, "date": int(one.at.timestamp()), "chat": chat(state, place)}
    shown |= _who(state, one)
    if one.edited_at:
        shown["edit_date"] = int(one.edited_at.timestamp())
    if one.origin:
        shown["forward_origin"] = one.origin
    if one.thread:
        shown["message_thread_id"] = one.thread
    for name, flag in (("is_topic_message", one.in_topic), ("is_automatic_forward", one.automatic)):
        if flag:
            shown[name] = True
    if one.album:
        shown["media_group_id"] = one.album
    if depth == 0:
        shown |= _answered(state, place, one)
    return shown | _content(state, place, one)


def _who(state: State, one: Message) -> Json:
    shown: Json = {}
    if one.sender:
        shown["from"] = user(state.users[one.sender])
    if one.sender_chat:
        shown["sender_chat"] = chat(state, state.chats[one.sender_chat])
    if one.ephemeral_id:
        shown |= {"ephemeral_message_id": one.ephemeral_id, "receiver_user": user(state.users[one.receiver])}
    return shown


def _answered(state: State, place: Chat, one: Message) -> Json:
    original = place.messages.get(one.reply_to) or place.ephemerals.get(one.reply_to_ephemeral)
    if original is None and one.in_topic and not one.reply_to:
        original = place.messages.get(one.thread)  # the service message that opened the topic
    return {} if original is None else {"reply_to_message": message(state, place, original, depth=1)}


def largest(one: Message) -> str:
    """The id of the largest size of a photo."""
    return f"photo{one.chat_id}-{one.id}-large"


def _content(state: State, place: Chat, one: Message) -> Json:
    shown: Json = {}
    if one.service is not None:
        pinned = place.messages.get(one.service.get("pinned", 0))
        return {"pinned_message": message(state, place, pinned, depth=1)} if pinned else dict(one.service)
    words = "caption" if one.photo or one.document else "text"
    if one.document:
        shown["document"] = one.document
    if one.photo:
        small = {"file_unique_id": f"u{one.chat_id}-{one.id}", "width": 90, "height": 67, "file_size": 1253}
        data = state.files.get(largest(one), b"")
        large = {"file_unique_id": f"v{one.chat_id}-{one.id}", "width": 720, "height": 900, "file_size": len(data)}
        shown["photo"] = [{"file_id": f"photo{one.chat_id}-{one.id}"} | small, {"file_id": largest(one)} | large]
    if one.text:
        shown[words] = one.text
        if found := entities(one.text):
            shown["entities" if words == "text" else "caption_entities"] = found
    if one.keyboard:
        shown["reply_markup"] = {"inline_keyboard": one.keyboard}
    return shown
