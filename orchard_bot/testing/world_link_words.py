"""What the two ends of a World's link say to each other: one JSON object a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import msgspec
from msgspec import Struct

from orchard_bot.chat.abilities import Abilities
from orchard_bot.chat.events import Event
from orchard_bot.chat.platform import Finding
from orchard_bot.chat.refs import ChatRef, PersonRef
from orchard_bot.chat.steps import Receipt, Step
from orchard_bot.errors import Gone, NotAllowed, NotReachable, PlatformError, RateLimited, Unavailable, Uncertain

LINE_LIMIT = 1 << 26
"""Bytes in one line: a batch of a hundred very long messages fits."""


class Listen(Struct, frozen=True, tag=True):
    """The bot connects: from now on this connection carries its events."""


class Next(Struct, frozen=True, tag=True):
    """What comes next?"""


class Acknowledge(Struct, frozen=True, tag=True):
    """The last batch is stored."""


class Perform(Struct, frozen=True, tag=True):
    """Do this."""

    step: Step


class AskAbilities(Struct, frozen=True, tag=True):
    """What may the bot do here?"""

    chat: ChatRef


class AskMembership(Struct, frozen=True, tag=True):
    """Is this person in the group?"""

    chat: ChatRef
    person: PersonRef


class Examine(Struct, frozen=True, tag=True):
    """What should an operator know?"""

    chats: tuple[ChatRef, ...]


class Done(Struct, frozen=True, tag=True):
    """So be it."""


class Failed(Struct, frozen=True, tag=True):
    """One of our platform errors, by the name of its class."""

    kind: str
    says: str
    retry_after: float = 0.0


class Events(Struct, frozen=True, tag=True):
    """A batch."""

    events: tuple[Event, ...]
    malformed: int


class Performed(Struct, frozen=True, tag=True):
    """It is done."""

    receipt: Receipt


class Allowed(Struct, frozen=True, tag=True):
    """The bot may do this much."""

    abilities: Abilities


class Membership(Struct, frozen=True, tag=True):
    """Whether the person is there; None: cannot be said."""

    there: bool | None


class Findings(Struct, frozen=True, tag=True):
    """What was found."""

    findings: Sequence[Finding]


Request: TypeAlias = Listen | Next | Acknowledge | Perform | AskAbilities | AskMembership | Examine
Reply: TypeAlias = Done | Failed | Events | Performed | Allowed | Membership | Findings

_encoder = msgspec.json.Encoder()
_requests: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
_replies: msgspec.json.Decoder[Reply] = msgspec.json.Decoder(Reply)
_ERRORS: dict[str, type[PlatformError]] = {kind.__name__: kind for kind in (NotReachable, NotAllowed, Gone, Uncertain)}


def line(words: Request | Reply) -> bytes:
    """The words as one line of JSON."""
    return _encoder.encode(words) + b"\n"


def request_of(data: bytes) -> Request:
    """The request in a line. Raises ``msgspec.DecodeError`` on anything else."""
    return _requests.decode(data)


def reply_of(data: bytes) -> Reply:
    """The reply in a line. Raises the platform error where it is one."""
    reply = _replies.decode(data)
    if isinstance(reply, Failed):
        if reply.kind == RateLimited.__name__:
            raise RateLimited(reply.retry_after)
        raise _ERRORS.get(reply.kind, Unavailable)(reply.says)
    return reply


def failed(error: PlatformError) -> Failed:
    """A platform error, ready to be said."""
    wait = error.retry_after if isinstance(error, RateLimited) else 0.0
    return Failed(type(error).__name__, str(error), wait)
