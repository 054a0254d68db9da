"""What signal-cli's refusals mean to us.

https://github.com/AsamK/signal-cli/blob/master/man/signal-cli-jsonrpc.5.adoc and ``SendMessageResult`` there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from orchard_bot.errors import Gone, NotAllowed, NotReachable, PlatformError, RateLimited, Unavailable

IO_ERROR, UNTRUSTED, RATE_LIMITED = -3, -4, -5
_log = logging.getLogger(__name__)
_PAUSE = 60.0
"""Seconds to wait where Signal does not say how long."""

PROOF_WANTED = "Signal wants proof that a person runs this account before it lets more messages out."
CHALLENGE = (
    "Open https://signalcaptchas.org/challenge/generate.html, solve it, copy the link behind “Open Signal”, and run: "
    "signal-cli submitRateLimitChallenge --challenge {token} --captcha LINK (docs/how-to/signal.md says more)."
)
CHANGED_KEY = (
    "This person has a new phone or has installed Signal again, so their safety number is another. "
    "docs/how-to/signal.md says how to trust it."
)


class ProofWanted(RateLimited):
    """As ``RateLimited``, until a person solves a riddle. ``token``: which one; "" where Signal did not say."""

    def __init__(self, retry_after: float, token: str) -> None:
        super().__init__(retry_after)
        self.token = token


def challenge(token: str) -> str:
    """What the operator is to do about it."""
    return CHALLENGE.format(token=token or "TOKEN")


def from_rpc(error: Mapping[str, Any], *, private: bool) -> PlatformError:
    """The error of ours for a JSON-RPC error object. None of its words are passed on: they can hold numbers."""
    code, words = error.get("code"), str(error.get("message", "")).lower()
    results = _results(error)
    if results and (found := from_results(results, private=private)) is not None:
        return found
    if code == RATE_LIMITED:
        return _limited(_PAUSE)
    if code == UNTRUSTED:
        return NotReachable(CHANGED_KEY)
    if code == IO_ERROR:
        return Unavailable("signal-cli could not reach Signal.")
    if code == -32601:
        return NotAllowed("This signal-cli is too old for that: 0.14 or newer knows it.")
    return _by_words(words) or NotAllowed("Signal refused: the bot lacks a right in this group.")


def _by_words(words: str) -> PlatformError | None:
    """Where there is no code. The words are signal-cli's own, in lower case."""
    if "rate limit" in words or "proof required" in words:
        return _limited(_PAUSE, "" if "proof" in words else None)
    if "untrusted" in words:
        return NotReachable(CHANGED_KEY)
    if "unregistered" in words:
        return NotReachable("This person is not on Signal any more.")
    if "not a group member" in words or "group not found" in words or "invalid group" in words:
        return NotAllowed("The bot is not in this group.")
    if "not found" in words:
        return Gone("What this was about is not there any more.")
    return None


def from_results(results: Iterable[Mapping[str, Any]], *, private: bool) -> PlatformError | None:
    """What kept a message from everybody that it was for; None where it reached one of them at least."""
    all_of_them = list(results)
    kinds = {str(one.get("type", "SUCCESS")) for one in all_of_them}
    if not kinds or "SUCCESS" in kinds:
        return None
    if "RATE_LIMIT_FAILURE" in kinds:
        seconds = max(float(one.get("retryAfterSeconds") or 0) for one in all_of_them)
        tokens = [str(one["token"]) for one in all_of_them if one.get("token")]
        return _limited(seconds or _PAUSE, tokens[0] if tokens else None)
    if private and "UNREGISTERED_FAILURE" in kinds:
        return NotReachable("This person is not on Signal any more.")
    if private and "IDENTITY_FAILURE" in kinds:
        return NotReachable(CHANGED_KEY)
    return Unavailable("Signal took the message for nobody.")


def from_http(status: int, said: Any, *, private: bool) -> PlatformError:
    """The error of ours for what signal-cli-rest-api answered: its status, and its body as far as that is JSON."""
    body = said if isinstance(said, dict) else {}
    if status == 429:
        tokens = [str(one) for one in body.get("challenge_tokens") or () if one]
        return _limited(_PAUSE, tokens[0] if tokens else None)
    if status == 404:
        return Gone("What this was about is not there any more.")
    if status >= 500:
        return Unavailable("signal-cli-rest-api is not well.")
    words = str(body.get("error", "")).lower()
    if (found := _by_words(words)) is not None:
        return found
    if private or words.startswith("failed to send message"):
        # So it says where its line is broken, and as well where somebody has left Signal.
        return Unavailable("signal-cli-rest-api did not get the message out.")
    return NotAllowed("Signal refused: the bot is not in this group, or lacks a right there.")


def _limited(seconds: float, token: str | None = None) -> RateLimited:
    """``token``: of the challenge, where there is one."""
    if token is None:
        return RateLimited(seconds)
    _log.warning("%s %s", PROOF_WANTED, challenge(token))
    return ProofWanted(seconds, token)


def _results(error: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    data = error.get("data")
    response = data.get("response") if isinstance(data, dict) else None
    found = response.get("results") if isinstance(response, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
