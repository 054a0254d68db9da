"""Forgets on time: every hour, what is past its date goes, a little at a time."""

from __future__ import annotations

from contextlib import suppress

from orchard_bot.errors import StorageBusy, StorageError
from orchard_bot.runtime.core import Core

EVERY_SECONDS = 3600.0


class Janitor:
    """Runs the purge."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def run(self) -> None:
        """For ever, once an hour."""
        while True:
            try:
                await self.purge()
            except StorageError as error:
                self._core.log.fault("could not purge", error)
            await self._core.clock.sleep(EVERY_SECONDS)

    async def purge(self) -> None:
        """Forget whatever is past its date."""
        now, retention = self._core.clock.now(), self._core.house.retention
        while sum((await self._core.storage.write(lambda ledger: ledger.purge.purge(now, retention))).values()):
            pass
        with suppress(StorageBusy):  # somebody reads just now: what was erased leaves the log an hour later
            await self._core.storage.scrub()
