"""What becomes of a letter: each result is one transaction, together with what the feature makes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from orchard_bot.chat.intents import HideCommand, Intent, TellPrivately
from orchard_bot.chat.letters import Letter
from orchard_bot.chat.planning import Refusal
from orchard_bot.chat.refs import MessageRef, PersonRef
from orchard_bot.errors import StorageError
from orchard_bot.features.feature import Outcome
from orchard_bot.runtime.core import Core
from orchard_bot.runtime.ledger import Ledger
from orchard_bot.runtime.linked import routed
from orchard_bot.runtime.performing import Performing

LONGEST_PAUSE = 30.0


class Delivery:
    """Writes down how sending went."""

    def __init__(self, core: Core, performing: Performing) -> None:
        self._core = core
        self._performing = performing

    async def step(self, letter: Letter, steps_done: int, message: MessageRef | None, *, private: bool) -> None:
        """One of several steps is confirmed; a further try goes on behind it."""
        await self._surely(lambda ledger: ledger.outbox.step_done(letter.id, steps_done, message, private))

    async def sent(self, letter: Letter, message: MessageRef | None, *, private: bool) -> None:
        """Carried out."""
        now = self._core.clock.now()

        def work(ledger: Ledger) -> None:
            ledger.outbox.sent(letter.id, message, private, now)
            if isinstance(letter.intent, TellPrivately):
                ledger.people.reachable(letter.account, letter.intent.person, True, now)
            self._report(letter, ledger, now, delivered=True)

        await self._surely(work)
        self._ring()

    async def held(self, letter: Letter, why: str) -> None:
        """Kept until the person opens a private chat."""
        now = self._core.clock.now()

        def work(ledger: Ledger) -> None:
            ledger.outbox.hold(letter.id)
            person = _person(letter.intent)
            if person is not None:
                ledger.people.reachable(letter.account, person, False, now)
            self._report(letter, ledger, now, delivered=False, waiting=True, why=why)

        await self._write(work)

    async def died(self, letter: Letter, why: str, instead: tuple[Intent, ...] = ()) -> None:
        """It cannot be carried out; ``instead`` goes out in its place."""
        now = self._core.clock.now()

        def work(ledger: Ledger) -> None:
            if isinstance(letter.intent, HideCommand):
                # Its author hears how to take it away: nothing here for a moderator to see to.
                ledger.outbox.sent(letter.id, None, False, now)
            else:
                ledger.outbox.die(letter.id, why, now)
            if instead:
                ledger.outbox.add(routed(instead, ledger), now)
            self._report(letter, ledger, now, delivered=False, why=why)

        await self._write(work)
        self._core.counts["dead letters"] += 1

    async def refused(self, letter: Letter, refusal: Refusal) -> None:
        """The platform cannot do this: what the plan says instead, and the feature hears why."""
        await self.died(letter, refusal.why, refusal.instead)

    async def later(self, letter: Letter, due: datetime) -> None:
        """Another try at ``due``."""
        await self._core.storage.write(lambda ledger: ledger.outbox.later(letter.id, due, letter.tries + 1))

    async def slow_down(self, letter: Letter, until: datetime) -> None:
        """The platform said when to come back."""

        def work(ledger: Ledger) -> None:
            ledger.outbox.defer_destination(letter.account, letter.destination, until)
            ledger.outbox.later(letter.id, until, letter.tries)

        await self._core.storage.write(work)

    async def _surely(self, work: Callable[[Ledger], None]) -> None:
        """The platform has done it: until that is written down, on a full disk too, nobody may try it again."""
        pause = 1.0
        while True:
            try:
                await self._core.storage.write(work)
            except StorageError as error:
                self._core.log.fault("a receipt waits to be stored", error)
                await self._core.clock.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                return

    async def _write(self, work: Callable[[Ledger], None]) -> None:
        await self._core.storage.write(work)
        self._ring()

    def _ring(self) -> None:
        self._core.outbox.ring()
        self._core.schedules.ring()

    def _report(
        self,
        letter: Letter,
        ledger: Ledger,
        now: datetime,
        *,
        delivered: bool,
        waiting: bool = False,
        why: str = "",
    ) -> None:
        """The feature's own view of it. Its failure must not undo what happened on the platform."""
        intent = letter.intent
        if not intent.origin:
            return
        outcome = Outcome(
            delivered=delivered,
            key=intent.key,
            subject=intent.subject,
            account=letter.account,
            person=_person(intent),
            why=why,
            waiting=waiting,
        )
        try:
            with ledger.savepoint():
                self._performing.outcome(intent.origin, outcome, ledger, now)
        except Exception as error:
            self._core.log.fault("outcome handler failed", error, feature=intent.origin.partition(".")[0])
            self._core.counts["failures"] += 1


def _person(intent: Intent) -> PersonRef | None:
    return getattr(intent, "person", None)
