"""What a person's client shows: every message that reached it, as it came, with later changes and deletions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.adapters.matrix.stagehand import Stagehand

_FILTER = {"presence": {"types": []}, "room": {"timeline": {"limit": 1000}, "ephemeral": {"types": []}}}
_FROM_HERE = {"timeout": "0", "filter": json.dumps(_FILTER)}


@dataclass
class Seen:
    """A message on a screen."""

    event: str
    room: str
    author: str
    at: float
    texts: list[str]
    """Every one that it ever had, the newest last."""
    answers: str | None = None
    deleted_at: float | None = None
    edited: bool = False
    file: str = ""
    """Where the file is that it shows; empty: it shows none."""

    @property
    def text(self) -> str:
        """What it says now."""
        return self.texts[-1]


@dataclass
class Eyes:
    """One person's client, which takes every invitation."""

    stagehand: Stagehand
    user: str
    now: Callable[[], float]
    """Whose time counts on the screen: the story's, whatever the machine's may be."""
    seen: dict[str, Seen] = field(default_factory=dict)
    rooms: list[str] = field(default_factory=list)
    _since: str = ""

    def look(self) -> list[Seen]:
        """All there is by now, oldest first."""
        while self._news():
            pass
        return list(self.seen.values())

    def note(self, event: str, room: str, author: str, content: dict[str, Any]) -> Seen:
        """Somebody has just written something."""
        self._take(room, {"event_id": event, "sender": author, "content": content})
        return self.seen[event]

    def _news(self) -> bool:
        answer = self.stagehand.call(self.user, "GET", "sync", query=_FROM_HERE | {"since": self._since})
        rooms = answer.get("rooms", {})
        self._since = answer["next_batch"]
        for room in rooms.get("invite", {}):
            self.stagehand.call(self.user, "POST", f"rooms/{quote(room)}/join", {})
        for room, part in rooms.get("join", {}).items():
            if room not in self.rooms:
                self.rooms.append(room)
            for raw in part["timeline"]["events"]:
                self._event(room, raw)
        return bool(rooms.get("invite"))

    def _event(self, room: str, raw: dict[str, Any]) -> None:
        if raw["type"] == "m.room.redaction":
            target = self.seen.get(raw["content"].get("redacts", ""))
            if target is not None:
                target.deleted_at = target.deleted_at or self.now()
        elif raw["type"] == "m.room.message" and "body" in raw["content"]:
            self._take(room, raw)

    def _take(self, room: str, raw: dict[str, Any]) -> None:
        content = raw["content"]
        relation = content.get("m.relates_to", {})
        if relation.get("rel_type") == "m.replace":
            target = self.seen.get(relation["event_id"])
            if target is not None and target.author == raw["sender"]:
                words = content["m.new_content"]["body"]
                target.edited = True
                if target.text != words:
                    target.texts.append(words)
        elif raw["event_id"] not in self.seen:
            self.seen[raw["event_id"]] = Seen(
                raw["event_id"],
                room,
                raw["sender"],
                self.now(),
                [content["body"]],
                answers=relation.get("m.in_reply_to", {}).get("event_id"),
                file=content.get("url", "") if content.get("msgtype") == "m.file" else "",
            )
