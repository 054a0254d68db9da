"""The rooms that the bot knows of, and which of them are for one person alone."""

from __future__ import annotations

from orchard_matrix.rooms import Room


class Directory:
    """Kept by the session; read by all that acts."""

    def __init__(self, own: str) -> None:
        self.own = own
        self.rooms: dict[str, Room] = {}
        self.direct: set[str] = set()
        """Rooms in the account's ``m.direct``."""

    def room(self, id: str) -> Room:
        """The room of this id, known from now on."""
        if id not in self.rooms:
            self.rooms[id] = Room(id)
        found = self.rooms[id]
        found.direct = found.direct or id in self.direct
        return found

    def inside(self, id: str) -> Room | None:
        """The room, where the bot is in it."""
        found = self.rooms.get(id)
        return found if found is not None and found.membership(self.own) == "join" else None

    def private(self, person: str) -> list[Room]:
        """The rooms in which this person and the bot are alone, those where the person has come in first."""
        theirs = [
            room for room in self.rooms.values() if room.partner(self.own) == person and self.inside(room.id) is room
        ]
        return sorted(theirs, key=lambda room: room.membership(person) != "join")

    def has_left(self, person: str) -> bool:
        """Whether this person has gone out of every private room that there was."""
        theirs = [room for room in self.rooms.values() if room.direct and person in room.members]
        return bool(theirs) and all(room.membership(person) in {"leave", "ban"} for room in theirs)

    def replaces(self, id: str) -> bool:
        """Whether a room that the bot is in has said that it goes on in this one."""
        inside = [room for room in self.rooms.values() if self.inside(room.id) is room]
        return any(room.moved is not None and room.moved.to == id for room in inside)
