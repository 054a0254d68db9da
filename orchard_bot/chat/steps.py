"""What an adapter is asked to do: one call to the platform each. Planned from intents, never made by features."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from orchard_bot.chat.files import Enclosure
from orchard_bot.chat.intents import Choice
from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef


class _Step(Struct, frozen=True, tag=True, kw_only=True):
    key: str
    """The same key again is the same step again: a platform with transaction ids makes it happen once."""


class SendToGroup(_Step, frozen=True, kw_only=True):
    """Post ``text`` (plain text) in a group; pin it where asked and able."""

    chat: ChatRef
    text: str
    pin: bool = False


class SendPrivately(_Step, frozen=True, kw_only=True):
    """Send ``text`` (plain text) to one person's private chat, with buttons where there are choices.

    Raises ``NotReachable`` where the person has not opened a chat with the bot.
    """

    account: AccountRef
    person: PersonRef
    text: str
    choices: tuple[Choice, ...] = ()


class SendFile(_Step, frozen=True, kw_only=True):
    """Send a file to one person's private chat, without words of its own. Raises ``NotReachable`` as words do."""

    account: AccountRef
    person: PersonRef
    file: Enclosure


class ShowInGroup(_Step, frozen=True, kw_only=True):
    """Show ``text`` inside the group to one member alone, where the platform has such messages."""

    chat: ChatRef
    person: PersonRef
    text: str
    choices: tuple[Choice, ...] = ()


class EditMessage(_Step, frozen=True, kw_only=True):
    """Replace a message of the bot's own."""

    message: MessageRef
    text: str
    choices: tuple[Choice, ...] = ()


class TakeButtonsAway(_Step, frozen=True, kw_only=True):
    """Leave the words of the bot's own message, without the buttons under it. Gone, or none left, is success."""

    message: MessageRef


class DeletePosting(_Step, frozen=True, kw_only=True):
    """Delete a message: the bot's own, a command, or a member's on a moderator's decision. Gone is success."""

    message: MessageRef
    author: PersonRef | None
    """None: the bot's own."""


class RestrictMember(_Step, frozen=True, kw_only=True):
    """Keep a member from posting until ``until``; None ends it."""

    chat: ChatRef
    person: PersonRef
    until: datetime | None


class RemoveMember(_Step, frozen=True, kw_only=True):
    """Take a member out of the group without barring the way back."""

    chat: ChatRef
    person: PersonRef


class AnswerJoinRequest(_Step, frozen=True, kw_only=True):
    """Admit somebody who asked to join, or decline."""

    chat: ChatRef
    person: PersonRef
    admit: bool


Step: TypeAlias = (
    SendToGroup
    | SendPrivately
    | SendFile
    | ShowInGroup
    | EditMessage
    | TakeButtonsAway
    | DeletePosting
    | RestrictMember
    | RemoveMember
    | AnswerJoinRequest
)


class Receipt(Struct, frozen=True):
    """The platform did it. ``message`` is what now exists, if anything does."""

    message: MessageRef | None = None
