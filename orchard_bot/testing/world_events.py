"""What happened in the World and still has to be told to the bot: a queue with offsets, as platforms keep it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from msgspec import Struct

from orchard_bot.chat.events import Event
from orchard_bot.chat.refs import ChatRef
from orchard_bot.testing.world_faults import Faults

BATCH = 100
"""How many events are handed out at once."""


class Delivery(Struct, frozen=True):
    """Events handed out together. ``upto`` is the offset that acknowledging them moves the queue to."""

    events: tuple[Event, ...]
    upto: int
    malformed: int = 0
    repeated: bool = False
    """Delivered once more although acknowledged: a fault of the World."""

    def __bool__(self) -> bool:
        return bool(self.events or self.malformed)


class EventQueue:
    """Hands out the same events again until they are acknowledged."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._waiting: deque[Event] = deque()
        self._acknowledged = 0
        self._once_more: tuple[Event, ...] = ()

    @property
    def pending(self) -> list[Event]:
        """What is not yet acknowledged, in the order in which it happened."""
        return list(self._waiting)

    def put(self, event: Event) -> None:
        """It happened: hold it until it is acknowledged."""
        self._waiting.append(event)

    def hand_out(self, limit: int = BATCH) -> Delivery:
        """The first events that are not yet acknowledged, at most ``limit``; falsy when there is nothing."""
        malformed = min(self._faults.malformed_items, 1)
        self._faults.malformed_items -= malformed
        if self._once_more:
            return Delivery(self._once_more, self._acknowledged, malformed, repeated=True)
        events = tuple(self._waiting[at] for at in range(min(limit, len(self._waiting))))
        upto = self._acknowledged + len(events)
        return Delivery(_last_chat_first(events) if self._faults.reorder else events, upto, malformed)

    def acknowledge(self, delivery: Delivery) -> None:
        """These need not come again. Twice is as good as once."""
        if delivery.repeated:
            self._once_more = ()
            return
        is_new = self._acknowledged < delivery.upto
        while self._acknowledged < delivery.upto:
            self._waiting.popleft()
            self._acknowledged += 1
        if is_new and self._faults.duplicates:
            self._faults.duplicates -= 1
            self._once_more = delivery.events


def _last_chat_first(events: Iterable[Event]) -> tuple[Event, ...]:
    by_chat: dict[ChatRef, list[Event]] = {}
    for event in events:
        by_chat.setdefault(event.chat, []).append(event)
    return tuple(event for chat in reversed(by_chat) for event in by_chat[chat])
