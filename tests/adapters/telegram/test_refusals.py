"""Telegram's words of refusal, and what they mean to us. The words are those of its own server."""

from __future__ import annotations

import pytest
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
    TimedOut,
)

from orchard_bot.errors import Gone, NotAllowed, NotReachable, PlatformError, Unavailable
from orchard_telegram.refusals import Concern, mapped

PERSON, GROUP, MESSAGE = Concern.PERSON, Concern.GROUP, Concern.MESSAGE


@pytest.mark.parametrize(
    ("error", "concern", "ours"),
    [
        (Forbidden("Forbidden: bot was blocked by the user"), PERSON, NotReachable),
        (Forbidden("Forbidden: bot can't initiate conversation with a user"), PERSON, NotReachable),
        (Forbidden("Forbidden: user is deactivated"), PERSON, NotReachable),
        (BadRequest("Chat not found"), PERSON, NotReachable),
        (BadRequest("PEER_ID_INVALID"), PERSON, NotReachable),
        (BadRequest("Message is too long"), PERSON, NotAllowed),
        (Forbidden("Forbidden: bot was kicked from the supergroup chat"), GROUP, NotAllowed),
        (Forbidden("Forbidden: bot is not a member of the supergroup chat"), MESSAGE, NotAllowed),
        (BadRequest("Chat not found"), GROUP, NotAllowed),
        (BadRequest("Chat not found"), MESSAGE, NotAllowed),
        (BadRequest("Message to delete not found"), MESSAGE, Gone),
        (BadRequest("Message to edit not found"), MESSAGE, Gone),
        (BadRequest("MESSAGE_ID_INVALID"), MESSAGE, Gone),
        (BadRequest("Message can't be deleted for everyone"), MESSAGE, NotAllowed),
        (BadRequest("Message can't be edited"), MESSAGE, NotAllowed),
        (BadRequest("Not enough rights to restrict/unrestrict chat member"), GROUP, NotAllowed),
        (BadRequest("User is an administrator of the chat"), GROUP, NotAllowed),
        (BadRequest("Can't remove chat owner"), GROUP, NotAllowed),
        (BadRequest("CHAT_ADMIN_REQUIRED"), GROUP, NotAllowed),
        (BadRequest("Method is available only for supergroups"), GROUP, NotAllowed),
        (BadRequest("PARTICIPANT_ID_INVALID"), GROUP, Gone),
        (BadRequest("USER_NOT_PARTICIPANT"), GROUP, Gone),
        (BadRequest("HIDE_REQUESTER_MISSING"), GROUP, Gone),
        (BadRequest("Something that Telegram says from tomorrow on"), GROUP, NotAllowed),
        (ChatMigrated(-1001), GROUP, Unavailable),
        (ChatMigrated(-1001), MESSAGE, NotAllowed),
        (TimedOut(), GROUP, Unavailable),
        (NetworkError("Bad Gateway"), PERSON, Unavailable),
        (InvalidToken(), GROUP, Unavailable),
        (Conflict("Conflict: terminated by other getUpdates request"), GROUP, Unavailable),
        (TelegramError("Invalid server response"), GROUP, Unavailable),
    ],
    ids=lambda value: str(value) if isinstance(value, TelegramError) else "",
)
def test_each_refusal_says_what_to_do_next(error: TelegramError, concern: Concern, ours: type[PlatformError]) -> None:
    found = mapped(error, concern)
    assert type(found) is ours
    assert str(found)


def test_an_error_never_shows_what_telegram_wrote() -> None:
    error = BadRequest("Can't parse entities in message text: Anna said")
    assert "Anna" not in str(mapped(error, PERSON))
