"""What is asked of the server about the past: a single message, and what a gap in /sync left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from orchard_bot.errors import Gone, NotAllowed
from orchard_matrix import wire
from orchard_matrix.client import Client, path
from orchard_matrix.keys import Keys
from orchard_matrix.rooms import Room
from orchard_matrix.translate import Found, text_now

_PAGE = 100


class History:
    """Asks as the bot's account, and opens what is encrypted."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client, self._keys = client, keys

    async def found(self, room: Room, event: str) -> Found | None:
        """One message in the words that it has now; None where it is not to be had. Raises ``Unavailable``."""
        try:
            raw = await self._client.call("GET", path("rooms", room.id, "event", event))
        except (Gone, NotAllowed):
            return None
        found = self._read(room, raw)
        if found is None:
            return None
        newest = found.unsigned.relations.get("m.replace")
        newer = self._read(room, newest) if isinstance(newest, dict) else None
        return Found(found, room, text_now(found, newer))

    async def between(self, room: str, since: str, until: str) -> list[wire.Raw]:
        """Every event of a room after ``since`` and before ``until``, in order. Raises ``Unavailable``."""
        pages: list[wire.Raw] = []
        at = until
        while at:
            query = {"dir": "b", "from": at, "to": since, "limit": str(_PAGE)}
            try:
                answer = await self._client.call("GET", path("rooms", room, "messages"), query=query)
            except (Gone, NotAllowed):
                break  # the bot is out of the room by now
            chunk = answer.get("chunk") if isinstance(answer, dict) else None
            pages += [one for one in chunk or () if isinstance(one, dict)]
            end = answer.get("end") if isinstance(answer, dict) else None
            at = end if isinstance(end, str) and chunk and end != at else ""
        return pages[::-1]

    async def state(self, room: str) -> Sequence[Mapping[str, Any]]:
        """All that is so in a room. Raises ``NotAllowed`` where the bot is not in it."""
        answer = await self._client.call("GET", path("rooms", room, "state"))
        return [one for one in answer if isinstance(one, dict)] if isinstance(answer, list) else []

    def _read(self, room: Room, raw: object) -> wire.Event | None:
        try:
            event = wire.event_in(raw)
            if event.type != "m.room.encrypted" or not isinstance(raw, dict):
                return event
            opened = self._keys.opened(room.id, raw)
            return None if opened is None else wire.event_in(opened)
        except msgspec.ValidationError:
            return None
