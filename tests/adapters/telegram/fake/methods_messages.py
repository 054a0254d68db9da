"""Methods about messages: send, change, delete, pin, answer."""

from __future__ import annotations

from datetime import timedelta

from tests.adapters.telegram.fake import access, composing, ephemeral, render, talk
from tests.adapters.telegram.fake.catalogue import array, boolean, chat, integer, method, text
from tests.adapters.telegram.fake.model import Chat, Json, Message
from tests.adapters.telegram.fake.refusal import bad
from tests.adapters.telegram.fake.state import Answer, Bot, State

ANSWERED_WITHIN = timedelta(seconds=15)
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


@method(
    "sendMessage",
    "chat_id",
    "text",
    chat_id=chat,
    message_thread_id=integer,
    disable_notification=boolean,
    protect_content=boolean,
    reply_parameters=composing.reply_parameters,
    ephemeral_message_parameters=composing.ephemeral_target,
    receiver_user_id=integer,
    callback_query_id=text,
    **composing.MESSAGE,
)
def send_message(state: State, bot: Bot, p: Json) -> Json:
    """https://core.telegram.org/bots/api#sendmessage."""
    target = ephemeral.target(state, p)
    place = access.postable(state, bot, p["chat_id"])
    words = composing.said(p)
    if target is not None:
        return ephemeral.send(state, bot, place, target, p, words)
    thread = p.get("message_thread_id", 0)
    if thread and thread not in place.topics and thread not in place.messages:
        raise bad("message thread not found")
    message = talk.add(
        state,
        place,
        sender=bot.id,
        text=words,
        reply_to=_reply_to(place, p.get("reply_parameters", {})),
        thread=thread,
        in_topic=thread in place.topics,
        keyboard=p.get("reply_markup", []),
    )
    return render.message(state, place, message)


MOST_DOCUMENT = 50_000_000
"""Bytes: https://core.telegram.org/bots/api#sending-files."""


@method(
    "sendDocument",
    "chat_id",
    "document",
    chat_id=chat,
    document=composing.attached,
    disable_content_type_detection=boolean,
    disable_notification=boolean,
    protect_content=boolean,
)
def send_document(state: State, bot: Bot, p: Json) -> Json:
    """https://core.telegram.org/bots/api#senddocument, with the file in the same request."""
    file: composing.Attached = p["document"]
    if not file.data:
        raise bad("file must be non-empty")
    if len(file.data) > MOST_DOCUMENT:
        raise bad("file is too big")
    place = access.postable(state, bot, p["chat_id"])
    message = talk.add(state, place, sender=bot.id, document=state.keep_file(file.name, file.kind, file.data))
    return render.message(state, place, message)


def _reply_to(place: Chat, reply: Json) -> int:
    wanted = int(reply.get("message_id", 0))
    if wanted and wanted not in place.messages:
        if not reply.get("allow_sending_without_reply"):
            raise bad("message to be replied not found")
        return 0
    return wanted


def _own(bot: Bot, place: Chat, message_id: int) -> Message:
    message = place.messages.get(message_id)
    if message is None:
        raise bad("message to edit not found")
    if message.sender != bot.id:
        raise bad("message can't be edited")
    return message


@method(
    "editMessageText",
    "chat_id",
    "message_id",
    "text",
    chat_id=chat,
    message_id=integer,
    **composing.MESSAGE,
)
def edit_message_text(state: State, bot: Bot, p: Json) -> Json:
    """https://core.telegram.org/bots/api#editmessagetext. Without ``reply_markup`` the buttons go."""
    place = access.writable(state, bot, p["chat_id"])
    message = _own(bot, place, p["message_id"])
    words, keyboard = composing.said(p), p.get("reply_markup", [])
    if words == message.text and keyboard == message.keyboard:
        raise bad(NOT_MODIFIED)
    message.keyboard = keyboard
    talk.change(state, place, message, words)
    return render.message(state, place, message)


