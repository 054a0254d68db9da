"""Units of work over a ledger on the real engine, and the promise that it fits the runtime."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import StatementError
from sqlalchemy.schema import CreateIndex, CreateTable

from orchard_bot.chat.refs import AccountRef, PersonRef
from orchard_bot.errors import StorageError
from orchard_bot.runtime.ledger import Ledger, Storage
from orchard_bot.storage.ledger import SqlLedger
from orchard_bot.storage.sqlite import SqliteEngine
from orchard_bot.storage.sqlite_connection import driver_of
from orchard_bot.storage.storage import SqlStorage
from orchard_bot.storage.table_parts import say_it_for_postgresql
from orchard_bot.storage.tables import members, metadata

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
US = AccountRef("sandbox", "main")
ANN, BEN, CAT = (PersonRef("sandbox", name) for name in ("ann", "ben", "cat"))


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[SqlStorage]:
    opened = SqlStorage(SqliteEngine.open(tmp_path / "orchard.db", now=NOW))
    yield opened
    await opened.close()


async def join(storage: Storage, person: PersonRef) -> bool:
    """Through the port as the runtime knows it."""

    def work(ledger: Ledger) -> bool:
        return ledger.people.joined("oak", person, NOW)

    return await storage.write(work)


async def count(storage: Storage) -> int:
    return await storage.read(lambda ledger: ledger.people.count("oak"))


async def test_sql_storage_is_the_storage_that_the_runtime_asks_for(storage: SqlStorage) -> None:
    assert await join(storage, ANN)
    assert await count(storage) == 1


async def test_a_unit_that_fails_leaves_nothing_behind(storage: SqlStorage) -> None:
    def work(ledger: SqlLedger) -> None:
        ledger.people.joined("oak", ANN, NOW)
        ledger.arrivals.first_time("a", 1)
        raise LookupError

    with pytest.raises(LookupError):
        await storage.write(work)
    assert await count(storage) == 0
    assert await storage.write(lambda ledger: ledger.arrivals.first_time("a", 1))


async def test_units_on_one_connection_share_a_ledger_and_readers_have_their_own(storage: SqlStorage) -> None:
    written = [await storage.write(id) for _ in range(2)]
    read = await storage.read(id)
    assert written[0] == written[1] != read


async def test_what_was_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    for times in range(2):
        storage = SqlStorage(SqliteEngine.open(tmp_path / "orchard.db", now=NOW))
        assert await join(storage, ANN) is (times == 0)
        await storage.scrub()
        await storage.close()
        with pytest.raises(StorageError):
            await count(storage)


def people(ledger: SqlLedger) -> list[str]:
    return sorted(person.id for person in ledger.whereabouts.members().get("oak", ()))


def join_and_fail(ledger: SqlLedger, person: PersonRef, then: Callable[[], object] = list) -> None:
    with ledger.savepoint():
        ledger.people.joined("oak", person, NOW)
        then()
        raise LookupError


def test_a_savepoint_undoes_what_was_written_inside_and_nothing_else(ledger: SqlLedger) -> None:
    ledger.people.joined("oak", ANN, NOW)
    with pytest.raises(LookupError):
        join_and_fail(ledger, BEN)
    with ledger.savepoint():
        ledger.people.joined("oak", CAT, NOW)
    assert people(ledger) == ["ann", "cat"]


def test_savepoints_nest(ledger: SqlLedger) -> None:
    def join_cat() -> None:
        with ledger.savepoint():
            ledger.people.joined("oak", CAT, NOW)

    with ledger.savepoint():
        ledger.people.joined("oak", ANN, NOW)
        with pytest.raises(LookupError):
            join_and_fail(ledger, BEN, join_cat)
    assert people(ledger) == ["ann"]


def test_who_survives_a_lost_transaction_does_not_go_on_in_none(ledger: SqlLedger) -> None:
    with pytest.raises(StorageError):
        join_and_fail(ledger, ANN, lambda: driver_of(ledger.connection).execute("ROLLBACK"))
    assert people(ledger) == []


def test_moments_are_exact_and_in_utc(ledger: SqlLedger) -> None:
    summer = timezone(timedelta(hours=1))
    moment = datetime(2026, 7, 1, 8, 30, 0, 999_999, tzinfo=summer)
    for person, at in ((ANN, moment), (BEN, datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC))):
        ledger.people.joined("oak", person, at)
        kept = ledger.connection.execute(select(members.c.joined_at).where(members.c.person == person)).scalar_one()
        assert (kept, kept.tzinfo) == (at, UTC)
    earliest = ledger.connection.execute(select(func.min(members.c.joined_at))).scalar_one()
    assert earliest.year == 1969


def test_a_moment_without_a_time_zone_is_refused(ledger: SqlLedger) -> None:
    with pytest.raises(StatementError, match="time zone"):
        ledger.people.joined("oak", ANN, NOW.replace(tzinfo=None))


def test_a_ref_of_the_wrong_kind_is_refused(ledger: SqlLedger) -> None:
    with pytest.raises(StatementError, match="keeps a PersonRef"):
        ledger.people.joined("oak", US, NOW)  # type: ignore[arg-type]  # the mistake this is about


def test_no_value_is_quoted_in_an_error(ledger: SqlLedger) -> None:
    with pytest.raises(StatementError) as caught:
        ledger.people.joined("oak", ANN, NOW.replace(tzinfo=None))
    assert "ann" not in str(caught.value)


def test_every_table_can_be_made_in_postgresql_too() -> None:
    say_it_for_postgresql()
    words = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy has no types here
    made = [str(CreateTable(table).compile(dialect=words)) for table in metadata.sorted_tables]
    for table in metadata.sorted_tables:
        made += [str(CreateIndex(index).compile(dialect=words)) for index in table.indexes]
    assert sum("WHERE parked_at IS NULL" in statement for statement in made) == 1
    assert all(len(index.name or "") < 63 for table in metadata.sorted_tables for index in table.indexes)
