"""From one platform into the core: receive, commit, and only then acknowledge. One batch at a time, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from orchard_bot.chat.events import Event
from orchard_bot.chat.platform import Batch, Platform
from orchard_bot.errors import ConfigError, PlatformError, StorageError, Unavailable
from orchard_bot.runtime.core import Core
from orchard_bot.runtime.failpoints import CONFIRMED, STORED, Failpoint

SILENCE_SECONDS = 90.0
"""A platform that shows no sign of life for this long is connected anew."""
START_SECONDS = 60.0
ANSWER_SECONDS = 30.0
STOP_SECONDS = 10.0
LONGEST_PAUSE = 120.0


class Intake:
    """Supervises one platform: keeps it connected and feeds its events to the core."""

    def __init__(self, platform: Platform, core: Core, failpoint: Failpoint) -> None:
        self.platform = platform
        self.connected = False
        self.restarts = 0
        self.trouble = ""
        """The kind of the last error, for health pages; empty while all is well."""
        self._core = core
        self._failpoint = failpoint
        self._careful = False
        self._heard = False

    async def run(self, *, careful: bool) -> None:
        """For ever: connect, receive; after an error wait a little longer each time and connect again.

        ``careful``: the first batch goes through the lanes, because it may hold what ended the last run.
        """
        self._careful = careful
        failures = 0
        while True:
            self._heard = False
            try:
                await self._connect()
                await self._receive()
            except (PlatformError, TimeoutError, ConfigError) as error:
                self.trouble = type(error).__name__
                self._core.log.fault("connection lost", error, account=str(self.platform.account), tries=failures)
            except Exception as error:
                self.trouble = type(error).__name__
                self._core.log.fault("adapter failed", error, account=str(self.platform.account), tries=failures)
            finally:
                self.connected = False
                await self._disconnect()
            failures = 0 if self._heard else failures + 1
            self.restarts += 1
            await self._core.clock.sleep(min(2.0 ** min(failures, 10), LONGEST_PAUSE))

    async def _connect(self) -> None:
        async with asyncio.timeout(START_SECONDS):
            await self.platform.start()
        self.connected = True
        for community in self._core.house.served_by(self.platform.account):
            await self._core.refresh(self.platform.account, community.chat)
        self._core.outbox.ring()

    async def _disconnect(self) -> None:
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self.platform.stop()
        except Exception as error:
            self._core.log.fault("could not disconnect", error, account=str(self.platform.account))

    async def _receive(self) -> None:
        batches = aiter(self.platform.batches())
        while True:
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    batch = await anext(batches)
            except StopAsyncIteration:
                raise Unavailable("The platform ended the stream of events.") from None
            await self._take(batch)

    async def _take(self, batch: Batch) -> None:
        self._heard = True
        self._core.counts["batches"] += 1
        if batch.malformed:
            self._core.counts["malformed"] += batch.malformed
            self._core.log.warning(
                "malformed events left out", account=str(self.platform.account), malformed=batch.malformed
            )
        if batch.events:
            await self._store(batch.events)
            self._failpoint(STORED)
        async with asyncio.timeout(ANSWER_SECONDS):
            await batch.acknowledge()
        if batch.events:
            self._failpoint(CONFIRMED)
        self.trouble = ""

    async def _store(self, events: Sequence[Event]) -> None:
        """All of them; one that cannot be taken at all must not keep back those behind it for ever."""
        try:
            await self._commit(events)
        except Exception as error:
            self._core.log.fault("a batch could not be taken", error, account=str(self.platform.account))
            if len(events) > 1:
                for event in events:
                    await self._store([event])
            else:
                self._core.counts["malformed"] += 1

    async def _commit(self, events: Sequence[Event]) -> None:
        """Until it is committed: the platform keeps what is not acknowledged, and so do we."""
        pause = 1.0
        while True:
            try:
                await self._core.accept(events, careful=self._careful)
            except StorageError as error:
                self.trouble = type(error).__name__
                self._core.log.fault("could not store events", error, account=str(self.platform.account))
                await self._core.clock.sleep(pause)
                pause = min(pause * 2, 30.0)
            else:
                self._careful = False
                return
