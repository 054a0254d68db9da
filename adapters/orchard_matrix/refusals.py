"""What a homeserver's refusals mean to us: https://spec.matrix.org/latest/client-server-api/#standard-error-response."""

from __future__ import annotations

from typing import Any

from orchard_bot.errors import Gone, NotAllowed, PlatformError, RateLimited, Unavailable

_PAUSE = 5.0
"""Seconds to wait where the server does not say how long."""
_NO_TOKEN = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED", "M_USER_LOCKED"})


class SignedOut(Unavailable):
    """The server accepts the bot's device no more."""


def mapped(status: int, answer: Any, retry_after: str | None = None) -> PlatformError:
    """The error of ours. None of the server's words are passed on: they can hold names."""
    code = str(answer.get("errcode", "")) if isinstance(answer, dict) else ""
    if status == 429 or code == "M_LIMIT_EXCEEDED":
        return RateLimited(_seconds(answer, retry_after))
    if code in _NO_TOKEN or status == 401:
        return SignedOut("The homeserver accepts the bot's session no more.")
    if status == 404 or code == "M_NOT_FOUND":
        return Gone("What this was about is not there any more.")
    if status == 403:
        return NotAllowed("The homeserver refused: the bot is not in this room, or its power level is too low.")
    if 400 <= status < 500:
        return NotAllowed("The homeserver refused the request.")
    return Unavailable("The homeserver is not well.")


def _seconds(answer: Any, retry_after: str | None) -> float:
    if retry_after is not None and retry_after.strip().isdecimal():
        return max(1.0, float(retry_after))
    given = answer.get("retry_after_ms") if isinstance(answer, dict) else None
    return max(0.1, given / 1000) if isinstance(given, int) else _PAUSE
