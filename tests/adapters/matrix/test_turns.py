"""Turns: one behind the other, and nobody waits long for an answer that does not come."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

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
    turns, all_begun, began = Turns(), asyncio.Event(), list[float]()

    async def say() -> None:
        async with turns.next():
            began.append(time.monotonic())
            if len(began) == 3:
                all_begun.set()
            await all_begun.wait()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(3):
            tasks.create_task(say())
    assert all(later - earlier >= LONGEST * 0.9 for earlier, later in pairwise(began))


async def test_one_that_fails_or_is_called_off_gives_its_turn_away() -> None:
    turns = Turns()
    with pytest.raises(OSError, match="no line"):
        async with turns.next():
            raise OSError("no line")
    async with turns.next():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0), turns.next():
                pass
    async with asyncio.timeout(LONGEST / 2), turns.next():
        pass
