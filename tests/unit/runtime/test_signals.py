"""A worker that is rung for never misses it, and wakes by the clock as well."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from orchard_bot.runtime.signals import Bell
from orchard_bot.testing.fake_clock import FakeClock


async def test_a_ring_that_comes_while_the_worker_works_is_remembered_once() -> None:
    clock = FakeClock()
    bell = Bell(clock)
    ear, other = bell.ear(), bell.ear()
    bell.ring()
    bell.ring()
    await ear.wait()
    waiting = asyncio.ensure_future(ear.wait())  # noqa: TID251 - watched to the end of this test
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()
    await other.wait()
    bell.ring()
    await waiting


async def test_a_worker_wakes_when_its_time_has_come_and_not_before() -> None:
    clock = FakeClock()
    ear = Bell(clock).ear()
    until = clock.now() + timedelta(seconds=10)
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(ear.wait(until))
        await clock.until_sleeping()
        clock.advance(9)
        for _ in range(5):
            await asyncio.sleep(0)
        assert not waiting.done()
        clock.advance(1)
    assert clock.sleeping == 0


async def test_a_ring_wakes_a_worker_before_its_time() -> None:
    clock = FakeClock()
    bell = Bell(clock)
    ear = bell.ear()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(ear.wait(clock.now() + timedelta(days=3)))
        await clock.until_sleeping()
        bell.ring()
    assert clock.sleeping == 0


async def test_a_time_that_has_passed_is_not_waited_for() -> None:
    clock = FakeClock()
    ear = Bell(clock).ear()
    await ear.wait(clock.now() - timedelta(seconds=1))
    await ear.wait(clock.now())


async def test_a_worker_looks_again_within_the_hour_whatever_it_waits_for() -> None:
    """A machine's clock may be put right while it sleeps."""
    clock = FakeClock()
    ear = Bell(clock).ear()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(ear.wait(clock.now() + timedelta(days=3)))
        await clock.until_sleeping()
        clock.advance(3600)
