"""The last stage before a commit: what is on its way to a group must be public, and made for it. Fails closed.

The types already keep private text out of a group; the gate holds the same at run time, for every feature,
third parties' included. A breach rolls the unit back: nothing is said, and the operator hears of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from orchard_bot.chat.intents import EditSaid, HideCommand, Intent, Mandate, Mandated, Say, TellPrivately
from orchard_bot.chat.refs import ChatRef
from orchard_bot.chat.text import PrivateText, PublicText
from orchard_bot.community.voice import speaks_for_school
from orchard_bot.errors import PrivacyBreach
from orchard_bot.features.feature import Request
from orchard_bot.features.house import House


def check(intents: Sequence[Intent], house: House, request: Request | None) -> None:
    """Raises ``PrivacyBreach`` where one of these may not go out. ``request`` is what they answer, if anything."""
    for intent in intents:
        if isinstance(intent, Say):
            _said_in_a_group(intent.chat, intent.text, house)
        elif isinstance(intent, EditSaid):
            _said_in_a_group(intent.chat, intent.text, house)
            if intent.otherwise is not None:
                _said_in_a_group(intent.chat, intent.otherwise, house)
        elif isinstance(intent, TellPrivately):
            _told_to_one(intent)
        elif isinstance(intent, HideCommand):
            _own_command(intent, request)
        elif isinstance(intent, Mandated):
            _decided(intent, house)


def _said_in_a_group(chat: ChatRef, text: PublicText, house: House) -> None:
    if type(text) is not PublicText or not house.words.is_public(text.source):
        raise PrivacyBreach("A group would have been told something that is not in the public wording.")
    if house.in_chat(chat) is None:
        raise PrivacyBreach("Something would have been said in a chat that is no community's group.")
    if speaks_for_school(text.value):
        raise PrivacyBreach("Something would have been said in a group as if the school said it.")


def _told_to_one(intent: TellPrivately) -> None:
    if type(intent.text) is not PrivateText or type(intent.without_file) not in (PrivateText, type(None)):
        raise PrivacyBreach("A private message was not made of private text.")
    if intent.person.platform != intent.account.platform:
        raise PrivacyBreach("A person of one platform would have been written to on another.")


def _own_command(intent: HideCommand, request: Request | None) -> None:
    if request is None or request.private or request.posted.message != intent.message:
        raise PrivacyBreach("Only the command that was just typed may be hidden, for the person who typed it.")


def _decided(intent: Mandated, house: House) -> None:
    if type(intent.mandate) is not Mandate or not house.moderated_by(intent.mandate.moderator):
        raise PrivacyBreach("An act upon a member lacks a moderator's decision.")
