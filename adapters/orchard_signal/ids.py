"""Our references and Signal's ids, in both directions. Raises ``Gone`` for what is no id of Signal's.

A person is an account id (ACI, a uuid), never a phone number. A group is the base64 of its id, as envelopes carry it.
A message is its author's ACI and the time in milliseconds at which it was sent.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from orchard_bot.chat.refs import ChatRef, MessageRef, PersonRef
from orchard_bot.errors import Gone

PLATFORM = "signal"
_ACI = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MESSAGE = re.compile(r"([0-9a-f-]{36}):([0-9]{1,16})")
_GROUP_BYTES = 32
_REST_PREFIX = "group."


def is_aci(text: str) -> bool:
    """Whether this is an account id."""
    return _ACI.fullmatch(text) is not None


def aci(person: PersonRef) -> str:
    """A person's account id."""
    if not is_aci(person.id):
        raise Gone("There is no such person on Signal.")
    return person.id


def is_private(chat: ChatRef) -> bool:
    """Whether it is somebody's private chat with the bot: those go by the person's ACI."""
    return is_aci(chat.id)


def group_id(chat: ChatRef) -> str:
    """The base64 id of a group, as signal-cli uses it."""
    try:
        raw = base64.b64decode(chat.id, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Gone("There is no such group on Signal.") from error
    if len(raw) != _GROUP_BYTES:
        raise Gone("There is no such group on Signal.")
    return chat.id


def names_one(listed: Any, person: str, number: str) -> bool:
    """Whether a list of signal-cli's holds this person. An invitation may know somebody by number alone."""
    ids = [value for one in listed or () for value in (one.values() if isinstance(one, dict) else [one])]
    return person in ids or number in ids


def rest_group_id(group: str) -> str:
    """The same id as signal-cli-rest-api writes it: base64 once more, with a word before it."""
    return _REST_PREFIX + base64.b64encode(group.encode("ascii")).decode("ascii")


def message_id(author: str, timestamp: int) -> str:
    """How a ``MessageRef`` names a message."""
    return f"{author}:{timestamp}"


def author_and_time(message: MessageRef) -> tuple[str, int]:
    """The author's ACI and the time of sending, in milliseconds."""
    found = _MESSAGE.fullmatch(message.id)
    if found is None:
        raise Gone("There is no such message on Signal.")
    return found[1], int(found[2])
