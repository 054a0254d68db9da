"""The real time, for a World that people play with."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place in the sandbox that reads the real time

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class SceneClock:
    """The time in the scene: the real time, or ``back`` minutes before it while the opening is told."""

    def __init__(self, clock: SystemClock) -> None:
        self._clock = clock
        self.back = 0

    def now(self) -> datetime:
        """Aware, in UTC."""
        return self._clock.now() - timedelta(minutes=self.back)
