"""What goes wrong in the World when a test, or the sandbox's fault panel, asks for it. All off at first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields

from orchard_bot.errors import RateLimited, Unavailable, Uncertain


@dataclass(slots=True)
class Faults:
    """Each fault is armed by its method, strikes so many times, and is then off again.

    ``reorder`` and ``lose_while_away`` stay on until they are switched off, and so does ``slow``.
    """

    rate_limits: int = 0
    retry_after: float = 1.0
    outages: int = 0
    delay: float = 0.0
    """Seconds that each step takes before it happens."""
    lost_answers: int = 0
    duplicates: int = 0
    malformed_items: int = 0
    refused_starts: int = 0
    drops: int = 0
    """How often the connection was cut so far."""
    reorder: bool = False
    """Events of different chats come in another order; those of one chat never do."""
    lose_while_away: bool = False
    """What happens while no bot is connected is lost, as with signal-cli-rest-api."""
    changed: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)

    def rate_limited(self, retry_after: float = 1.0, times: int = 1) -> None:
        """The next steps are refused with ``RateLimited(retry_after)``; they are not done."""
        self.retry_after, self.rate_limits = retry_after, times
        self.changed()

    def unavailable(self, times: int = 1) -> None:
        """The next steps are refused with ``Unavailable``; they are not done."""
        self.outages = times
        self.changed()

    def slow(self, seconds: float) -> None:
        """Every step takes so long; nought ends it."""
        self.delay = seconds
        self.changed()

    def drop_answer(self, times: int = 1) -> None:
        """The next steps are done, but the answer is lost: the bot sees ``Uncertain``, or ``Unavailable`` where it may simply ask again."""
        self.lost_answers = times
        self.changed()

    def duplicate_events(self, times: int = 1) -> None:
        """The next batches are delivered a second time after they were acknowledged."""
        self.duplicates = times
        self.changed()

    def malformed(self, times: int = 1) -> None:
        """The next batches hold an item besides that no adapter can read."""
        self.malformed_items = times
        self.changed()

    def refuse_start(self, times: int = 1) -> None:
        """The next attempts to connect end with ``Unavailable``."""
        self.refused_starts = times
        self.changed()

    def disconnect(self) -> None:
        """The bot's stream of events ends with ``Unavailable``; it may start again at once."""
        self.drops += 1
        self.changed()

    def clear(self) -> None:
        """Switch everything off."""
        for each in fields(self):
            if each.name not in ("drops", "changed"):
                setattr(self, each.name, each.default)
        self.changed()

    def armed(self) -> dict[str, float]:
        """The faults that will strike, by field name, with how often (or how long)."""
        names = [each.name for each in fields(self) if each.name not in ("retry_after", "drops", "changed")]
        return {name: value for name in names if (value := getattr(self, name))}

    def strike_start(self) -> None:
        """For whoever connects. Raises ``Unavailable`` where a start is to be refused."""
        if self.refused_starts:
            self.refused_starts -= 1
            raise Unavailable("The World refuses the connection, as it was asked to.")

    def strike_before(self) -> None:
        """For whoever performs a step, before it. Raises ``Unavailable`` or ``RateLimited``."""
        if self.outages:
            self.outages -= 1
            raise Unavailable("The World is out of order, as it was asked to be.")
        if self.rate_limits:
            self.rate_limits -= 1
            raise RateLimited(self.retry_after)

    def strike_after(self, *, repeatable: bool) -> None:
        """For whoever performed a step, after it. Raises ``Uncertain`` where the answer is to be lost.

        ``repeatable``: the platform knows a repeated request when it sees one, so ``Unavailable`` says enough.
        """
        if self.lost_answers:
            self.lost_answers -= 1
            lost = "The World's answer was lost on the way, as it was asked to be."
            raise Unavailable(lost) if repeatable else Uncertain(lost)
