"""Messages and commands inside a group that only one member and the bot see.

https://core.telegram.org/bots/api#ephemeral-messages-and-commands, Bot API 10.2 and 10.3. A server older than that
does not know the parameters and passes them over: then the message is for everybody. The words of the refusals in
this module are our own, since Telegram documents none.
"""

from __future__ import annotations

from datetime import timedelta

from tests.adapters.telegram.fake import access, composing, render, talk
from tests.adapters.telegram.fake.catalogue import Reader, chat, integer, method
from tests.adapters.telegram.fake.model import Chat, Json, Message
from tests.adapters.telegram.fake.refusal import bad
from tests.adapters.telegram.fake.state import Bot, CommandScope, State

ANSWERED_WITHIN = timedelta(seconds=15)


def known(state: State) -> bool:
    """Whether this server has ephemeral messages at all."""
    return state.api_version != "10.0"


def target(state: State, p: Json) -> Json | None:
    """For whom the message is, None for everybody, as this version of the server understands it."""
    flat: Json = {name: p[name] for name in ("receiver_user_id", "callback_query_id") if name in p}
    if state.api_version == "10.2":
        return flat or None
    if state.api_version == "10.3":
        if flat:
            raise bad("fake: since Bot API 10.3 these two are part of ephemeral_message_parameters")
        return p.get("ephemeral_message_parameters")
    return None


def send(state: State, bot: Bot, place: Chat, wanted: Json, p: Json, words: str) -> Json:
    """Show a message to one member."""
    if place.type not in {"group", "supergroup"}:
        raise bad("ephemeral messages can be sent only to groups and supergroups")
    receiver = wanted.get("receiver_user_id", 0)
    if not place.member(receiver).present or state.users[receiver].is_bot:
        raise bad("PARTICIPANT_ID_INVALID")
    reply = p.get("reply_parameters", {}).get("ephemeral_message_id", 0)
    if not (place.member(bot.id).is_admin or _fresh(state, bot, place, receiver, reply, wanted)):
        raise bad("not enough rights to send ephemeral messages to the user")
    message = talk.add(
        state,
        place,
        sender=bot.id,
        receiver=receiver,
        text=words,
        reply_to=p.get("reply_parameters", {}).get("message_id", 0),
        reply_to_ephemeral=reply,
        thread=p.get("message_thread_id", 0),
        in_topic=p.get("message_thread_id", 0) in place.topics,
        keyboard=p.get("reply_markup", []),
    )
    shown = render.message(state, place, message)
    if not state.users[receiver].online:  # it never arrives, and the bot is not told
        place.ephemerals.pop(message.ephemeral_id)
    return shown


def _fresh(state: State, bot: Bot, place: Chat, receiver: int, reply: int, wanted: Json) -> bool:
    """Whether it answers something that this person did within the last 15 seconds."""
    command = place.ephemerals.get(reply)
    if command is not None and (command.sender, command.receiver) == (receiver, bot.id):
        return state.clock.now() - command.at <= ANSWERED_WITHIN
    press = state.presses.get(wanted.get("callback_query_id", ""))
    if press is not None and (press.user, press.bot, press.chat) == (receiver, bot.id, place.id):
        return state.clock.now() - press.at <= ANSWERED_WITHIN
    return False


def is_ephemeral_command(state: State, bot: Bot, place: Chat, user: int, words: str) -> bool:
    """Whether this person's phone sends these words as an ephemeral command."""
    if not known(state) or not words.startswith("/") or place.type not in {"group", "supergroup"}:
        return False
    command, _, name = words.split(maxsplit=1)[0][1:].partition("@")
    if name and name.lower() != bot.user.username.lower():
        return False
    listed = commands_for(state, bot, place, user)
    return any(each["command"] == command and each.get("is_ephemeral") for each in listed)


def commands_for(state: State, bot: Bot, place: Chat, user: int) -> list[Json]:
    """The list that this person is shown, https://core.telegram.org/bots/api#botcommandscope."""
    admin = place.member(user).is_admin
    scopes: list[CommandScope] = [("chat_member", place.id, user)]
    scopes += [("chat_administrators", place.id, 0)] if admin else []
    scopes += [("chat", place.id, 0)]
    scopes += [("all_chat_administrators", 0, 0)] if admin else []
    scopes += [("all_private_chats" if place.type == "private" else "all_group_chats", 0, 0), ("default", 0, 0)]
    language = state.users[user].language_code
    for scope in scopes:
        for code in (language, ""):
            if (scope, code) in bot.commands:
                return bot.commands[scope, code]
    return []


def _mine(state: State, bot: Bot, p: Json, otherwise: str) -> tuple[Chat, Message]:
    place = access.writable(state, bot, p["chat_id"])
    message = place.ephemerals.get(p["ephemeral_message_id"])
    if message is None or message.sender != bot.id or message.receiver != p["receiver_user_id"]:
        raise bad(otherwise)
    return place, message


_ONE: dict[str, Reader] = {"chat_id": chat, "receiver_user_id": integer, "ephemeral_message_id": integer}


@method("deleteEphemeralMessage", *_ONE, **_ONE)
def delete_ephemeral_message(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#deleteephemeralmessage."""
    place, message = _mine(state, bot, p, "message to delete not found")
    talk.take_away(state, place, message)
    return True


@method("editEphemeralMessageReplyMarkup", *_ONE, **_ONE, reply_markup=composing.inline_keyboard)
def edit_ephemeral_message_reply_markup(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#editephemeralmessagereplymarkup."""
    _, message = _mine(state, bot, p, "message to edit not found")
    message.keyboard = p.get("reply_markup", [])
    return True


@method("editEphemeralMessageText", "text", *_ONE, **_ONE, **composing.MESSAGE)
def edit_ephemeral_message_text(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#editephemeralmessagetext."""
    place, message = _mine(state, bot, p, "message to edit not found")
    message.keyboard = p.get("reply_markup", [])
    talk.change(state, place, message, composing.said(p))
    return True
