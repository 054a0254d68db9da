"""The bot's end of the crash test on Matrix: the adapter as it is, and a mutant of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from orchard_bot.app import Composition
from orchard_bot.chat.platform import Batch
from orchard_bot.runtime.failpoints import CONFIRMED, Failpoint
from orchard_matrix import MatrixPlatform


class ConfirmsEarly(MatrixPlatform):
    """A mutant: notes that events are stored before they are."""

    failpoint: Failpoint

    async def batches(self) -> AsyncIterator[Batch]:
        async for batch in super().batches():
            if batch.events:
                await batch.acknowledge()
                self.failpoint(CONFIRMED)
            yield batch


def platform_of(composition: Composition, mutant: str, failpoint: Failpoint) -> MatrixPlatform:
    """What the settings name."""
    account, own = composition.settings.adapters["matrix"]
    if mutant != "confirm-early":
        return MatrixPlatform(account, own)
    platform = ConfirmsEarly(account, own)
    platform.failpoint = failpoint
    return platform
