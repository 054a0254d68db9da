"""Units that queue together share one commit, and nobody is told before it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from orchard_bot.errors import StorageError

if TYPE_CHECKING:
    from tests.unit.storage.conftest import Gate, OpenEngine

Note = Callable[[str], Callable[[Connection], int]]
Notes = Callable[[Connection], list[str]]


class Tripwire:
    """A failpoint that notes where it was called, and raises where it is set."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self.set_at = ""

    def __call__(self, point: str) -> None:
        self.passed.append(point)
        if point == self.set_at:
            raise OSError("the disk went away")


async def test_units_that_queue_during_a_commit_share_the_next_one(
    open_engine: OpenEngine, gate: Gate, note: Note, notes: Notes
) -> None:
    wire = Tripwire()
    engine = open_engine(failpoint=wire)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.write(gate.unit))
        await gate.reached()
        written = [tasks.create_task(engine.write(note(f"note {n}"))) for n in range(50)]
        tasks.create_task(gate.open())
    assert wire.passed == ["before commit", "after commit"] * 2
    assert [task.result() for task in written] == list(range(1, 51))
    assert await engine.read(notes) == [f"note {n}" for n in range(50)]


async def test_a_group_is_bounded(open_engine: OpenEngine, gate: Gate, note: Note) -> None:
    wire = Tripwire()
    engine = open_engine(failpoint=wire, group_limit=10)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.write(gate.unit))
        await gate.reached()
        for n in range(25):
            tasks.create_task(engine.write(note(f"note {n}")))
        tasks.create_task(gate.open())
    assert wire.passed.count("before commit") == 4


async def test_nobody_hears_of_a_result_before_the_commit(open_engine: OpenEngine, gate: Gate, note: Note) -> None:
    written: list[asyncio.Task[int]] = []
    heard: list[tuple[str, list[bool]]] = []
    engine = open_engine(failpoint=lambda point: heard.append((point, [task.done() for task in written])))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.write(gate.unit))
        await gate.reached()
        written += [tasks.create_task(engine.write(note(f"note {n}"))) for n in range(3)]
        tasks.create_task(gate.open())
    assert heard[-2:] == [("before commit", [False] * 3), ("after commit", [False] * 3)]
    assert [task.result() for task in written] == [1, 2, 3]


async def test_when_a_commit_fails_every_caller_is_told_and_nothing_is_stored(
    open_engine: OpenEngine, note: Note, notes: Notes
) -> None:
    wire = Tripwire()
    engine = open_engine(failpoint=wire)
    wire.set_at = "before commit"
    failed = await asyncio.gather(*(engine.write(note(f"lost {n}")) for n in range(5)), return_exceptions=True)
    wire.set_at = ""
    assert [type(error) for error in failed] == [StorageError] * 5
    assert len({id(error) for error in failed}) == 5, "each caller has an exception object of its own"
    await engine.write(note("later"))
    assert await engine.read(notes) == ["later"]


async def test_after_the_commit_a_crash_of_the_answer_loses_nothing(
    open_engine: OpenEngine, note: Note, notes: Notes
) -> None:
    wire = Tripwire()
    engine = open_engine(failpoint=wire)
    wire.set_at = "after commit"
    (unheard,) = await asyncio.gather(engine.write(note("stored")), return_exceptions=True)
    wire.set_at = ""
    assert isinstance(unheard, StorageError)
    assert await engine.read(notes) == ["stored"]


async def test_a_write_waits_for_room_without_blocking_the_loop(
    open_engine: OpenEngine, gate: Gate, note: Note, notes: Notes
) -> None:
    engine = open_engine(queue_limit=3)
    begun: list[int] = []

    async def write(number: int) -> None:
        def unit(connection: Connection) -> None:
            begun.append(number)
            note(f"note {number}")(connection)

        await engine.write(unit)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.write(gate.unit))
        await gate.reached()
        waiting = [tasks.create_task(write(n)) for n in range(20)]
        assert await engine.read(notes) == [], "the loop and the readers go on"
        assert not any(task.done() for task in waiting)
        tasks.create_task(gate.open())
    assert begun == list(range(20)), "first come, first served, also through the wait"
    assert await engine.read(notes) == [f"note {n}" for n in range(20)]


async def test_at_most_the_limit_is_in_hand(open_engine: OpenEngine, gate: Gate, note: Note) -> None:
    sizes: list[int] = []
    group: list[int] = []

    def count(point: str) -> None:
        if point == "before commit":
            sizes.append(len(group))
            group.clear()

    def unit(number: int, connection: Connection) -> None:
        group.append(number)
        note(f"note {number}")(connection)

    engine = open_engine(queue_limit=4, failpoint=count)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.write(gate.unit))
        await gate.reached()
        for n in range(30):
            tasks.create_task(engine.write(partial(unit, n)))
        tasks.create_task(gate.open())
    assert max(sizes) <= 4
    assert sum(sizes) == 30
