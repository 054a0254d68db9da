"""What the Bot API answers when it will not: https://core.telegram.org/bots/api#making-requests."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """An answer with ``ok`` false. ``description`` is the whole text, with its "Bad Request: " in front."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters

    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


class NotPossible(Exception):
    """A real phone would not let this person do it: the test has to be put right."""


def bad(text: str) -> Refused:
    """A 400."""
    return Refused(400, f"Bad Request: {text}")


def forbidden(text: str) -> Refused:
    """A 403."""
    return Refused(403, f"Forbidden: {text}")


def conflict(text: str) -> Refused:
    """A 409."""
    return Refused(409, f"Conflict: {text}")


def too_many(seconds: int) -> Refused:
    """A 429."""
    return Refused(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def migrated(to: int) -> Refused:
    """The group goes on under another id."""
    return Refused(400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": to})
