"""Reads an answer to /sync: fills gaps, opens what is encrypted, looks up what events point at, and translates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from orchard_bot.chat.events import ChatOpened, Event, MessagePosted
from orchard_matrix import wire
from orchard_matrix.device import Waiting
from orchard_matrix.directory import Directory
from orchard_matrix.history import History
from orchard_matrix.keys import Keys
from orchard_matrix.rooms import Room
from orchard_matrix.translate import Found, Translation, Unreadable

MOST_WAITING = 1000
"""Encrypted events that are kept until their keys come; the oldest are then given up, and counted."""


@dataclass(slots=True)
class Read:
    """What was found in one answer."""

    events: list[Event] = field(default_factory=list)
    malformed: int = 0
    waiting: tuple[Waiting, ...] = ()


class Reader:
    """Reads as one account of the bot. What it learns of rooms goes into the directory."""

    def __init__(self, account: str, directory: Directory, history: History, keys: Keys) -> None:
        self._directory, self._history, self._keys = directory, history, keys
        self._translation = Translation(account, directory.own)
        self._ahead: set[str] = set()
        """Rooms of which more is known than has been read."""

    def learn(self, sync: wire.Sync) -> None:
        """How the rooms are, before what has happened in them is read."""
        if sync.direct is not None:
            self._directory.direct = set(sync.direct)
        for id, part in (*sync.joined.items(), *sync.left.items()):
            room = self._directory.room(id)
            if not any(self._is_own_standing(raw) for raw in part.state):
                self._ahead.add(id)  # the bot has come in meanwhile: all that is known of it is in what has happened
            for state in _readable(part.state if id not in self._ahead else [*part.state, *part.timeline]):
                room.apply(state)

    async def read(self, sync: wire.Sync, since: str, waiting: Sequence[Waiting], *, first: bool) -> Read:
        """Everything in order. ``first``: the device is new, and reads nothing that was written before it came."""
        found = Read()
        if sync.direct is not None:
            self._directory.direct = set(sync.direct)
        still = await self._unlocked(waiting, found) if sync.has_keys else list(waiting)
        for id, part in (*sync.joined.items(), *sync.left.items()):
            still += await self._room(id, part, since, found, first=first)
        self._ahead.clear()
        found.events = [*self._moves(sync.joined), *found.events]
        found.malformed += max(0, len(still) - MOST_WAITING)
        found.waiting = tuple(still[-MOST_WAITING:])
        return found

    async def _unlocked(self, waiting: Sequence[Waiting], found: Read) -> list[Waiting]:
        """What can be opened now; gives what still cannot."""
        still: list[Waiting] = []
        for one in waiting:
            opened = self._keys.opened(one.room, one.event)
            if opened is None:
                still.append(one)
            else:
                await self._event(self._directory.room(one.room), opened, found)
        return still

    async def _room(self, id: str, part: wire.Joined, since: str, found: Read, *, first: bool) -> list[Waiting]:
        room = self._directory.room(id)
        gap: list[wire.Raw] = []
        if part.limited and since and part.prev_batch:
            gap = await self._history.between(id, since, part.prev_batch)
        for state in _readable(part.state):
            room.apply(state)
        timeline = [*gap, *part.timeline]
        if first:
            for event in _readable(timeline):
                room.apply(event)
            return []
        heard = Read()
        came = 0 if room.direct else self._own_coming(timeline)
        locked = await self._events(room, timeline, heard, came=came)
        found.events += _opened_first(heard.events)
        found.malformed += heard.malformed
        return locked

    async def _events(self, room: Room, timeline: Sequence[wire.Raw], found: Read, *, came: int) -> list[Waiting]:
        """``came``: where in the timeline the bot itself comes into a group; what was written before is not for it."""
        locked: list[Waiting] = []
        for place, raw in enumerate(timeline):
            opened: wire.Raw | None = raw
            if raw.get("type") == "m.room.encrypted":
                opened = self._keys.opened(room.id, raw)
            if opened is None and place >= came:
                locked.append(Waiting(room.id, raw))
            elif opened is not None and place >= came:
                await self._event(room, opened, found)
            elif opened is not None:
                for event in _readable([opened]):
                    room.apply(event)
        return locked

    async def _event(self, room: Room, raw: wire.Raw, found: Read) -> None:
        try:
            event = wire.event_in(raw)
            before = self._before(event, room)
            room.apply(event)
            read = self._translation.read(event, room, before, await self._pointed_at(event, room))
        except (msgspec.ValidationError, Unreadable):
            found.malformed += 1
            return
        if read is not None:
            found.events.append(read)

    def _before(self, event: wire.Event, room: Room) -> str:
        """How the person that a change of membership is about stood until then."""
        if event.type != "m.room.member" or event.state_key is None:
            return ""
        said = event.unsigned.prev_content.get("membership")
        if isinstance(said, str):
            return said
        return "leave" if room.id in self._ahead else room.membership(event.state_key)

    async def _pointed_at(self, event: wire.Event, room: Room) -> Found | None:
        place = self._translation.points_at(event, room)
        where = self._directory.inside(place.room) if place else None
        return await self._history.found(where, place.event) if place and where else None

    def _moves(self, joined: Iterable[str]) -> list[Event]:
        """Groups that go on in another room, told once the bot is in it. The new room names the old one, too."""
        moves: list[Event] = []
        for id in joined:
            here = self._directory.rooms[id]
            there = self._directory.inside(here.moved.to) if here.moved else None
            if here.moved and there and there.predecessor == here.id:
                moves.append(self._translation.moved(here, here.moved))
            old = self._directory.rooms.get(here.predecessor)
            if old and old.moved and old.moved.to == id and old.id not in joined:
                moves.append(self._translation.moved(old, old.moved))
        return moves

    def _own_coming(self, timeline: Sequence[wire.Raw]) -> int:
        """Where the bot comes in; 0 where it has been inside all along."""
        own = [place for place, raw in enumerate(timeline) if self._is_own_standing(raw)]
        return own[0] if own and self._is_own_coming(timeline[own[0]]) else 0

    def _is_own_standing(self, raw: wire.Raw) -> bool:
        return raw.get("type") == "m.room.member" and raw.get("state_key") == self._directory.own

    def _is_own_coming(self, raw: wire.Raw) -> bool:
        """Whether the bot comes into the room by this event."""
        try:
            event = wire.event_in(raw)
        except msgspec.ValidationError:
            return False
        return event.text("membership") == "join" and event.unsigned.prev_content.get("membership") != "join"


def _opened_first(events: list[Event]) -> list[Event]:
    """Who opens a private chat and writes before the bot has come in wants an answer to that, and no greeting."""
    opened = [event for event in events if isinstance(event, ChatOpened)]
    if not opened or not any(isinstance(event, MessagePosted) for event in events):
        return events
    quiet: list[Event] = [replace(event, quietly=True) for event in opened]
    return quiet + [event for event in events if not isinstance(event, ChatOpened)]


def _readable(raws: Iterable[wire.Raw]) -> list[wire.Event]:
    events: list[wire.Event] = []
    for raw in raws:
        try:
            events.append(wire.event_in(raw))
        except msgspec.ValidationError:
            continue  # a broken piece of state says nothing
    return events
