"""How fast the bot may talk: a bucket for each account and each chat, by the generic cell rate algorithm.

Seeded from the abilities of the chat; what a platform answers with 429 is kept in the outbox itself, as a time
before which nothing goes to that destination. Anything sent counts, so a raid cannot make the bot flood a group.
"""

from __future__ import annotations

from dataclasses import dataclass

BURST_SECONDS = 5.0
"""A quiet account may send what it would send in this time at once."""
BURST_MESSAGES = 5
"""A chat that has been quiet takes so many at once, as a short conversation needs."""


@dataclass(slots=True)
class Bucket:
    """One rate. ``due`` is the theoretical arrival time in monotonic seconds."""

    interval: float
    """Seconds that one message costs."""
    burst: float
    due: float = 0.0

    def wait(self, now: float) -> float:
        """Seconds until one more may go; 0 when it may go now."""
        return max(0.0, self.due - self.burst - now)

    def take(self, now: float) -> None:
        """One goes."""
        self.due = max(self.due, now) + self.interval


class Budget:
    """The buckets of one account."""

    def __init__(self) -> None:
        self._account = Bucket(0.0, 0.0)
        self._chats: dict[str, Bucket] = {}

    def wait(
        self, destination: str, now: float, *, per_minute: float, per_second: float, urgent: bool = False
    ) -> float:
        """Seconds until a message to ``destination`` may go, at these rates; 0 takes its place at once.

        What is ``urgent`` goes at once, and the others wait for longer: only the platform itself may hold it up.
        """
        self._account.interval = 1.0 / per_second
        self._account.burst = max(0.0, BURST_SECONDS - self._account.interval)
        chat = self._chats.setdefault(destination, Bucket(0.0, 0.0))
        chat.interval = 60.0 / per_minute
        chat.burst = (BURST_MESSAGES - 1) * chat.interval
        seconds = 0.0 if urgent else max(self._account.wait(now), chat.wait(now))
        if seconds <= 0.0:
            self._account.take(now)
            chat.take(now)
            self._forget(now)
        return seconds

    def _forget(self, now: float) -> None:
        if len(self._chats) > 1000:
            self._chats = {name: bucket for name, bucket in self._chats.items() if bucket.due > now}
