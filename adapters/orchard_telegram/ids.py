"""Our references and Telegram's numbers, in both directions. Raises ``Gone`` for what is no id of Telegram's."""

from __future__ import annotations

import re

from orchard_bot.chat.refs import ChatRef, MessageRef, PersonRef
from orchard_bot.errors import Gone

PLATFORM = "telegram"
_FIRST_SUPERGROUP = -1_000_000_000_000
_NUMBER = re.compile(r"-?[0-9]{1,18}")
_SHOWN_TO_ONE = re.compile(r"e([0-9]{1,18})-([0-9]{1,18})")


def chat_id(chat: ChatRef) -> int:
    """The number of a chat."""
    return _number(chat.id, "chat")


def user_id(person: PersonRef) -> int:
    """The number of a person. A negative one is a chat's, so it is nobody's."""
    number = _number(person.id, "person")
    if number <= 0:
        raise Gone("This is not a person on Telegram.")
    return number


def message_id(message: MessageRef) -> int:
    """The number of an ordinary message."""
    return _number(message.id, "message")


def ephemeral_id(receiver: int, number: int) -> str:
    """How a ``MessageRef`` names a message that one member of a group alone sees."""
    return f"e{receiver}-{number}"


def shown_to(message: MessageRef) -> tuple[int, int] | None:
    """Receiver and number of an ephemeral message; None for an ordinary one."""
    found = _SHOWN_TO_ONE.fullmatch(message.id)
    return (int(found[1]), int(found[2])) if found else None


def is_private(chat: int) -> bool:
    """Whether it is somebody's private chat with the bot."""
    return chat > 0


def is_supergroup(chat: int) -> bool:
    """Whether it is a supergroup (or channel), not a basic group: https://core.telegram.org/api/bots/ids."""
    return chat < _FIRST_SUPERGROUP


def _number(id: str, what: str) -> int:
    if not _NUMBER.fullmatch(id):
        raise Gone(f"There is no such {what} on Telegram.")
    return int(id)
