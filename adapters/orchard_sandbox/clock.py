"""The real time, for a World that people play with."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What time it is, and how to wait."""

    def now(self) -> datetime:
        """Aware, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place in the sandbox that reads the real time

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class SceneClock:
    """The time in the scene: the real time, or ``back`` minutes before it while the opening is told."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.back = 0

    def now(self) -> datetime:
        """Aware, in UTC."""
        return self._clock.now() - timedelta(minutes=self.back)
