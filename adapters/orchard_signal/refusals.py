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

CHALLENGE = (
    "Signal wants proof that a person runs this account before it lets more messages out. "
    "Open https://signalcaptchas.org/challenge/generate.html, solve it, copy the link behind “Open Signal”, and run: "
    "signal-cli submitRateLimitChallenge --challenge TOKEN --captcha LINK (docs/how-to/signal.md says where TOKEN is)."
)
CHANGED_KEY = (
    "This person has a new phone or has installed Signal again, so their safety number is another. "
    "docs/how-to/signal.md says how to trust it."
)


def from_rpc(error: Mapping[str, Any], *, private: bool) -> PlatformError:
    """The error of ours for a JSON-RPC error object. None of its words are passed on: they can hold numbers."""
    code, words = error.get("code"), str(error.get("message", "")).lower()
    results = _results(error)
    if results and (found := from_results(results, private=private)) is not None:
        return found
    if code == RATE_LIMITED or "rate limit" in words or "proof required" in words:
        return _limited(_PAUSE, proof="proof" in words)
    if code == UNTRUSTED or "untrusted" in words:
        return NotReachable(CHANGED_KEY)
    if code == IO_ERROR:
        return Unavailable("signal-cli could not reach Signal.")
    if "unregistered" in words:
        return NotReachable("This person is not on Signal any more.")
    if "not a group member" in words or "group not found" in words or "invalid group" in words:
        return NotAllowed("The bot is not in this group.")
    if code == -32601:
        return NotAllowed("This signal-cli is too old for that: 0.14 or newer knows it.")
    if "not found" in words:
        return Gone("What this was about is not there any more.")
    return NotAllowed("Signal refused: the bot lacks a right in this group.")


def from_results(results: Iterable[Mapping[str, Any]], *, private: bool) -> PlatformError | None:
    """What kept a message from everybody that it was for; None where it reached one of them at least."""
    all_of_them = list(results)
    kinds = {str(one.get("type", "SUCCESS")) for one in all_of_them}
    if not kinds or "SUCCESS" in kinds:
        return None
    if "RATE_LIMIT_FAILURE" in kinds or "PROOF_REQUIRED_FAILURE" in kinds:
        seconds = max(float(one.get("retryAfterSeconds") or 0) for one in all_of_them)
        return _limited(seconds or _PAUSE, proof="PROOF_REQUIRED_FAILURE" in kinds)
    if private and "UNREGISTERED_FAILURE" in kinds:
        return NotReachable("This person is not on Signal any more.")
    if private and "IDENTITY_FAILURE" in kinds:
        return NotReachable(CHANGED_KEY)
    return Unavailable("Signal took the message for nobody.")


def from_http(status: int, *, private: bool) -> PlatformError:
    """The error of ours for what signal-cli-rest-api answered."""
    if status == 429:
        return _limited(_PAUSE, proof=True)  # the service answers so to a challenge alone
    if status == 404:
        return Gone("What this was about is not there any more.")
    if status >= 500:
        return Unavailable("signal-cli-rest-api is not well.")
    if private:
        # The service says 400 to a broken line as well as to somebody who has left, and signalbot drops its words.
        return Unavailable("signal-cli-rest-api did not get the message out.")
    return NotAllowed("Signal refused: the bot is not in this group, or lacks a right there.")


def _limited(seconds: float, *, proof: bool) -> RateLimited:
    if proof:
        _log.warning(CHALLENGE)
    return RateLimited(seconds)


def _results(error: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    data = error.get("data")
    response = data.get("response") if isinstance(data, dict) else None
    found = response.get("results") if isinstance(response, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
