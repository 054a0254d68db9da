"""Telegram's limits on sending, where a test turns them on: https://core.telegram.org/bots/faq#broadcasting-to-users."""

from __future__ import annotations

from collections import defaultdict, deque
from math import ceil

from tests.adapters.telegram.fake.clock import ServerClock
from tests.adapters.telegram.fake.refusal import too_many

BURST = 3
"""How many messages one chat takes at once before one a second is enforced; Telegram promises none."""


class Limits:
    """30 a second overall, about one a second per chat, 20 a minute per group."""

    def __init__(self, clock: ServerClock) -> None:
        self.on = False
        self._clock = clock
        self._sent: dict[tuple[int, int | str], deque[float]] = defaultdict(deque)

    def count(self, bot: int, chat: int | str) -> None:
        """One more message. Raises ``Refused`` (429); what is refused does not count."""
        if not self.on:
            return
        group = not isinstance(chat, int) or chat < 0
        rules: list[tuple[int | str, int, float]] = [("all", 30, 1), (chat, BURST, BURST)]
        if group:
            rules.append((f"group {chat}", 20, 60))
        now = self._clock.now().timestamp()
        for name, most, within in rules:
            sent = self._sent[bot, name]
            while sent and sent[0] <= now - within:
                sent.popleft()
            if len(sent) >= most:
                raise too_many(max(1, ceil(sent[0] + within - now)))
        for name, _, _ in rules:
            self._sent[bot, name].append(now)