@method(
    "editMessageReplyMarkup",
    "chat_id",
    "message_id",
    chat_id=chat,
    message_id=integer,
    reply_markup=composing.inline_keyboard,
)
def edit_message_reply_markup(state: State, bot: Bot, p: Json) -> Json:
    """https://core.telegram.org/bots/api#editmessagereplymarkup."""
    place = access.writable(state, bot, p["chat_id"])
    message = _own(bot, place, p["message_id"])
    if p.get("reply_markup", []) == message.keyboard:
        raise bad(NOT_MODIFIED)
    message.keyboard = p.get("reply_markup", [])
    message.edited_at = state.clock.now()
    return render.message(state, place, message)


@method("deleteMessage", "chat_id", "message_id", chat_id=chat, message_id=integer)
def delete_message(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#deletemessage."""
    if p["message_id"] <= 0:
        raise bad("message identifier is not specified")
    place = access.writable(state, bot, p["chat_id"])
    message = place.messages.get(p["message_id"])
    if message is None:
        raise bad("message to delete not found")
    access.check_deletable(state, bot, place, message)
    talk.take_away(state, place, message)
    return True


@method("deleteMessages", "chat_id", "message_ids", chat_id=chat, message_ids=array(integer))
def delete_messages(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#deletemessages: what is not found is passed over."""
    if not p["message_ids"]:
        raise bad("message identifiers are not specified")
    if len(p["message_ids"]) > 100:
        raise bad("too many message identifiers specified")
    place = access.writable(state, bot, p["chat_id"])
    found = [place.messages[each] for each in dict.fromkeys(p["message_ids"]) if each in place.messages]
    for message in found:
        access.check_deletable(state, bot, place, message)
    for message in found:
        talk.take_away(state, place, message)
    return True


@method("pinChatMessage", "chat_id", "message_id", chat_id=chat, message_id=integer, disable_notification=boolean)
def pin_chat_message(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#pinchatmessage; the chat shows a line about it."""
    place, message = _pinnable(state, bot, p)
    if message.id not in place.pinned:
        place.pinned.append(message.id)
        talk.service(state, place, bot.id, {"pinned": message.id})
    return True


@method("unpinChatMessage", "chat_id", "message_id", chat_id=chat, message_id=integer)
def unpin_chat_message(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#unpinchatmessage."""
    place, message = _pinnable(state, bot, p)
    if message.id in place.pinned:
        place.pinned.remove(message.id)
    return True


def _pinnable(state: State, bot: Bot, p: Json) -> tuple[Chat, Message]:
    place = access.writable(state, bot, p["chat_id"])
    if p["message_id"] not in place.messages:
        raise bad("message to pin not found")
    if place.type != "private":
        right = "can_edit_messages" if place.type == "channel" else "can_pin_messages"
        access.need(bot, place, right, "not enough rights to manage pinned messages in the chat")
    return place, place.messages[p["message_id"]]


@method(
    "answerCallbackQuery",
    "callback_query_id",
    callback_query_id=text,
    text=text,
    show_alert=boolean,
    cache_time=integer,
)
def answer_callback_query(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#answercallbackquery."""
    press = state.presses.get(p["callback_query_id"])
    too_late = press is not None and state.clock.now() - press.at > ANSWERED_WITHIN
    if press is None or press.bot != bot.id or press.answered or too_late:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if len(p.get("text", "")) > 200:
        raise bad("MESSAGE_TOO_LONG")
    press.answered = True
    state.answers.append(
        Answer(p["callback_query_id"], press.user, p.get("text", ""), bool(p.get("show_alert", False)))
    )
    return True


@method("sendChatAction", "chat_id", "action", chat_id=chat, action=text, message_thread_id=integer)
def send_chat_action(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#sendchataction."""
    if p["action"] not in ACTIONS:
        raise bad("wrong parameter action in request")
    access.postable(state, bot, p["chat_id"])
    return True
