"""Units of work over a ledger, on whichever engine keeps it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from orchard_bot.storage.engine import Engine
from orchard_bot.storage.ledger import SqlLedger

T = TypeVar("T")


class SqlStorage:
    """See ``runtime.ledger.Storage``. Gives the engine's units a ledger instead of a bare connection."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._at_hand = _LedgerAtHand()

    async def write(self, work: Callable[[SqlLedger], T]) -> T:
        """See ``runtime.ledger.Storage`` and ``Engine.write``."""
        return await self._engine.write(lambda connection: work(self._at_hand.of(connection)))

    async def read(self, work: Callable[[SqlLedger], T]) -> T:
        """See ``runtime.ledger.Storage`` and ``Engine.read``."""
        return await self._engine.read(lambda connection: work(self._at_hand.of(connection)))

    async def look(self, work: Callable[[Connection], T]) -> T:
        """Read with statements of one's own, beside the writer."""
        return await self._engine.read(work)

    async def scrub(self) -> None:
        """See ``Engine.scrub``."""
        await self._engine.scrub()

    async def close(self) -> None:
        """See ``runtime.ledger.Storage``."""
        await self._engine.close()


class _LedgerAtHand(threading.local):
    """The last ledger of each thread: an engine's thread keeps its connection, and a ledger costs more to make."""

    ledger: SqlLedger | None = None

    def of(self, connection: Connection) -> SqlLedger:
        if self.ledger is None or self.ledger.connection is not connection:
            self.ledger = SqlLedger(connection)
        return self.ledger
