"""What can go wrong in a story, as it goes wrong between a bot and signal-cli."""

from __future__ import annotations

from tests.adapters.signal.fake.state import FakeSignal, Refused


class WireFaults:
    """As the World's faults, each in signal-cli's own way."""

    def __init__(self, signal: FakeSignal) -> None:
        self._signal = signal

    @property
    def reorder(self) -> bool:
        """The next two envelopes of different senders come in the wrong order."""
        return self._signal.reorder

    @reorder.setter
    def reorder(self, on: bool) -> None:
        self._signal.reorder = on

    def rate_limited(self, retry_after: float = 1.0, times: int = 1) -> None:
        """The next messages are refused, until a challenge is solved or time has passed."""
        self._signal.refusing += [
            Refused("RATE_LIMIT_FAILURE", "Failed to send message: rate limit", retry_after) for _ in range(times)
        ]

    def unavailable(self, times: int = 1) -> None:
        """signal-cli does not reach Signal for the next messages."""
        self._signal.refusing += [Refused("IO", "Failed to send message: timeout") for _ in range(times)]

    def drop_answer(self, times: int = 1) -> None:
        """The next message goes out, and the line goes dead before the answer."""
        self._signal.drop_answers += times

    def duplicate_events(self, times: int = 1) -> None:
        """The next envelopes come twice."""
        self._signal.repeat += times

    def malformed(self, times: int = 1) -> None:
        """Something that nobody can read comes along."""
        for number in range(times):
            self._signal.deliver('{"envelope": {"timestamp": "yesterday"}}' if number % 2 else '{"envelope"')

    def refuse_start(self, times: int = 1) -> None:
        """The next attempts to connect fail."""
        self._signal.refuse_starts += times

    def disconnect(self) -> None:
        """The line is cut."""
        self._signal.hang_up()

    def clear(self) -> None:
        """All goes well from now on."""
        self._signal.refusing.clear()
        self._signal.drop_answers = self._signal.repeat = self._signal.refuse_starts = 0
        self._signal.reorder = False
