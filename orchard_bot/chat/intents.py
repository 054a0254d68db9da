"""What the bot wants to happen. Features make intents; ``planning.plan`` turns them into steps a platform can do.

Acts upon a member or a member's words carry the ``Mandate`` of a person's decision; there is no other way to
make one, so nothing a detector sees can become a sanction.
"""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import TypeAlias

import msgspec
from msgspec import Struct

from orchard_bot.chat.files import Enclosure
from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.chat.text import PrivateText, PublicText


class Priority(IntEnum):
    """Which of two waiting messages goes first: the lower number."""

    SAFETY = 0
    ALERT = 5
    """That there is a case: its reporter's thanks are worth nothing before a moderator knows."""
    ACKNOWLEDGEMENT = 10
    MODERATION = 20
    ANSWER = 30
    REMINDER = 40


class Choice(Struct, frozen=True, array_like=True):
    """One thing a person may choose.

    ``token`` is the server-side id behind the button (at most 24 characters); ``number`` is what people type where
    there are no buttons, unique among all that is open to this person.
    """

    token: str
    label: str
    number: int


class Mandate(Struct, frozen=True, array_like=True):
    """Proof that a person decided: which moderator, in which case, at which entry of the audit trail.

    Made by ``community.decision.Decision.mandate`` and nowhere else; a test holds the code to it.
    """

    moderator: PersonRef
    via: AccountRef
    """The account of the bot through which the moderator is reached."""
    case: str
    decision: str


class _Intent(Struct, frozen=True, tag=True, kw_only=True):
    key: str = ""
    """Idempotency key; the unit of work gives one. The same key is never sent twice on purpose."""
    origin: str = ""
    """Which feature wants to hear how it went, as ``feature.what``; empty: nobody."""
    subject: str = ""
    """What it is about, in the words of that feature, for example a case id."""
    priority: Priority = Priority.ANSWER
    expires_at: datetime | None = None
    """Not worth sending after this; then it is undeliverable, and ``origin`` hears of it."""


class Say(_Intent, frozen=True, kw_only=True):
    """Say something in a group. Takes public text only."""

    chat: ChatRef
    text: PublicText
    pin: bool = False


class TellPrivately(_Intent, frozen=True, kw_only=True):
    """Tell one person something that nobody else may see."""

    account: AccountRef
    person: PersonRef
    text: PrivateText
    choices: tuple[Choice, ...] = ()
    near: ChatRef | None = None
    """The group it is about: where the platform can show one member something there, a fallback for a private chat."""
    quoting: MessageRef | None = None
    """A message in the private chat that this answers."""
    file: Enclosure | None = None
    """Goes out behind the words."""
    without_file: PrivateText | None = None
    """What is said in the place of ``text`` where the bot cannot send a file; None: ``text`` does for that too."""


class EditOwn(_Intent, frozen=True, kw_only=True):
    """Change a private message that the bot sent earlier under the key ``of``."""

    account: AccountRef
    of: str
    text: PrivateText
    choices: tuple[Choice, ...] = ()


class EditSaid(_Intent, frozen=True, kw_only=True):
    """Change what the bot said in a group under the key ``of``; where that cannot be done, say ``otherwise`` there."""

    chat: ChatRef
    of: str
    text: PublicText
    otherwise: PublicText | None = None


class WithdrawOwn(_Intent, frozen=True, kw_only=True):
    """Take back what the bot said earlier under the key ``of``."""

    account: AccountRef
    of: str


class CloseChoices(_Intent, frozen=True, kw_only=True):
    """What was offered under the key ``of`` has been chosen or is over: its buttons go, the words stay."""

    account: AccountRef
    of: str


class HideCommand(_Intent, frozen=True, kw_only=True):
    """Take a command that a member typed in the group out of sight, for that member's own privacy.

    Not moderation: made only from the event of the command itself (``features.Request.hide_command``).
    """

    message: MessageRef
    author: PersonRef


class DeleteMessage(_Intent, frozen=True, kw_only=True):
    """Delete a member's message, as a moderator decided. ``by_hand`` tells the moderator how to, if the bot cannot."""

    mandate: Mandate
    message: MessageRef
    author: PersonRef
    posted_at: datetime
    by_hand: PrivateText


class Restrict(_Intent, frozen=True, kw_only=True):
    """Keep a member from posting until ``until`` (None: end the restriction now), as a moderator decided."""

    mandate: Mandate
    chat: ChatRef
    person: PersonRef
    until: datetime | None
    by_hand: PrivateText


class Remove(_Intent, frozen=True, kw_only=True):
    """Take a member out of the group, as a moderator decided. They may come back when invited."""

    mandate: Mandate
    chat: ChatRef
    person: PersonRef
    by_hand: PrivateText


class AnswerJoin(_Intent, frozen=True, kw_only=True):
    """Let somebody in or not, as a moderator decided."""

    mandate: Mandate
    chat: ChatRef
    person: PersonRef
    admit: bool
    by_hand: PrivateText


Intent: TypeAlias = (
    Say
    | TellPrivately
    | EditOwn
    | EditSaid
    | WithdrawOwn
    | CloseChoices
    | HideCommand
    | DeleteMessage
    | Restrict
    | Remove
    | AnswerJoin
)
Mandated: TypeAlias = DeleteMessage | Restrict | Remove | AnswerJoin

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Intent] = msgspec.json.Decoder(Intent)


def encode_intent(intent: Intent) -> bytes:
    """The intent as JSON, for an outbox row."""
    return _encoder.encode(intent)


def decode_intent(data: bytes | str) -> Intent:
    """The intent that ``encode_intent`` wrote. Raises ``msgspec.DecodeError`` on anything else."""
    return _decoder.decode(data)
