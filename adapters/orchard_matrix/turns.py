"""Turns: messages that all want to go out at once go one behind the other, in the order in which they are ready.

A small homeserver works on all that it is given at once in one thread (Synapse), so that of three messages even the first
arrives late; one behind the other, the first arrives early and the last no later.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

LONGEST = 0.05
"""Seconds that one holds up the next: an answer that does not come holds up nobody for long."""


class Turns:
    """In the order in which they are asked for."""

    def __init__(self) -> None:
        self._door = asyncio.Lock()
        self._answered = asyncio.Event()
        self._answered.set()

    @contextlib.asynccontextmanager
    async def next(self) -> AsyncIterator[None]:
        """The block begins when the one before it is over, or has taken ``LONGEST``."""
        async with self._door:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LONGEST):
                    await self._answered.wait()
            self._answered = over = asyncio.Event()
        try:
            yield
        finally:
            over.set()
