"""Reads what the adapter hands over, for tests that need no bot around it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from orchard_bot.chat.events import Event
from orchard_matrix import MatrixPlatform

_E = TypeVar("_E", bound=Event)
PATIENCE = 30.0


async def heard(platform: MatrixPlatform, kind: type[_E], how_many: int = 1) -> list[_E]:
    """The next events of just this kind, acknowledged."""
    events = await until(platform, lambda found: len([one for one in found if type(one) is kind]) >= how_many)
    return [one for one in events if type(one) is kind]


async def until(platform: MatrixPlatform, enough: Callable[[Sequence[Event]], bool]) -> list[Event]:
    """All that comes, acknowledged, until it is enough."""
    found: list[Event] = []
    async with asyncio.timeout(PATIENCE):
        batches = platform.batches()
        try:
            async for batch in batches:
                found += batch.events
                await batch.acknowledge()
                if enough(found):
                    break
        finally:
            await batches.aclose()  # type: ignore[attr-defined]  # it is a generator
    return found
