"""A room as its state tells of it: who is in it, who may do what. Pure: state events in, answers out.

https://spec.matrix.org/latest/client-server-api/#mroompower_levels and, for room version 12,
https://spec.matrix.org/latest/rooms/v12/: those who made a room stand above every number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from orchard_matrix.ids import server_of
from orchard_matrix.wire import Event

_CREATORS_SINCE = 12
INSIDE = frozenset({"join", "invite"})
_DEFAULTS = {"ban": 50, "kick": 50, "redact": 50, "invite": 0, "events_default": 0, "state_default": 50}


class Member(Struct, frozen=True):
    """How somebody stands in a room: "join", "invite", "knock", "leave" or "ban"."""

    membership: str
    name: str = ""


class Moved(Struct, frozen=True):
    """The room goes on elsewhere."""

    event_id: str
    at: int
    """Milliseconds."""
    to: str
    server: str
    """One that knows the way there."""


class Room:
    """One room, from the events of its state in the order in which they came."""

    def __init__(self, id: str) -> None:
        self.id = id
        self.version = 1
        self.creators: frozenset[str] = frozenset()
        self.kind = ""
        """"m.space" for a space."""
        self.predecessor = ""
        """The room that this one goes on from."""
        self.moved: Moved | None = None
        self.levels: Mapping[str, Any] | None = None
        self.encrypted = False
        self.direct = False
        """Whether it was made for two people to talk."""
        self.members: dict[str, Member] = {}
        self.join_rule = "invite"

    def apply(self, event: Event) -> None:
        """Take in a piece of state; anything else is passed over."""
        if event.state_key is None:
            return
        match event.type:
            case "m.room.member":
                self._member(event.state_key, event)
            case "m.room.power_levels":
                self.levels = event.content
            case "m.room.join_rules":
                self.join_rule = event.text("join_rule")
            case "m.room.create":
                self._created(event)
            case "m.room.encryption":
                self.encrypted = True  # for good: nobody can switch it off
            case "m.room.tombstone":
                to = event.text("replacement_room")
                self.moved = Moved(event.event_id, event.origin_server_ts, to, server_of(event.sender)) if to else None
            case _:
                pass

    def membership(self, user: str) -> str:
        """How somebody stands in it; "leave" where it has never heard of them."""
        found = self.members.get(user)
        return found.membership if found else "leave"

    def name(self, user: str) -> str:
        """What somebody calls themselves here. For showing only."""
        found = self.members.get(user)
        return found.name if found else ""

    @property
    def joined(self) -> frozenset[str]:
        """Who is in it."""
        return frozenset(user for user, one in self.members.items() if one.membership == "join")

    def partner(self, own: str) -> str | None:
        """The one other person who reads here, where it was made for two and nobody else has come in."""
        inside = {user for user, one in self.members.items() if one.membership in INSIDE}
        others = inside - {own}
        return next(iter(others)) if self.direct and own in inside and len(others) == 1 else None

    def shut(self, own: str) -> bool:
        """Whether nobody can come in whom the account ``own``, which made the room, has not invited."""
        others = {user for user, one in self.members.items() if one.membership in INSIDE} - {own}
        may_not = all(max(self.level(user), 0) < self.needed("invite") for user in others)
        return self.creators == {own} and self.join_rule == "invite" and may_not

    # Who may do what

    def level(self, user: str) -> float:
        """The power level of somebody; infinite for who made a room of version 12 or later."""
        if user in self.creators and self.version >= _CREATORS_SINCE:
            return math.inf
        if self.levels is None:
            return 100 if user in self.creators else 0
        users = self.levels.get("users")
        own = users.get(user) if isinstance(users, Mapping) else None
        return _number(own, _number(self.levels.get("users_default"), 0))

    def needed(self, what: str) -> float:
        """The level for "ban", "kick", "redact" or "invite"."""
        return self._default(what)

    def needed_to_send(self, type: str) -> float:
        """The level for an event that is no state."""
        return self._for_event(type, "events_default")

    def needed_to_set(self, type: str) -> float:
        """The level for a piece of state."""
        return self._for_event(type, "state_default")

    def _for_event(self, type: str, default: str) -> float:
        events = (self.levels or {}).get("events")
        own = events.get(type) if isinstance(events, Mapping) else None
        return _number(own, self._default(default))

    def _default(self, what: str) -> float:
        if self.levels is None and what == "state_default":
            return 0
        return _number((self.levels or {}).get(what), _DEFAULTS[what])

    def _created(self, event: Event) -> None:
        version = event.text("room_version") or "1"
        # What has another name than a number is somebody's experiment with what comes after the numbers.
        self.version = int(version) if version.isdecimal() else _CREATORS_SINCE
        more = event.content.get("additional_creators")
        added = [one for one in more if isinstance(one, str)] if isinstance(more, list) else []
        self.creators = frozenset({event.sender, *added})
        self.kind = event.text("type")
        before = event.content.get("predecessor")
        self.predecessor = str(before.get("room_id", "")) if isinstance(before, dict) else ""

    def _member(self, user: str, event: Event) -> None:
        name = event.text("displayname") or self.name(user)
        self.members[user] = Member(event.text("membership") or "leave", name)
        if event.content.get("is_direct") is True or event.unsigned.prev_content.get("is_direct") is True:
            self.direct = True


def _number(value: object, default: float) -> float:
    """Old rooms have levels written as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return default
    try:
        return float(value)
    except ValueError:
        return default
