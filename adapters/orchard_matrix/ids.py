"""Our references and Matrix's ids, in both directions. Raises ``Gone`` for what is no id of Matrix's.

https://spec.matrix.org/latest/appendices/#identifier-grammar. A room of version 12 has an id without a server.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from orchard_bot.chat.refs import ChatRef, MessageRef, PersonRef
from orchard_bot.errors import Gone

PLATFORM = "matrix"
_USER = re.compile(r"@[^:\s]{1,250}:[^\s/]{1,250}")
_ROOM = re.compile(r"![^\s/?#]{1,254}")
_EVENT = re.compile(r"\$[^\s/?#]{1,254}")
_LINK = re.compile(r"(?:https://matrix\.to/#/|matrix:roomid/)([^\s?)>\]]+)")


def is_user(text: str) -> bool:
    """Whether this is the id of an account."""
    return _USER.fullmatch(text) is not None


def is_room(text: str) -> bool:
    """Whether this is the id of a room."""
    return _ROOM.fullmatch(text) is not None


def is_event(text: str) -> bool:
    """Whether this is the id of an event."""
    return _EVENT.fullmatch(text) is not None


def server_of(user: str) -> str:
    """The server on which an account lives."""
    return user.partition(":")[2]


def user_id(person: PersonRef) -> str:
    """A person's account."""
    if not is_user(person.id):
        raise Gone("There is no such person on Matrix.")
    return person.id


def room_id(chat: ChatRef) -> str:
    """The room of a chat."""
    if not is_room(chat.id):
        raise Gone("There is no such room on Matrix.")
    return chat.id


def event_id(message: MessageRef) -> str:
    """The event of a message."""
    if not is_event(message.id):
        raise Gone("There is no such message on Matrix.")
    return message.id


def linked(text: str) -> tuple[str, str] | None:
    """Room and event of the first link to a message in ``text``, as "Copy link" of the clients makes it."""
    for found in _LINK.finditer(text):
        parts = unquote(found[1]).split("/")
        if found[0].startswith("matrix:"):
            parts = [f"!{parts[0]}", f"${parts[2]}"] if len(parts) == 3 and parts[1] == "e" else []
        if len(parts) == 2 and is_room(parts[0]) and is_event(parts[1]):
            return parts[0], parts[1]
    return None
