"""Messages coming, changing and going, and which bots are told."""

from __future__ import annotations

from typing import Any

from tests.adapters.telegram.fake import render
from tests.adapters.telegram.fake.model import (
    CHANNEL_BOT,
    GROUP_ANONYMOUS_BOT,
    TELEGRAM_SERVICE,
    Chat,
    Json,
    Message,
    Version,
)
from tests.adapters.telegram.fake.state import Bot, State


def add(state: State, place: Chat, **fields: Any) -> Message:
    """A new message in this chat; nobody is told yet."""
    now = state.clock.now()
    if fields.get("receiver"):
        place.last_ephemeral_id += 1
        message = Message(place.id, 0, now, ephemeral_id=place.last_ephemeral_id, **fields)
        place.ephemerals[message.ephemeral_id] = message
    else:
        message = Message(place.id, state.next_message_id(place), now, **fields)
        place.messages[message.id] = message
    message.versions = [Version(shown_text(state, message), now)]
    return message


def shown_text(state: State, message: Message) -> str:
    """What is read on the screen: a service message is told in words of the fake's own."""
    if message.service is None:
        return message.text
    kind, value = next(iter(message.service.items()))
    names = value if isinstance(value, list) else [value] if isinstance(value, dict) and "id" in value else []
    return f"[{kind}{''.join(' ' + str(each.get('id')) for each in names)}]"


def announce(state: State, place: Chat, message: Message, kind: str = "message") -> None:
    """Tell each bot in the chat that may know."""
    for bot in state.bots_in(place):
        if bot.id != message.sender and hears(state, bot, place, message):
            _meet(bot, message)
            bot.queue.add(kind, render.message(state, place, message))


def tell_receiver(state: State, place: Chat, message: Message, kind: str = "message") -> None:
    """Tell the bot that an ephemeral message is for."""
    bot = state.bots[message.receiver]
    _meet(bot, message)
    bot.queue.add(kind, render.message(state, place, message))


def hears(state: State, bot: Bot, place: Chat, message: Message) -> bool:
    """Privacy mode, https://core.telegram.org/bots/features#privacy-mode; bots do not hear each other."""
    real_bot = message.sender in state.bots
    if real_bot:
        return False
    if place.type in {"private", "channel"} or message.service is not None or not bot.privacy:
        return True
    if place.member(bot.id).is_admin:
        return True
    if _is_for(state, bot, place, message):
        return True
    original = place.messages.get(message.reply_to)
    return original is not None and original.sender == bot.id


def _is_for(state: State, bot: Bot, place: Chat, message: Message) -> bool:
    if not message.text.startswith("/"):
        return False
    command = message.text.split(maxsplit=1)[0]
    _, at, name = command.partition("@")
    if at:
        return name.lower() == bot.user.username.lower()
    wrote = [each.sender for each in place.messages.values() if each.sender in state.bots]
    return not wrote or wrote[-1] == bot.id


def change(state: State, place: Chat, message: Message, text: str) -> None:
    """Give a message new words."""
    now = state.clock.now()
    message.text, message.edited_at = text, now
    message.versions[-1].shown_until = now
    message.versions.append(Version(text, now))


def take_away(state: State, place: Chat, message: Message) -> None:
    """Delete it for everybody. No bot is told."""
    if message.ephemeral_id:
        place.ephemerals.pop(message.ephemeral_id)
    else:
        place.messages.pop(message.id)
    if message.id in place.pinned:
        place.pinned.remove(message.id)
    message.versions[-1].shown_until = state.clock.now()
    place.gone.append(message)


def service(state: State, place: Chat, sender: int, content: Json, **fields: Any) -> Message:
    """A message that Telegram writes itself; told to the bots."""
    message = add(state, place, sender=sender, service=content, **fields)
    announce(state, place, message)
    return message


def origin(state: State, place: Chat, message: Message) -> Json:
    """A MessageOrigin: where a forwarded message came from."""
    if message.origin is not None:
        return message.origin
    shown: Json = {"date": int(message.at.timestamp())}
    if place.type == "channel":
        return shown | {"type": "channel", "chat": render.chat(state, place), "message_id": message.id}
    if message.sender_chat:
        return shown | {"type": "chat", "sender_chat": render.chat(state, state.chats[message.sender_chat])}
    sender = state.users[message.sender]
    if sender.hides_forwards:
        name = f"{sender.first_name} {sender.last_name}".strip()
        return shown | {"type": "hidden_user", "sender_user_name": name}
    return shown | {"type": "user", "sender_user": render.user(sender)}


def _meet(bot: Bot, message: Message) -> None:
    if message.sender not in {0, GROUP_ANONYMOUS_BOT, CHANNEL_BOT, TELEGRAM_SERVICE}:
        bot.known_users.add(message.sender)
