"""What Telegram's refusals mean to us. It tells them apart by their English words, so this is a table of words.

https://core.telegram.org/bots/api#making-requests; the words are those of https://github.com/tdlib/telegram-bot-api.
"""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, auto

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from orchard_bot.errors import (
    ConfigError,
    Gone,
    NotAllowed,
    NotReachable,
    PlatformError,
    RateLimited,
    Unavailable,
    Uncertain,
)
from orchard_telegram.settings import wrong


class Concern(Enum):
    """What a request is about: the same words mean different things."""

    PERSON = auto()
    """Something said to one person in private."""
    GROUP = auto()
    """Something said or done in a group."""
    MESSAGE = auto()
    """A message that is there already: to change it or to take it away."""


_BEFORE_ASKING = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""What goes wrong before Telegram has heard of the request."""
_NEVER_MET = ("chat not found", "user not found", "peer_id_invalid", "user_id_invalid", "bot can't initiate")
_NO_MESSAGE = ("message to delete not found", "message to edit not found", "message_id_invalid", "message not found")
_NO_MEMBER = (
    "user not found",
    "user_not_participant",
    "participant_id_invalid",
    "member not found",
    "user_id_invalid",
    "hide_requester_missing",
    "user_already_participant",
    "user_not_mutual_contact",
)

NOT_MODIFIED = "message is not modified"
ALREADY_IN = "user_already_participant"


def mapped(error: TelegramError, concern: Concern) -> PlatformError:
    """The error of ours for one of the library's, for everything but connecting."""
    match error:
        case RetryAfter():
            return RateLimited(_seconds(error))
        case ChatMigrated():
            return _migrated(concern)
        case Forbidden():
            return _forbidden(concern)
        case EndPointNotFound():
            return NotAllowed("This Bot API server is too old for that.")
        case InvalidToken():
            return Unavailable("Telegram does not accept the bot's token any more.")
        case BadRequest():
            return _bad_request(error.message.lower(), concern)
        case Conflict():
            return Unavailable(CONFLICT)
        case NetworkError() if not isinstance(error.__cause__, _BEFORE_ASKING) and error.__cause__ is not None:
            return Uncertain("Telegram's answer was lost on the way, so it may have been done.")
        case _:
            return Unavailable("Telegram gave no usable answer.")


CONFLICT = (
    "Somebody else takes this bot's messages: another program with the same token, or a webhook. "
    "Run `orchard-bot doctor` to see which."
)


def refused_token() -> ConfigError:
    """The error for a token that Telegram does not know, or no longer."""
    return wrong(
        "Telegram does not accept the bot's token.",
        "Ask @BotFather for the token (/mybots, the bot, API Token) and put it where token_file or token_env points.",
    )


def _seconds(error: RetryAfter) -> float:
    waited = error.retry_after
    return waited.total_seconds() if isinstance(waited, timedelta) else float(waited)


def _migrated(concern: Concern) -> PlatformError:
    if concern is Concern.MESSAGE:
        return NotAllowed("The message belongs to the group's former address.")
    return Unavailable("The group goes on under another id.")


def _forbidden(concern: Concern) -> PlatformError:
    if concern is Concern.PERSON:
        return NotReachable("The person has not started the bot, has blocked it, or is no longer on Telegram.")
    return NotAllowed("The bot may not do this here, or is not in the group any more.")


def _bad_request(words: str, concern: Concern) -> PlatformError:
    if concern is Concern.PERSON and _says(words, _NEVER_MET):
        return NotReachable("The person has not started the bot.")
    if concern is Concern.MESSAGE and _says(words, _NO_MESSAGE):
        return Gone("The message is not there any more.")
    if concern is Concern.GROUP and _says(words, _NO_MEMBER):
        return Gone("This person is not, or no longer, what this was about.")
    if "too old" in words or "can't be deleted" in words:
        return NotAllowed("Telegram lets the bot delete a message only within 48 hours, and only with the right to.")
    if "chat not found" in words:
        return NotAllowed("The bot is not in this chat.")
    if "supergroup" in words:
        return NotAllowed("Telegram offers this in supergroups only.")
    return NotAllowed("Telegram refused: the bot lacks a right here, or nobody may do this to an admin.")


def _says(words: str, any_of: tuple[str, ...]) -> bool:
    return any(one in words for one in any_of)
