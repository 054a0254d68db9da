"""Tests of the tests: the conformance suite lets a good adapter pass and catches each kind of bad one."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import replace as changed
from typing import TypeAlias

import pytest
from msgspec.structs import replace

from orchard_bot.chat.events import MessagePosted
from orchard_bot.chat.platform import Batch
from orchard_bot.chat.steps import Receipt, SendPrivately, SendToGroup, Step
from orchard_bot.errors import Gone
from orchard_bot.testing import profiles
from orchard_bot.testing.conformance import PlatformConformance as Suite
from orchard_bot.testing.fake_clock import FakeClock
from orchard_bot.testing.simulated_platform import SimulatedPlatform
from orchard_bot.testing.stage import Stage, WorldStage
from orchard_bot.testing.world import World

Promise: TypeAlias = Callable[[Suite, Stage], Coroutine[None, None, None]]


def a_stage(connect: type[SimulatedPlatform]) -> WorldStage:
    clock = FakeClock()
    world = World(profiles.SIGNAL, clock.now)
    return WorldStage(world, clock, lambda: connect(world, clock))


class Changing(SimulatedPlatform):
    """A platform whose batches are tampered with."""

    async def batches(self) -> AsyncIterator[Batch]:
        async with aclosing(super().batches()) as batches:  # type: ignore[type-var]
            async for batch in batches:
                yield await self.tampered(batch)

    async def tampered(self, batch: Batch) -> Batch:
        return batch


class ConfirmsEarly(Changing):
    async def tampered(self, batch: Batch) -> Batch:
        await batch.acknowledge()
        return batch


class TurnsAround(Changing):
    async def tampered(self, batch: Batch) -> Batch:
        return changed(batch, events=tuple(reversed(batch.events)))


class NewIdsEachTime(Changing):
    count = 0

    async def tampered(self, batch: Batch) -> Batch:
        type(self).count += 1
        fresh = str(self.count)
        return changed(batch, events=[replace(e, id=replace(e.id, native=e.id.native + fresh)) for e in batch.events])


class NewRefOnEdit(Changing):
    async def tampered(self, batch: Batch) -> Batch:
        events = [
            replace(event, message=replace(event.message, id=str(event.id)))
            if isinstance(event, MessagePosted) and event.id.revision
            else event
            for event in batch.events
        ]
        return changed(batch, events=events)


class TellsTheGroup(SimulatedPlatform):
    async def perform(self, step: Step) -> Receipt:
        if isinstance(step, SendPrivately):
            (group,) = self._world.groups
            await super().perform(SendToGroup(key="", chat=group.ref, text=step.text))
        return await super().perform(step)


class CutsShort(SimulatedPlatform):
    async def perform(self, step: Step) -> Receipt:
        return await super().perform(replace(step, text=step.text[:50]) if isinstance(step, SendPrivately) else step)


class LetsErrorsOut(SimulatedPlatform):
    async def perform(self, step: Step) -> Receipt:
        try:
            return await super().perform(step)
        except Gone as error:
            raise KeyError("foreign") from error


@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        (ConfirmsEarly, Suite.test_what_is_not_acknowledged_comes_again_after_a_kill),
        (TurnsAround, Suite.test_events_of_one_chat_come_in_order_each_with_an_id_of_its_own),
        (NewIdsEachTime, Suite.test_what_is_not_acknowledged_comes_again),
        (NewRefOnEdit, Suite.test_an_edit_keeps_the_message_and_has_an_event_id_of_its_own),
        (TellsTheGroup, Suite.test_private_words_reach_their_reader_and_are_never_seen_in_the_group),
        (CutsShort, Suite.test_a_long_text_arrives_with_every_word),
    ],
)
async def test_a_broken_adapter_is_caught(
    broken: type[SimulatedPlatform], promise: Promise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchard_bot.testing.conformance.PATIENCE", 0.2)
    with pytest.raises((AssertionError, TimeoutError)):
        await promise(Suite(), a_stage(broken))


async def test_an_error_that_is_not_ours_is_caught() -> None:
    with pytest.raises(KeyError):
        await Suite().test_what_is_not_there_raises_an_error_of_ours(a_stage(LetsErrorsOut))


class PlainStream(SimulatedPlatform):
    """A stream that is an iterator and no generator is as good."""

    def batches(self) -> AsyncIterator[Batch]:
        return _Plain(super().batches())


class _Plain:
    def __init__(self, batches: AsyncIterator[Batch]) -> None:
        self._batches = batches

    def __aiter__(self) -> AsyncIterator[Batch]:
        return self

    async def __anext__(self) -> Batch:
        return await anext(self._batches)


async def test_a_stream_need_not_be_a_generator() -> None:
    await Suite().test_more_than_fits_into_one_batch_comes_all_in_order(a_stage(PlainStream))
