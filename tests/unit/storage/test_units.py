"""A unit of work is all or nothing, and never disturbs its neighbours."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, exc

from orchard_bot.errors import StorageError
from orchard_bot.storage.sqlite import SqliteEngine

if TYPE_CHECKING:
    from tests.unit.storage.conftest import Gate, OpenEngine

Note = Callable[[str], Callable[[Connection], int]]
Notes = Callable[[Connection], list[str]]


async def write_together(engine: SqliteEngine, gate: Gate, *units: Callable[[Connection], object]) -> list[object]:
    """Run the units as one group; what each caller got, a value or an exception."""
    hold = asyncio.gather(engine.write(gate.unit))
    await gate.reached()
    results, _ = await asyncio.gather(
        asyncio.gather(*(engine.write(unit) for unit in units), return_exceptions=True), gate.open()
    )
    await hold
    return list(results)


async def test_a_failing_unit_leaves_its_neighbours_alone(
    open_engine: OpenEngine, gate: Gate, note: Note, notes: Notes
) -> None:
    engine = open_engine()

    def fails(connection: Connection) -> None:
        note("half a thought")(connection)
        raise LookupError("no such case")

    before, failed, after = await write_together(engine, gate, note("before"), fails, note("after"))
    assert isinstance(failed, LookupError)
    assert isinstance(before, int)
    assert isinstance(after, int)
    assert await engine.read(notes) == ["before", "after"]


async def test_a_broken_rule_of_the_database_reaches_its_caller_without_the_values(
    open_engine: OpenEngine, note: Note
) -> None:
    engine = open_engine()
    await engine.write(note("a private sentence"))
    with pytest.raises(exc.IntegrityError) as caught:
        await engine.write(note("a private sentence"))
    assert "private" not in str(caught.value)


async def test_a_unit_may_undo_a_part_of_itself(open_engine: OpenEngine, note: Note, notes: Notes) -> None:
    engine = open_engine()

    def unit(connection: Connection) -> None:
        note("kept")(connection)
        with suppress(LookupError), connection.begin_nested():
            note("undone")(connection)
            raise LookupError
        with connection.begin_nested():
            note("kept too")(connection)

    await engine.write(unit)
    assert await engine.read(notes) == ["kept", "kept too"]


@pytest.mark.parametrize(
    "ending",
    [
        lambda connection: connection.commit(),
        lambda connection: connection.rollback(),
        lambda connection: connection.begin_nested(),
        lambda connection: connection.begin(),
    ],
    ids=["commits", "rolls back", "leaves a savepoint open", "begins"],
)
async def test_a_unit_that_meddles_with_the_transaction_is_refused_alone(
    open_engine: OpenEngine, gate: Gate, note: Note, notes: Notes, ending: Callable[[Connection], object]
) -> None:
    engine = open_engine()

    def meddles(connection: Connection) -> None:
        note("meddled")(connection)
        ending(connection)

    before, refused, after = await write_together(engine, gate, note("before"), meddles, note("after"))
    assert isinstance(refused, (RuntimeError, exc.InvalidRequestError))
    assert isinstance(before, int)
    assert isinstance(after, int)
    assert await engine.read(notes) == ["before", "after"]
    assert await engine.write(note("later")) == 3


@pytest.mark.parametrize("fails_too", [False, True])
@pytest.mark.parametrize("nested", [False, True])
async def test_when_the_whole_transaction_is_gone_nobody_is_told_otherwise(
    open_engine: OpenEngine, gate: Gate, note: Note, notes: Notes, nested: bool, fails_too: bool
) -> None:
    engine = open_engine()

    def destroys(connection: Connection) -> None:
        if nested:
            connection.begin_nested()
        connection.exec_driver_sql("ROLLBACK")
        if fails_too:
            raise LookupError

    results = await write_together(engine, gate, note("before"), destroys, note("after"))
    assert all(isinstance(result, StorageError) for result in results)
    assert await engine.read(notes) == []
    await engine.write(note("later"))
    assert await engine.read(notes) == ["later"]


async def test_even_a_stop_iteration_reaches_its_caller(open_engine: OpenEngine, note: Note) -> None:
    engine = open_engine()

    def exhausted(_connection: Connection) -> NoReturn:
        raise StopIteration

    with pytest.raises(RuntimeError, match="StopIteration"):
        await engine.write(exhausted)
    assert await engine.write(note("later")) == 1


async def test_a_storage_error_of_the_unit_itself_is_passed_on_as_it_is(open_engine: OpenEngine) -> None:
    engine, own = open_engine(), StorageError("Nothing to be found.")

    def fails(_connection: Connection) -> NoReturn:
        raise own

    with pytest.raises(StorageError) as caught:
        await engine.write(fails)
    assert caught.value is own


async def test_a_cancelled_caller_disturbs_nobody_and_its_unit_still_runs(
    open_engine: OpenEngine, gate: Gate, note: Note, notes: Notes
) -> None:
    engine = open_engine(queue_limit=3)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(engine.write(gate.unit))
        await gate.reached()
        accepted = tasks.create_task(engine.write(note("accepted")))
        other = tasks.create_task(engine.write(note("other")))
        waiting_for_room = tasks.create_task(engine.write(note("never accepted")))
        await engine.read(notes)
        accepted.cancel()
        waiting_for_room.cancel()
        tasks.create_task(gate.open())
    assert accepted.cancelled()
    assert waiting_for_room.cancelled()
    assert other.result() == 2
    for n in range(10):
        await engine.write(note(f"later {n}"))
    assert (await engine.read(notes))[:3] == ["accepted", "other", "later 0"]


@settings(max_examples=15, deadline=None)
@given(plan=st.lists(st.sampled_from(["writes", "fails", "fails half-way"]), max_size=40), group=st.integers(1, 7))
def test_exactly_the_units_that_returned_are_stored_in_the_order_of_the_calls(plan: list[str], group: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_follow(plan, group, Path(folder)))


async def _follow(plan: list[str], group: int, folder: Path) -> None:
    (folder / "versions").mkdir()
    engine = SqliteEngine.open(
        folder / "bot.db", now=datetime.fromisoformat("2026-03-02T07:30+00:00"), versions=folder / "versions",
        group_limit=group, queue_limit=5,
    )  # fmt: skip
    await engine.write(lambda connection: connection.exec_driver_sql("CREATE TABLE done (n INTEGER)") and None)

    def unit(number: int, step: str) -> Callable[[Connection], int]:
        def run(connection: Connection) -> int:
            if step != "fails":
                connection.exec_driver_sql("INSERT INTO done VALUES (?)", (number,))
            if step != "writes":
                raise LookupError
            return number

        return run

    results = await asyncio.gather(
        *(engine.write(unit(number, step)) for number, step in enumerate(plan)), return_exceptions=True
    )
    stored = await engine.read(
        lambda connection: [row[0] for row in connection.exec_driver_sql("SELECT n FROM done ORDER BY rowid")]
    )
    await engine.close()
    assert stored == [number for number, step in enumerate(plan) if step == "writes"]
    assert [result for result in results if isinstance(result, int)] == stored
