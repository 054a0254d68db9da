"""A clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

WEDNESDAY_EVENING = datetime(2026, 1, 14, 19, 30, tzinfo=UTC)
"""Where a ``FakeClock`` starts unless told otherwise: term time, and the same hour in London as in UTC."""


class FakeClock:
    """Time for tests: it passes only by ``advance``. Fits the runtime's ``Clock`` port.

    Use it in one event loop. Raises ``ValueError`` for a start without a time zone.
    """

    def __init__(self, start: datetime = WEDNESDAY_EVENING) -> None:
        if start.tzinfo is None:
            raise ValueError("A clock needs a time zone: write datetime(…, tzinfo=UTC).")
        self._start = start.astimezone(UTC)
        self._passed = timedelta()
        self._order = count()
        self._somebody_sleeps = asyncio.Event()
        self._sleepers: list[tuple[timedelta, int, asyncio.Future[None]]] = []
        self._watchers: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        return self._start + self._passed

    def monotonic(self) -> float:
        """Seconds since this clock was made."""
        return self._passed.total_seconds()

    @property
    def sleeping(self) -> int:
        """How many callers wait in ``sleep`` just now."""
        return sum(not wake_up.done() for _, _, wake_up in self._sleepers)

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has been advanced by so many seconds; nought or less only lets others run."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        wake_up = asyncio.get_running_loop().create_future()
        sleeper = (self._passed + timedelta(seconds=seconds), next(self._order), wake_up)
        heapq.heappush(self._sleepers, sleeper)
        self._somebody_sleeps.set()
        try:
            await wake_up
        finally:
            if sleeper in self._sleepers:
                self._sleepers.remove(sleeper)
                heapq.heapify(self._sleepers)

    async def until_sleeping(self, callers: int = 1) -> None:
        """Let others run until so many wait in ``sleep``: then ``advance`` reaches them."""
        while self.sleeping < callers:
            self._somebody_sleeps.clear()
            await self._somebody_sleeps.wait()

    def on_advance(self, look: Callable[[], None]) -> None:
        """Have ``look`` called whenever the clock has been moved."""
        self._watchers.append(look)

    def advance(self, by: float | timedelta) -> None:
        """Let so many seconds pass and wake whoever is due, the earliest first.

        They run when the caller next awaits. Raises ``ValueError`` for a step back.
        """
        step = by if isinstance(by, timedelta) else timedelta(seconds=by)
        if step < timedelta():
            raise ValueError("Time does not run backwards: advance by nought or more.")
        self._passed += step
        while self._sleepers and self._sleepers[0][0] <= self._passed:
            _, _, wake_up = heapq.heappop(self._sleepers)
            if not wake_up.done():
                wake_up.set_result(None)
        for look in self._watchers:
            look()
