"""What the bot has been shown and what it has done, by kind and key: never the words of a message."""

from __future__ import annotations

from collections import Counter, deque
from datetime import datetime

from msgspec import Struct

from orchard_bot.chat.events import Event
from orchard_bot.chat.steps import Step

LINES = 60
"""How many of the latest steps the page lists."""


class Did(Struct, frozen=True):
    """One step that the bot asked for, and how it ended."""

    at: datetime
    kind: str
    """The name of the step's class, for example ``SendPrivately``."""
    key: str
    outcome: str
    """``done``, or the name of the error that the bot was given."""


class Diary:
    """Counts and recent steps of one bot."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        """Events by kind."""
        self.malformed = 0
        self.steps: deque[Did] = deque(maxlen=LINES)
        """Oldest first."""
        self.outcomes: Counter[str] = Counter()

    def saw(self, events: tuple[Event, ...], malformed: int = 0) -> None:
        """The bot has confirmed that it stored these."""
        self.seen.update(type(event).__name__ for event in events)
        self.malformed += malformed

    def did(self, at: datetime, step: Step, outcome: str) -> None:
        """The bot asked for a step."""
        self.steps.append(Did(at, type(step).__name__, step.key, outcome))
        self.outcomes[outcome] += 1
