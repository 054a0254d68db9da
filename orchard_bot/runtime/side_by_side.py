"""Several pieces of work at the same time, and an error of one of them as it was raised."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable


async def side_by_side(works: Iterable[Awaitable[None]]) -> None:
    """Wait for all of them; then raise the first error that there was, itself and not in a group."""
    for outcome in await asyncio.gather(*works, return_exceptions=True):
        if outcome is not None:
            raise outcome
