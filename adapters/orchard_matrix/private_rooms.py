"""A private room for each person: found again, or made. Nobody else is ever in it when the bot speaks there.

https://spec.matrix.org/latest/client-server-api/#direct-messaging
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

import msgspec

from orchard_bot.errors import Gone, NotAllowed, NotReachable
from orchard_matrix import wire
from orchard_matrix.client import Client, path
from orchard_matrix.directory import Directory
from orchard_matrix.history import History
from orchard_matrix.keys import Keys
from orchard_matrix.rooms import INSIDE, Room

_ENCRYPTION = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}
_TO_THE_INVITED = {"type": "m.room.history_visibility", "state_key": "", "content": {"history_visibility": "invited"}}
_NOBODY_INVITES = {"invite": 100}


class PrivateRooms:
    """``encrypt``: whether rooms that are made are encrypted."""

    def __init__(self, client: Client, keys: Keys, history: History, directory: Directory, *, encrypt: bool) -> None:
        self._client, self._keys, self._history, self._directory = client, keys, history, directory
        self._encrypt = encrypt
        self._doors: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def room_of(self, person: str) -> Room:
        """Their room. Raises ``NotReachable`` where they have left it, or there is no such person."""
        async with self._doors[person]:
            for room in self._directory.private(person):
                if await self._alone(room, person):
                    return room
            if self._directory.has_left(person):
                raise NotReachable("This person has left the private chat with the bot.")
            return await self._made(person)

    async def note(self, room: str, person: str) -> None:
        """Keep in mind, on the server, that this room is for the two."""
        where = path("user", self._directory.own, "account_data", "m.direct")
        try:
            kept = await self._client.call("GET", where)
        except Gone:
            kept = {}
        rooms = kept.get(person) if isinstance(kept, dict) else None
        theirs = rooms if isinstance(rooms, list) else []
        self._directory.direct.add(room)
        if room not in theirs:
            await self._client.call("PUT", where, {**kept, person: [*theirs, room]})

    async def _alone(self, room: Room, person: str) -> bool:
        """Asked of the server each time, where anybody but the bot could have let somebody in a moment ago."""
        if room.shut(self._directory.own):
            return True
        query = {"not_membership": "leave"}
        try:
            answer = await self._client.call("GET", path("rooms", room.id, "members"), query=query)
        except (Gone, NotAllowed):
            return False
        inside = set()
        for raw in answer.get("chunk", ()):
            event = _member(raw)
            if event is not None and event.text("membership") in INSIDE:
                inside.add(event.state_key)
        return inside == {self._directory.own, person}

    async def _made(self, person: str) -> Room:
        body: dict[str, Any] = {
            "preset": "private_chat",
            "is_direct": True,
            "invite": [person],
            "initial_state": [_TO_THE_INVITED, *([_ENCRYPTION] if self._encrypt else [])],
            "power_level_content_override": _NOBODY_INVITES,
        }
        try:
            await self._client.call("GET", path("profile", person))  # some servers invite whoever is named
            answer = await self._client.call("POST", path("createRoom"), body)
        except (Gone, NotAllowed) as error:
            raise NotReachable("The homeserver knows nobody of this name, or they take no invitation.") from error
        id = str(answer.get("room_id", ""))
        await self.note(id, person)
        state = await self._history.state(id)
        room = self._directory.room(id)
        for raw in state:
            room.apply(wire.event_in(raw))
        self._keys.meet(id, state)
        return room


def _member(raw: object) -> wire.Event | None:
    try:
        return wire.event_in(raw)
    except msgspec.ValidationError:
        return None
