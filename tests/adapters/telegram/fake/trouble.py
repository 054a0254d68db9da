"""What a test does to the server: its time, its version, its limits, its faults, its updates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from tests.adapters.telegram.fake.acts import Stage, act
from tests.adapters.telegram.fake.api import Api
from tests.adapters.telegram.fake.faults import Fault


class Trouble(Stage):
    """The third part of the driver."""

    _api: Api | None = None

    @property
    def api(self) -> Api:
        """Of the fake in this process."""
        assert self._api is not None, "this fake is in another process: use its acts and views"
        return self._api

    @act
    def advance(self, seconds: float) -> None:
        """Let the server's time pass; long polls that have waited long enough end."""
        self.state.clock.advance(seconds)

    @act
    def set_api_version(self, version: Literal["10.0", "10.2", "10.3"]) -> None:
        """How old the server is: 10.0 knows nothing of ephemeral messages, 10.2 names their parameters otherwise."""
        self.state.api_version = version

    @act
    def enforce_limits(self, on: bool = True) -> None:
        """Telegram's limits on sending."""
        self.api.limits.on = on

    @act
    def arm(self, faults: Sequence[Fault]) -> None:
        """Let these go wrong; in the order in which they are armed where several fit one call."""
        self.api.faults.armed.extend(faults)

    @act
    def disarm(self) -> None:
        """Let all go well from now on."""
        self.api.faults.armed.clear()

    @act
    def push(self, bot: int, update: dict[str, Any], number: bool = True) -> int:
        """Put an update in as it is: of an unknown kind, or malformed. ``number``: with the next update_id.

        Gives its update_id, 0 where it has none.
        """
        queue = self.state.bot(bot).queue
        if number:
            queue.last_id += 1
            update = {"update_id": queue.last_id, **update}
        queue.push(update)
        return int(update["update_id"]) if number else 0

    @act
    def repeat(self, bot: int) -> int:
        """Send all that waits for this bot a second time, under the same numbers. Gives how many."""
        queue = self.state.bot(bot).queue
        again = queue.pending()
        for update in again:
            queue.push(update)
        return len(again)

    @act
    def resend(self, bot: int, update: dict[str, Any]) -> None:
        """Send this update with the next answer although it was confirmed before."""
        queue = self.state.bot(bot).queue
        queue.strays.append(update)
        queue.wake()

    @act
    def reverse_next(self, bot: int) -> None:
        """Let the next answer to getUpdates have its updates in the wrong order."""
        self.state.bot(bot).queue.reverse_next = True

    @act
    def forget_updates(self, bot: int) -> None:
        """Nothing waits for this bot any more: what went before is not what the test is about."""
        self.state.bot(bot).queue.clear()

    @act
    def waiting(self, bot: int) -> list[dict[str, Any]]:
        """The updates that wait for this bot, whole."""
        return list(self.state.bot(bot).queue.pending())
