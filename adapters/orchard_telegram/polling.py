"""Long polling with a loop of our own: the offset moves only when what came has been stored."""

from __future__ import annotations

from orchard_bot.errors import PlatformError, Unavailable
from orchard_telegram.client import POLL_SECONDS, Client, Known
from orchard_telegram.wire import Received, updates_in

BEFORE_ANY = 1
"""An offset that confirms nothing but what has no number of its own."""


class Poller:
    """Asks for news. What is not confirmed is answered again, after a restart too."""

    def __init__(self, client: Client, known: Known) -> None:
        self._client, self._known = client, known
        self._offset: int | None = None
        self._confirmed = BEFORE_ANY

    async def next(self, *, wait: bool = True) -> Received:
        """What has come since the last confirmation; empty after 25 quiet seconds, or at once unless ``wait``."""
        if not self._known.webhook_removed:
            await self._client.remove_webhook()
            self._known.webhook_removed = True  # once: two programs that keep pushing each other aside help nobody
        received = _readable(await self._client.updates(self._offset, POLL_SECONDS if wait else 0))
        if not received.updates and not received.malformed:
            # That offset has been taken note of. Asking on without one survives a week of silence, after which
            # Telegram begins to count anew, perhaps below the old number.
            self._offset = None
        return received

    def confirm(self, received: Received) -> None:
        """It is stored: the next question confirms it."""
        if received.up_to is not None:
            self._confirmed = received.up_to + 1
        if received.updates or received.malformed:
            self._offset = self._confirmed

    async def finish(self) -> None:
        """Tell Telegram what was confirmed last, so that it does not come again at the next start."""
        if self._offset is None:
            return
        try:
            await self._client.updates(self._offset, seconds=0, limit=1)
        except PlatformError:
            return  # then it comes again, and is known by its number
        self._offset = None


def _readable(payload: bytes) -> Received:
    try:
        return updates_in(payload)
    except ValueError as error:
        raise Unavailable("Telegram's answer could not be read.") from error
