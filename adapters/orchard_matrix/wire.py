"""What a homeserver sends, as far as the bot reads it: https://spec.matrix.org/latest/client-server-api/#syncing.

An event that cannot be read costs the others nothing: each is read apart.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, field

Milliseconds = Annotated[int, Meta(ge=0, le=253_402_300_799_000)]
"""Since 1970, up to the year 9999."""


class Unsigned(Struct, frozen=True):
    """What the server adds to an event."""

    prev_content: dict[str, Any] = field(default_factory=dict)
    redacted_because: dict[str, Any] | None = None
    relations: dict[str, Any] = field(default_factory=dict, name="m.relations")


class Event(Struct, frozen=True):
    """One event of a room; with ``state_key`` it is a piece of the room's state."""

    type: str
    sender: str
    content: dict[str, Any]
    event_id: str = ""
    origin_server_ts: Milliseconds = 0
    state_key: str | None = None
    unsigned: Unsigned = field(default_factory=Unsigned)
    redacts: str | None = None

    @property
    def relation(self) -> Mapping[str, Any]:
        """How it relates to another event; empty where it does not."""
        found = self.content.get("m.relates_to")
        return found if isinstance(found, dict) else {}

    def text(self, name: str) -> str:
        """A text in its content; empty where there is none."""
        found = self.content.get(name)
        return found if isinstance(found, str) else ""


Raw = dict[str, Any]
"""An event as it came."""


class Joined(Struct, frozen=True):
    """What is new in a room that the bot is in."""

    state: list[Raw]
    timeline: list[Raw]
    limited: bool
    """There was more than fits: what came before ``prev_batch`` is to be asked for."""
    prev_batch: str


class Invited(Struct, frozen=True):
    """Somebody asks the bot to come into a room."""

    by: str
    direct: bool
    """To talk to the bot alone."""


class Sync(Struct, frozen=True):
    """One answer to /sync."""

    next_batch: str
    joined: dict[str, Joined]
    left: dict[str, Joined]
    invited: dict[str, Invited]
    direct: frozenset[str] | None
    """Every room in which the account talks to one person; None: nothing new."""
    has_keys: bool
    """Whether something was sent to this device, such as keys to messages."""


class UnreadableAnswer(ValueError):
    """It is no answer to /sync."""


def event_in(raw: object) -> Event:
    """Raises ``msgspec.ValidationError`` for what is no event."""
    return msgspec.convert(raw, Event)


def sync_in(answer: object, own: str) -> Sync:
    """The answer as the bot reads it. Raises ``UnreadableAnswer``."""
    if not isinstance(answer, dict) or not isinstance(answer.get("next_batch"), str):
        raise UnreadableAnswer
    rooms = _dict(answer.get("rooms"))
    return Sync(
        next_batch=answer["next_batch"],
        joined={id: _joined(_dict(part)) for id, part in _dict(rooms.get("join")).items()},
        left={id: _joined(_dict(part)) for id, part in _dict(rooms.get("leave")).items()},
        invited={id: _invited(_dict(part), own) for id, part in _dict(rooms.get("invite")).items()},
        direct=_direct(_events(_dict(answer.get("account_data")))),
        has_keys=bool(_events(_dict(answer.get("to_device")))),
    )


def without_messages(answer: Mapping[str, Any], known: Container[str] = ()) -> dict[str, Any]:
    """The answer for the library that keeps the keys: it needs to know who is in a room, not what is written there.

    Of rooms that it has ``known`` before only what has changed.
    """
    rooms = _dict(answer.get("rooms"))
    states = {id: _only_state(_dict(part)) for id, part in _dict(rooms.get("join")).items()}
    joined = {id: part for id, part in states.items() if id not in known or _has_changed(part)}
    quiet: dict[str, Any] = {"join": joined, "invite": {}, "leave": {}}
    return {
        "device_one_time_keys_count": {},
        "device_lists": {"changed": [], "left": []},
        **answer,
        "rooms": quiet,
        "to_device": {"events": _events(_dict(answer.get("to_device")))},
        "account_data": {"events": []},
        "presence": {"events": []},
    }


def has_news(quiet: Mapping[str, Any]) -> bool:
    """Whether an answer without messages says anything of rooms, of other devices, or to this one."""
    lists = _dict(quiet.get("device_lists"))
    said = (_dict(quiet["rooms"])["join"], quiet["to_device"]["events"], lists.get("changed"), lists.get("left"))
    return any(said)


def _has_changed(part: Mapping[str, Any]) -> bool:
    return bool(part["state"]["events"] or part["timeline"]["events"] or part["summary"])


def _only_state(part: Mapping[str, Any]) -> dict[str, Any]:
    timeline = _dict(part.get("timeline"))
    return {
        "state": {"events": _events(_dict(part.get("state")))},
        "timeline": {
            "events": [event for event in _events(timeline) if "state_key" in event],
            "limited": bool(timeline.get("limited")),
            "prev_batch": str(timeline.get("prev_batch", "")),
        },
        "ephemeral": {"events": []},
        "account_data": {"events": []},
        "summary": _dict(part.get("summary")),
        "unread_notifications": {},
    }


def _joined(part: Mapping[str, Any]) -> Joined:
    timeline = _dict(part.get("timeline"))
    return Joined(
        state=_events(_dict(part.get("state"))),
        timeline=_events(timeline),
        limited=timeline.get("limited") is True,
        prev_batch=str(timeline.get("prev_batch", "")),
    )


def _invited(part: Mapping[str, Any], own: str) -> Invited:
    for event in _events(_dict(part.get("invite_state"))):
        if event.get("type") == "m.room.member" and event.get("state_key") == own:
            return Invited(str(event.get("sender", "")), _dict(event.get("content")).get("is_direct") is True)
    return Invited("", False)


def _direct(events: Iterable[Raw]) -> frozenset[str] | None:
    for event in events:
        if event.get("type") == "m.direct":
            return rooms_in(_dict(event.get("content")))
    return None


def rooms_in(direct: Mapping[str, Any]) -> frozenset[str]:
    """The rooms in the account's ``m.direct``."""
    lists = [rooms for rooms in direct.values() if isinstance(rooms, list)]
    return frozenset(room for rooms in lists for room in rooms if isinstance(room, str))


def _events(part: Mapping[str, Any]) -> list[Raw]:
    found = part.get("events")
    return [event for event in found if isinstance(event, dict)] if isinstance(found, list) else []


def _dict(found: object) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}
