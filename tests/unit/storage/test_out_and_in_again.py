"""Export, wipe, import gives the same state; backups are sealed; a wrong key is refused in words that help."""

from __future__ import annotations

import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from orchard_bot.chat.refs import PersonRef
from orchard_bot.cli.db import db_app
from orchard_bot.community.consent import Consent, OptIn
from orchard_bot.errors import KeyMissing, StorageBusy, StorageError
from orchard_bot.storage.audit import broken_at
from orchard_bot.storage.database_file import FileLock
from orchard_bot.storage.export import Part, export, put_in, wipe
from orchard_bot.storage.keyring import Keyring, new_key
from orchard_bot.storage.migrations import head
from orchard_bot.storage.sealed_backup import sealed_backup, unsealed
from orchard_bot.storage.sealed_file import read_sealed, write_sealed
from orchard_bot.storage.sqlite_connection import connect
from orchard_bot.storage.tables import metadata
from orchard_bot.storage.upgrade import migrate
from tests.unit.storage.test_keys import check, fill, open_ledger

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
Rows = dict[str, list[tuple[object, ...]]]


def state(database: Path) -> Rows:
    """Every row of every table, as stored."""
    with closing(connect(database, read_only=True)) as connection:
        return {
            name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in metadata.tables
        }


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "bot.db"
    migrate(path, now=NOW)
    ledger = open_ledger(path)
    fill(ledger)
    person = PersonRef("sandbox", "ann-canary")
    ledger.people.joined("oak", person, NOW)
    for number in range(3):
        ledger.audit.note(at=NOW, community="oak", actor=person, act="a", subject=str(number), clause=None, policy="1")
    ledger.arrivals.first_time("event", 1)
    ledger.connection.commit()
    ledger.connection.close()
    return path


def test_export_wipe_import_gives_the_same_state(database: Path, tmp_path: Path) -> None:
    keys = Keyring.beside(database)
    before = state(database)
    count = export(database, tmp_path / "out", keys)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o600
    assert wipe(database) == count
    assert all(not rows for name, rows in state(database).items() if name != "seals")
    assert put_in(database, tmp_path / "out", keys) == count
    assert state(database) == before
    ledger = open_ledger(database)
    check(ledger)
    assert broken_at(ledger.connection) is None


@settings(max_examples=4, deadline=None)
@given(
    people=st.sets(st.text(min_size=1, max_size=20).filter(lambda text: "\x00" not in text and text.isprintable())),
    days=st.integers(0, 3000),
)
def test_whoever_is_in_it_comes_back(people: set[str], days: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("state")
    path, keys = folder / "bot.db", Keyring.of()
    migrate(path, now=NOW, keyring=keys)
    ledger = open_ledger(path, keys)
    for number, one in enumerate(sorted(people)):
        person = PersonRef("sandbox", one)
        ledger.people.joined("oak", person, NOW + timedelta(days=days))
        ledger.consents.give(Consent(person, "oak", [*OptIn][number % 2], NOW, "1"))
    ledger.connection.commit()
    ledger.connection.close()
    before = state(path)
    export(path, folder / "out", keys)
    wipe(path)
    put_in(path, folder / "out", keys)
    assert state(path) == before


def test_a_wipe_leaves_nothing_on_the_disk(database: Path) -> None:
    ledger = open_ledger(database)
    wipe(database)
    ledger.connection.close()
    on_disk = b"".join(path.read_bytes() for path in database.parent.glob("bot.db*") if path.suffix != ".key")
    assert b"canary" not in on_disk


def test_an_export_goes_into_an_empty_database_of_the_same_version_alone(database: Path, tmp_path: Path) -> None:
    keys = Keyring.beside(database)
    export(database, tmp_path / "out", keys)
    with pytest.raises(StorageError, match="is not empty"):
        put_in(database, tmp_path / "out", keys)
    wipe(database)
    for name, part, says in (
        ("old", Part("0000", "members", (), ()), "another version"),
        ("odd", Part(head() or "", "members", ("sparrow",), ((1,),)), "a column that is not there"),
    ):
        write_sealed(tmp_path / name, [msgspec.msgpack.encode(part)], keys)
        with pytest.raises(StorageError, match=says):
            put_in(database, tmp_path / name, keys)
    with FileLock(database), pytest.raises(StorageBusy):
        put_in(database, tmp_path / "out", keys)
    with pytest.raises(StorageError, match="exists already"):
        export(database, tmp_path / "out", keys)


def test_a_backup_is_sealed_and_comes_back(database: Path, tmp_path: Path) -> None:
    keys = Keyring.beside(database)
    before = state(database)
    sealed_backup(database, tmp_path / "saved", keys)
    assert b"canary" not in (tmp_path / "saved").read_bytes()
    assert b"SQLite" not in (tmp_path / "saved").read_bytes()
    assert stat.S_IMODE((tmp_path / "saved").stat().st_mode) == 0o600
    with unsealed(tmp_path / "saved", database, keys) as copy:
        assert state(copy) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bot.db", "bot.db.key", "bot.db.lock", "saved"]


def test_the_command_refuses_a_backup_of_another_key_and_changes_nothing(database: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(db_app, ["backup", str(tmp_path / "saved"), "--database", str(database)]).exit_code == 0
    before, key = state(database), database.with_name("bot.db.key")
    right = key.read_text()
    key.write_text(f"{new_key()}\n")
    refused = run(db_app, ["restore", str(tmp_path / "saved"), "--database", str(database)])
    assert refused.exit_code == 1
    assert f"does not open {tmp_path / 'saved'}" in refused.stderr
    assert "key_file under [bot]" in refused.stderr
    assert state(database) == before
    key.write_text(right)
    assert run(db_app, ["restore", str(tmp_path / "saved"), "--database", str(database)]).exit_code == 0
    check(open_ledger(database))


def test_a_sealed_file_that_is_cut_short_or_mixed_up_is_refused(tmp_path: Path) -> None:
    keys = Keyring.of()
    write_sealed(tmp_path / "whole", [b"one", b"two"], keys)
    first, *rest = (tmp_path / "whole").read_bytes().splitlines(keepends=True)
    assert list(read_sealed(tmp_path / "whole", keys)) == [b"one", b"two"]
    for lines in ((rest[0], rest[1]), (rest[1], rest[0], rest[2]), (rest[0], rest[2]), ()):
        (tmp_path / "cut").write_bytes(first + b"".join(lines))
        with pytest.raises(StorageError, match="is not whole"):
            list(read_sealed(tmp_path / "cut", keys))
    with pytest.raises(KeyMissing, match="is missing"):
        list(read_sealed(tmp_path / "whole", Keyring(tmp_path / "no.key", {})))
    (tmp_path / "other").write_bytes(b"a letter")
    with pytest.raises(StorageError, match="no sealed file of Orchard Bot"):
        list(read_sealed(tmp_path / "other", keys))
    with pytest.raises(KeyMissing, match="does not open"):
        list(read_sealed(tmp_path / "whole", Keyring.of()))
