"""Makes people act on a real Synapse, over plain HTTP, at any time of the story's choosing.

An application service may speak for every account and say when an event happened; the bot has no such help.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any
from urllib.parse import quote

from tests.adapters.matrix.synapse import STAGEHAND, Synapse

_HEADERS = {"Authorization": f"Bearer {STAGEHAND}"}
_numbers = count(1)
BOT_PASSWORD = "a password of the bot's"


class Refused(Exception):
    """The server said no."""


class Stagehand:
    """Speaks for people on one server. Names are made unique, so that stories do not meet each other."""

    def __init__(self, server: Synapse) -> None:
        self.server = server

    def add_person(self, name: str, shown: str | None = None) -> str:
        """An account; gives its id."""
        local = f"{name}-{next(_numbers)}"
        body = {"type": "m.login.application_service", "username": local, "inhibit_login": True}
        user: str = self._answer("POST", "/_matrix/client/v3/register", body, {"kind": "user"})["user_id"]
        self.call(user, "PUT", f"profile/{quote(user)}/displayname", {"displayname": shown or name.title()})
        return user

    def add_bot(self) -> str:
        """An account with the password ``BOT_PASSWORD``."""
        return self.server.add_account(f"bot-{next(_numbers)}", BOT_PASSWORD)

    def call(
        self,
        user: str,
        method: str,
        path: str,
        body: Any = None,
        at: float | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Any:
        """One request as ``user``; ``at``: seconds since 1970, when what it sends has happened."""
        asked = {"user_id": user, **{name: value for name, value in (query or {}).items() if value}}
        if at is not None:
            asked["ts"] = str(int(at * 1000))
        return self._answer(method, f"/_matrix/client/v3/{path}", body, asked)

    def make_room(self, user: str, **more: Any) -> str:
        """A room that only the invited may enter, if nothing else is said."""
        room: str = self.call(user, "POST", "createRoom", {"preset": "private_chat", **more})["room_id"]
        return room

    def join(self, user: str, room: str, at: float | None = None) -> str:
        """Come in."""
        return self.set(user, room, "m.room.member", {"membership": "join", **self._name(user)}, user, at)

    def leave(self, user: str, room: str, at: float | None = None) -> str:
        """Go out."""
        return self.set(user, room, "m.room.member", {"membership": "leave"}, user, at)

    def send(self, user: str, room: str, content: Any, at: float | None = None, type: str = "m.room.message") -> str:
        """Send an event; gives its id."""
        where = f"rooms/{quote(room)}/send/{type}/{next(_numbers)}"
        event: str = self.call(user, "PUT", where, content, at)["event_id"]
        return event

    def set(self, user: str, room: str, type: str, content: Any, key: str = "", at: float | None = None) -> str:
        """Set a piece of state; gives the event's id."""
        event: str = self.call(user, "PUT", f"rooms/{quote(room)}/state/{type}/{quote(key)}", content, at)["event_id"]
        return event

    def get(self, user: str, room: str, type: str, key: str = "") -> Any:
        """A piece of state."""
        return self.call(user, "GET", f"rooms/{quote(room)}/state/{type}/{quote(key)}")

    def redact(self, user: str, room: str, event: str) -> str:
        """Delete a message; gives the id of the deletion."""
        where = f"rooms/{quote(room)}/redact/{quote(event)}/{next(_numbers)}"
        deletion: str = self.call(user, "PUT", where, {})["event_id"]
        return deletion

    def download(self, user: str, address: str) -> bytes:
        """What is at an ``mxc://`` address."""
        where = f"/_matrix/client/v1/media/download/{address.removeprefix('mxc://')}"
        answer = self.server.http.get(where, params={"user_id": user}, headers=_HEADERS)
        assert answer.status_code == 200, answer.text
        return answer.content

    def _name(self, user: str) -> dict[str, str]:
        found: dict[str, str] = self.call(user, "GET", f"profile/{quote(user)}")
        return {"displayname": found["displayname"]} if "displayname" in found else {}

    def _answer(self, method: str, path: str, body: Any, query: dict[str, str]) -> Any:
        answer = self.server.http.request(method, path, json=body, params=query, headers=_HEADERS)
        if answer.status_code != 200:
            raise Refused(f"{method} {path}: {answer.text}")
        return answer.json()


def text(words: str, **more: Any) -> dict[str, Any]:
    """The content of a message."""
    return {"msgtype": "m.text", "body": words, **more}
