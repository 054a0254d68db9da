"""What can go wrong in a story, as it goes wrong between a bot and Telegram."""

from __future__ import annotations

from tests.adapters.telegram.fake.driver import FakeTelegram
from tests.adapters.telegram.fake.faults import Fault


class WireFaults:
    """As the World's faults, each in Telegram's own way."""

    def __init__(self, telegram: FakeTelegram, bot: int) -> None:
        self._telegram, self._bot = telegram, bot

    @property
    def reorder(self) -> bool:
        """The next news come in the wrong order."""
        return self._telegram.state.bot(self._bot).queue.reverse_next

    @reorder.setter
    def reorder(self, on: bool) -> None:
        self._telegram.state.bot(self._bot).queue.reverse_next = on

    def rate_limited(self, retry_after: float = 1.0, times: int = 1) -> None:
        """The next messages are refused with a 429."""
        self._telegram.arm([Fault("too_many", "sendMessage", times=times, seconds=retry_after)])

    def unavailable(self, times: int = 1) -> None:
        """The next messages meet a 502."""
        self._telegram.arm([Fault("bad_gateway", "sendMessage", times=times)])

    def drop_answer(self, times: int = 1) -> None:
        """The next message arrives, and the line goes dead before the answer."""
        self._telegram.arm([Fault("drop_after", "sendMessage", times=times)])

    def duplicate_events(self, times: int = 1) -> None:
        """What waits comes twice."""
        self._telegram.repeat(self._bot)

    def malformed(self, times: int = 1) -> None:
        """Something that nobody can read comes along."""
        for _ in range(times):
            self._telegram.push(self._bot, {"message": {"chat": "no chat", "date": "yesterday"}})

    def refuse_start(self, times: int = 1) -> None:
        """The next attempts to connect fail."""
        self._telegram.arm([Fault("service_unavailable", "getMe", times=times)])

    def disconnect(self) -> None:
        """The next question for news is cut off."""
        self._telegram.arm([Fault("drop", "getUpdates")])

    def clear(self) -> None:
        """All goes well from now on."""
        self._telegram.disarm()
        self.reorder = False
