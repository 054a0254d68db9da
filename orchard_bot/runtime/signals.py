"""Who wakes whom: a bell is rung after a commit, and every worker with an ear for it looks at the tables again."""

from __future__ import annotations

import asyncio
from datetime import datetime

from orchard_bot.runtime.clock import Clock

LONGEST_NAP = 3600.0


class Ear:
    """One worker's: a ring that comes while it works is remembered."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """There may be work."""
        self._rung.set()

    async def wait(self, until: datetime | None = None) -> None:
        """Until the bell rings, or the clock shows ``until``."""
        if until is None:
            await self._rung.wait()
        else:
            await self._first(until)
        self._rung.clear()

    async def _first(self, until: datetime) -> None:
        seconds = (until - self._clock.now()).total_seconds()
        if seconds <= 0 or self._rung.is_set():
            return
        async with asyncio.TaskGroup() as both:
            rung = both.create_task(self._rung.wait())
            slept = both.create_task(self._clock.sleep(min(seconds, LONGEST_NAP)))
            await asyncio.wait({rung, slept}, return_when=asyncio.FIRST_COMPLETED)
            rung.cancel()
            slept.cancel()


class Bell:
    """Rung by anybody, heard by all who have an ear for it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ears: list[Ear] = []

    def ear(self) -> Ear:
        """One more listener."""
        self._ears.append(Ear(self._clock))
        return self._ears[-1]

    def ring(self) -> None:
        """There may be work for any of them."""
        for ear in self._ears:
            ear.ring()
