"""Out of the outbox, onto one platform: most urgent first, in order to each destination, until it is confirmed.

What cannot be delivered becomes a dead letter with a reason, and the feature that wanted it hears of it in the
same transaction. A message goes out twice only if the process dies between the platform's answer and our commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from orchard_bot.chat.abilities import Abilities
from orchard_bot.chat.intents import (
    CloseChoices,
    EditOwn,
    EditSaid,
    Mandated,
    Priority,
    Say,
    TellPrivately,
    WithdrawOwn,
)
from orchard_bot.chat.letters import Letter
from orchard_bot.chat.planning import Plan, Refusal, Sent, in_group_instead, plan, refused_by_platform
from orchard_bot.chat.platform import Platform
from orchard_bot.chat.refs import ChatRef, PersonRef
from orchard_bot.chat.steps import (
    DeletePosting,
    EditMessage,
    Receipt,
    SendFile,
    SendPrivately,
    ShowInGroup,
    Step,
    TakeButtonsAway,
)
from orchard_bot.errors import (
    Gone,
    NotAllowed,
    NotReachable,
    PlatformError,
    RateLimited,
    StorageError,
    Unavailable,
    Uncertain,
)
from orchard_bot.runtime.budget import Budget
from orchard_bot.runtime.core import Core
from orchard_bot.runtime.delivery import Delivery
from orchard_bot.runtime.failpoints import AFTER_SEND, BEFORE_SEND, Failpoint

AT_ONCE = 8
LOOK_AGAIN = 1.0
"""Seconds after which a sender with letters on their way looks for others that have come due."""
ANSWER_SECONDS = 30.0
GIVE_UP_AFTER = timedelta(hours=24)
LEAST_TRIES = 10
"""Before giving up: a letter may be a day old because it was kept for somebody, or because the bot did not run."""
LONGEST_PAUSE = 300.0


class Sender:
    """Sends the letters of one account."""

    def __init__(self, platform: Platform, core: Core, delivery: Delivery, failpoint: Failpoint) -> None:
        self._flying: set[int] = set()
        """Letters on their way: they hold up their own destination, and nobody else's."""
        self._looking = False
        self._platform = platform
        self._account = platform.account
        self._core = core
        self._delivery = delivery
        self._failpoint = failpoint
        self._budget = Budget()
        self._bell = core.outbox.ear()

    @property
    def idle(self) -> bool:
        """Nothing is on its way, and nothing more is due as far as it knows."""
        return not self._flying and not self._looking

    async def run(self) -> None:
        """For ever: whatever is due, then wait for the bell or the next due time."""
        pause = 1.0
        async with asyncio.TaskGroup() as flights:
            while True:
                try:
                    self._looking = True
                    until = await self._send_due(flights)
                    pause = 1.0
                    self._looking = False
                    await self._bell.wait(until)
                except StorageError as error:
                    self._core.log.fault("sending stopped for a moment", error, account=str(self._account))
                    await self._core.clock.sleep(pause)
                    pause = min(pause * 2, 30.0)

    async def _send_due(self, flights: asyncio.TaskGroup) -> datetime | None:
        """Let fly what is due; when to look again (None: when the bell rings, as it does after each flight)."""
        now = self._core.clock.now()
        for letter in await self._core.storage.read(lambda ledger: ledger.outbox.expired(self._account, now, AT_ONCE)):
            await self._delivery.died(letter, "It was not delivered in time.")
        room = AT_ONCE - len(self._flying)
        if room <= 0:
            return now + timedelta(seconds=LOOK_AGAIN)
        flying = frozenset(self._flying)
        letters = await self._core.storage.read(lambda ledger: ledger.outbox.due(self._account, now, room, flying))
        ready, wait = self._within_budget(letters)
        for letter in ready:
            self._flying.add(letter.id)
            flights.create_task(self._fly(letter))
        if wait is not None:
            return now + timedelta(seconds=wait)
        if self._flying:
            return now + timedelta(seconds=LOOK_AGAIN)
        return await self._core.storage.read(lambda ledger: ledger.outbox.next_due(self._account))

    async def _fly(self, letter: Letter) -> None:
        try:
            await self._one(letter)
        except StorageError as error:
            self._core.log.fault("sending stopped for a moment", error, account=str(self._account))
            await self._core.clock.sleep(1.0)
        finally:
            self._flying.discard(letter.id)
            self._bell.ring()

    def _within_budget(self, letters: Sequence[Letter]) -> tuple[list[Letter], float | None]:
        ready: list[Letter] = []
        shortest: float | None = None
        clock = self._core.clock.monotonic()
        for letter in letters:
            abilities = self._abilities(letter)
            if abilities is None:
                if self._is_nobodys(letter):
                    ready.append(letter)
                else:
                    shortest = 1.0 if shortest is None else min(shortest, 1.0)
                continue
            private = isinstance(letter.intent, TellPrivately | EditOwn | CloseChoices)
            seconds = self._budget.wait(
                letter.destination,
                clock,
                per_minute=abilities.per_person_per_minute if private else abilities.per_chat_per_minute,
                per_second=abilities.per_account_per_second,
                urgent=letter.intent.priority is Priority.SAFETY,
            )
            if seconds <= 0.0:
                ready.append(letter)
            else:
                shortest = seconds if shortest is None else min(shortest, seconds)
        return ready, shortest

    def _abilities(self, letter: Letter) -> Abilities | None:
        chat = self._chat(letter)
        return self._core.house.abilities(chat) if chat else None

    def _chat(self, letter: Letter) -> ChatRef | None:
        """The chat whose abilities count: the one it is about, or any group of this account."""
        intent = letter.intent
        if isinstance(intent, TellPrivately | EditOwn | WithdrawOwn | CloseChoices):
            near = intent.near if isinstance(intent, TellPrivately) else None
            if near is not None and self._core.house.in_chat(near):
                return near
            served = self._core.house.served_by(letter.account)
            return served[0].chat if served else None
        return intent.message.chat if hasattr(intent, "message") else intent.chat

    def _is_nobodys(self, letter: Letter) -> bool:
        """Whether it is about a group that was given up or has moved: nothing will ever be known about that one."""
        chat = self._chat(letter)
        return chat is None or self._core.house.in_chat(chat) is None

    async def _one(self, letter: Letter) -> None:
        abilities = self._abilities(letter)
        if abilities is None:
            await self._give_up(letter, "The bot no longer serves this group.")
            return
        try:
            await self._try(letter, abilities)
        except NotReachable as error:
            await self._unreachable(letter, abilities, error)
        except NotAllowed as error:
            await self._not_allowed(letter, abilities, error)
        except RateLimited as limit:
            until = self._core.clock.now() + timedelta(seconds=limit.retry_after)
            await self._delivery.slow_down(letter, until)
        except Gone as error:
            await self._delivery.died(letter, str(error))
        except Uncertain as error:
            await self._perhaps(letter, error)
        except (Unavailable, TimeoutError) as error:
            await self._later(letter, error)
        except StorageError:
            raise
        except Exception as error:
            self._core.log.fault("adapter failed to send", error, account=str(self._account))
            await self._later(letter, error)

    async def _try(self, letter: Letter, abilities: Abilities) -> None:
        intent = letter.intent
        sent: Sent | None = None
        if isinstance(intent, EditOwn | EditSaid | WithdrawOwn | CloseChoices):
            original = intent.of
            sent = await self._core.storage.read(lambda ledger: ledger.outbox.receipt(original))
        planned = plan(intent, abilities, self._core.clock.now(), sent)
        if isinstance(planned, Refusal):
            await self._delivery.refused(letter, planned)
        else:
            await self._carry_out(letter, planned)

    async def _carry_out(self, letter: Letter, planned: Plan) -> None:
        first: Receipt | None = None
        private = any(isinstance(step, SendPrivately | SendFile | ShowInGroup | EditMessage) for step in planned.steps)
        for place, step in enumerate(planned.steps):
            if place < letter.steps_done:
                continue
            receipt = await self._perform(step)
            first = first or receipt
            if place + 1 < len(planned.steps):
                await self._delivery.step(letter, place + 1, receipt.message, private=private)
                letter = msgspec.structs.replace(letter, steps_done=place + 1)
        await self._delivery.sent(letter, first.message if first else None, private=private)

    async def _perform(self, step: Step) -> Receipt:
        self._failpoint(BEFORE_SEND)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                receipt = await self._platform.perform(step)
        except (Gone, NotAllowed) as error:
            if isinstance(step, TakeButtonsAway):
                return Receipt()  # a late press is answered kindly: nothing worth telling anybody
            if not isinstance(step, DeletePosting) or not isinstance(error, Gone):
                raise
            if step.author is not None and self._core.house.in_chat(step.message.chat) is None:
                # The group has moved on: the message is still there to see, only out of our reach.
                raise NotAllowed("The message belongs to the group's former address.") from None
            receipt = Receipt()  # it is gone, as it should be
        self._failpoint(AFTER_SEND)
        self._core.counts["sent"] += 1
        return receipt

    async def _unreachable(self, letter: Letter, abilities: Abilities, error: PlatformError) -> None:
        intent = letter.intent
        inside = in_group_instead(intent, abilities) if isinstance(intent, TellPrivately) else None
        if inside is None:
            await self._hold(letter, error)
            return
        try:
            await self._carry_out(letter, inside)
        except PlatformError as second:
            self._core.log.fault("could not answer inside the group", second, account=str(self._account))
            await self._delivery.held(letter, str(error))

    async def _hold(self, letter: Letter, error: PlatformError) -> None:
        """Keep it until they open a private chat; where they have, perhaps just now, try once more."""
        person = getattr(letter.intent, "person", None)
        if letter.tries == 0 and isinstance(person, PersonRef):
            has_opened = await self._core.storage.read(lambda book: book.people.has_opened(self._account, person))
            if has_opened:
                await self._delivery.later(letter, self._core.clock.now() + timedelta(seconds=1))
                return
        await self._delivery.held(letter, str(error))

    async def _not_allowed(self, letter: Letter, abilities: Abilities, error: NotAllowed) -> None:
        """Look at the rights again: where they have changed, so does the plan; otherwise it cannot be done."""
        chat = self._chat(letter)
        if chat is not None:
            await self._core.refresh(self._account, chat)
        if self._abilities(letter) != abilities:
            await self._delivery.later(letter, self._core.clock.now())
            return
        await self._give_up(letter, str(error))

    async def _give_up(self, letter: Letter, why: str) -> None:
        """It cannot be done; who decided it hears how to do it by hand."""
        intent = letter.intent
        refusal = refused_by_platform(intent, why) if isinstance(intent, Mandated) else Refusal(why)
        await self._delivery.refused(letter, refusal)

    async def _perhaps(self, letter: Letter, error: Uncertain) -> None:
        """Told twice, a person understands; a group is told once, and somebody looks whether it is there."""
        if isinstance(letter.intent, Say):
            await self._delivery.died(letter, f"{error} Please look in the group whether it is there.")
        else:
            await self._later(letter, error)

    async def _later(self, letter: Letter, error: BaseException) -> None:
        now = self._core.clock.now()
        if now - letter.created_at > GIVE_UP_AFTER and letter.tries >= LEAST_TRIES:
            await self._delivery.died(letter, "The platform gave no answer for a day.")
            return
        self._core.log.warning(
            "will send again", account=str(self._account), error=type(error).__name__, tries=letter.tries + 1
        )
        await self._delivery.later(letter, now + timedelta(seconds=min(2.0 ** min(letter.tries, 10), LONGEST_PAUSE)))
