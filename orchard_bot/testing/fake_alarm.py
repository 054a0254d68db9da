"""An alarm clock that rings by a ``FakeClock``: when a test advances the clock past the moment that was set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from orchard_bot.testing.fake_clock import FakeClock


class FakeAlarm:
    """Fits the runtime's ``Alarm`` port."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._moment: datetime | None = None
        self._ring: Callable[[], None] = _nobody
        clock.on_advance(self._look)

    def start(self) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Rings no more."""
        self._moment = None

    def set(self, moment: datetime | None, ring: Callable[[], None]) -> None:
        """Ring once at ``moment``; at once where it has passed; None: not at all."""
        self._moment, self._ring = moment, ring
        self._look()

    def _look(self) -> None:
        if self._moment is not None and self._moment <= self._clock.now():
            self._moment = None
            self._ring()


def _nobody() -> None:
    """Nobody has set it yet."""
