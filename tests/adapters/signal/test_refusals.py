"""What signal-cli and signal-cli-rest-api refuse, in errors of ours: by code, by result and by word."""

from __future__ import annotations

from typing import Any

import pytest

from orchard_bot.errors import Gone, NotAllowed, NotReachable, PlatformError, RateLimited, Unavailable
from orchard_signal.refusals import ProofWanted, from_http, from_results, from_rpc

SECRET = "+447700900123"


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        ({"code": -5, "message": "Failed to send message due to rate limiting"}, RateLimited),
        ({"code": -1, "message": "CAPTCHA proof required for sending"}, ProofWanted),
        ({"code": -4, "message": "Failed to send message due to untrusted identities"}, NotReachable),
        ({"code": -1, "message": f"Untrusted Identity for {SECRET}"}, NotReachable),
        ({"code": -3, "message": "Failed to send message: timeout"}, Unavailable),
        ({"code": -32601, "message": "Method not implemented"}, NotAllowed),
        ({"code": -1, "message": f"Unregistered user {SECRET}"}, NotReachable),
        ({"code": -1, "message": "User is not a group member: XXX"}, NotAllowed),
        ({"code": -1, "message": "Invalid group id: Group not found"}, NotAllowed),
        ({"code": -1, "message": "Original message not found"}, Gone),
        ({"code": -1, "message": "User does not have required permissions"}, NotAllowed),
        (
            {"code": -1, "message": "", "data": {"response": {"results": [{"type": "UNREGISTERED_FAILURE"}]}}},
            NotReachable,
        ),
        ({"code": -5, "message": "", "data": {"response": {"results": "none"}}}, RateLimited),
        ({"code": -5, "message": "", "data": {"response": None}}, RateLimited),
    ],
)
def test_a_refusal_of_signal_cli(error: dict[str, Any], ours: type[PlatformError]) -> None:
    found = from_rpc(error, private=True)
    assert type(found) is ours
    assert SECRET not in str(found)


@pytest.mark.parametrize(
    ("kinds", "private", "ours"),
    [
        (["SUCCESS"], True, None),
        ([], True, None),
        (["NETWORK_FAILURE", "SUCCESS"], False, None),
        (["UNREGISTERED_FAILURE"], True, NotReachable),
        (["IDENTITY_FAILURE"], True, NotReachable),
        (["UNREGISTERED_FAILURE", "IDENTITY_FAILURE"], False, Unavailable),
        (["NETWORK_FAILURE"], True, Unavailable),
        (["RATE_LIMIT_FAILURE", "NETWORK_FAILURE"], False, RateLimited),
    ],
)
def test_a_message_that_reached_nobody(kinds: list[str], private: bool, ours: type[PlatformError] | None) -> None:
    found = from_results([{"type": kind} for kind in kinds], private=private)
    assert (type(found) if found else None) is ours


def test_a_challenge_keeps_its_token_and_its_pause() -> None:
    results = [{"type": "RATE_LIMIT_FAILURE", "token": "riddle", "retryAfterSeconds": 3600}]
    found = from_results(results, private=True)
    assert isinstance(found, ProofWanted)
    assert (found.token, found.retry_after) == ("riddle", 3600)


@pytest.mark.parametrize(
    ("status", "said", "private", "ours"),
    [
        (429, {"error": "rate limit", "challenge_tokens": ["riddle"]}, True, ProofWanted),
        (429, {"error": "rate limit", "challenge_tokens": [""]}, True, RateLimited),
        (429, None, False, RateLimited),
        (404, None, False, Gone),
        (502, "<html>", True, Unavailable),
        (400, {"error": "Unable to complete request due to untrusted recipient keys"}, True, NotReachable),
        (400, {"error": "Failed to send message"}, True, Unavailable),
        (400, {"error": "Failed to send message: timeout"}, False, Unavailable),
        (400, {"error": f"Unregistered user {SECRET}"}, True, NotReachable),
        (400, {"error": "User is not a group member: XXX"}, False, NotAllowed),
        (400, {"error": "User does not have required permissions"}, False, NotAllowed),
        (400, ["nonsense"], False, NotAllowed),
    ],
)
def test_a_refusal_of_the_rest_service(status: int, said: object, private: bool, ours: type[PlatformError]) -> None:
    found = from_http(status, said, private=private)
    assert type(found) is ours
    assert SECRET not in str(found)
