"""The server's time: it stands still until somebody moves it, or runs with the machine and may be moved as well."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime, timedelta

from orchard_bot.runtime.clock import SystemClock


class ServerClock:
    """``start`` None: runs with the machine. Used in one event loop."""

    def __init__(self, start: datetime | None = None) -> None:
        self._start, self._machine = start, SystemClock()
        self._moved_by = timedelta()
        self._sleepers: list[tuple[datetime, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """Aware, in UTC."""
        return (self._start or self._machine.now()) + self._moved_by

    def unix(self) -> int:
        """Whole seconds, as Telegram writes times."""
        return int(self.now().timestamp())

    def advance(self, seconds: float) -> None:
        """Let time pass, and wake whoever is due."""
        self._moved_by += timedelta(seconds=seconds)
        for due, wake_up in self._sleepers:
            if due <= self.now() and not wake_up.done():
                wake_up.set_result(None)

    async def sleep(self, seconds: float, wake_up: asyncio.Future[None] | None = None) -> None:
        """Wait so long, or until somebody sets ``wake_up``."""
        wake_up = wake_up or asyncio.get_running_loop().create_future()
        sleeper = (self.now() + timedelta(seconds=seconds), wake_up)
        self._sleepers.append(sleeper)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if self._start else max(seconds, 0)):
                    if seconds > 0:
                        await wake_up
        finally:
            self._sleepers.remove(sleeper)
