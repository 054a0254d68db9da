"""Turns: one behind the other, and nobody waits long for an answer that does not come."""

from __future__ import annotations

import asyncio
import time

import pytest

from orchard_matrix.turns import LONGEST, Turns


async def test_the_next_begins_when_the_one_before_has_been_answered() -> None:
    turns, order = Turns(), list[str]()

    async def say(name: str) -> None:
        async with turns.next():
            order.append(f"{name} begins")
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            order.append(f"{name} ends")

    async with asyncio.TaskGroup() as tasks:
        for name in "abc":
            tasks.create_task(say(name))
    assert order == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]


async def test_an_answer_that_does_not_come_holds_up_the_next_for_a_moment_only() -> None:
    turns, stuck, began = Turns(), asyncio.Event(), list[float]()

    async def say() -> None:
        async with turns.next():
            began.append(time.monotonic())
            await stuck.wait()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(3):
            tasks.create_task(say())
        while len(began) < 3:
            await asyncio.sleep(LONGEST / 10)
        stuck.set()
    assert all(later - earlier >= LONGEST * 0.9 for earlier, later in zip(began, began[1:], strict=False))


async def test_one_that_fails_or_is_called_off_gives_its_turn_away() -> None:
    turns = Turns()
    with pytest.raises(OSError, match="no line"):
        async with turns.next():
            raise OSError("no line")
    async with turns.next():
        waiting = asyncio.ensure_future(_take(turns))
        await asyncio.sleep(0)
        waiting.cancel()
    async with asyncio.timeout(LONGEST / 2):
        assert await _take(turns)


async def _take(turns: Turns) -> bool:
    async with turns.next():
        return True
