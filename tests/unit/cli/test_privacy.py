"""``orchard-bot privacy`` and ``audit`` as whoever answers for the data meets them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchard_bot.chat.refs import AccountRef, PersonRef
from orchard_bot.community.consent import Consent, OptIn
from orchard_bot.settings.orchard import load_settings
from orchard_bot.storage.keyring import IN_ENVIRONMENT, Keyring, new_key
from orchard_bot.storage.ledger import SqlLedger
from orchard_bot.storage.sqlite_connection import sqlalchemy_engine
from orchard_bot.storage.tables import metadata, seals
from orchard_bot.storage.upgrade import migrate
from tests.unit.cli.conftest import Command

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
AMIRA, ANN = PersonRef("sandbox", "amira"), PersonRef("sandbox", "ann")


@pytest.fixture
def database(config: Path) -> Path:
    """The database of the configuration, with a consent and three lines of the trail in it."""
    path = config.with_name("orchard.db")
    migrate(path, now=NOW)
    engine = sqlalchemy_engine(path)
    with engine.begin() as connection:
        ledger = SqlLedger(connection)
        ledger.consents.give(Consent(ANN, "larch", OptIn.NOTES, NOW, "1"))
        ledger.people.opened(AccountRef("sandbox", "main"), ANN, None, NOW)  # type: ignore[arg-type] # no chat known
        for actor, clause in ((AMIRA, "kindness"), (ANN, None), (None, None)):
            ledger.audit.note(
                at=NOW, community="larch", actor=actor, act="noted", subject="larch/1", clause=clause, policy="0.1"
            )
    engine.dispose()
    return path


def test_the_trail_names_moderators_and_nobody_else(command: Command, config: Path, database: Path) -> None:
    shown = command("audit", "show", "--config", config).stdout
    token = Keyring.beside(database).token(str(ANN))
    assert shown.splitlines() == [
        "1  2026-03-02 07:30Z  Amira: noted larch/1, clause kindness, policy 0.1",
        f"2  2026-03-02 07:30Z  {token[:8]}: noted larch/1, policy 0.1",
        "3  2026-03-02 07:30Z  the bot: noted larch/1, policy 0.1",
    ]
    assert command("audit", "show", "--config", config, "--last", 1).stdout.startswith("3  ")


def test_a_changed_trail_ends_with_exit_code_one(command: Command, config: Path, database: Path) -> None:
    sound = command("audit", "verify", "--config", config)
    assert (sound.exit_code, sound.stdout.splitlines()[0]) == (0, "The audit trail is sound: 3 lines.")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE audit SET act = 'other' WHERE id = 2")
    broken = command("audit", "verify", "--config", config)
    assert broken.exit_code == 1
    assert "Line 2 of 2026-03-02 07:30 UTC is not as it was written" in broken.stderr


def test_an_empty_trail_is_sound(command: Command, config: Path) -> None:
    migrate(config.with_name("orchard.db"), now=NOW)
    assert command("audit", "verify", "--config", config).stdout == "The audit trail is sound: 0 lines.\n"


def test_out_wiped_and_in_again(command: Command, config: Path, database: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "Exported and sealed" in command("privacy", "export", out, "--config", config).stdout
    assert command("privacy", "wipe", "--config", config, typed="n\n").exit_code == 1
    assert "not empty" in command("privacy", "import", out, "--config", config).stderr
    assert (
        "Backups and exports are files of your own"
        in command("privacy", "wipe", "--config", config, typed="y\n").stdout
    )
    assert command("privacy", "wipe", "--yes", "--config", config).stdout.startswith("Erased: 0 rows")
    assert command("privacy", "import", out, "--config", config).stdout.startswith("Imported: ")
    assert "3 lines" in command("audit", "verify", "--config", config).stdout


def test_an_export_goes_to_another_machine_with_its_key(
    command: Command, config: Path, database: Path, tmp_path: Path
) -> None:
    command("privacy", "export", tmp_path / "out", "--config", config)
    for side_file in ("", "-wal", "-shm"):
        database.with_name(database.name + side_file).unlink(missing_ok=True)
    brought = command("privacy", "import", tmp_path / "out", "--config", config)
    assert brought.exit_code == 0, brought.output
    assert "3 lines" in command("audit", "verify", "--config", config).stdout


def test_a_key_in_a_file_of_its_own_is_used_and_changed(command: Command, config: Path, tmp_path: Path) -> None:
    text = config.read_text().replace("[bot]", '[bot]\nkey_file = "safe/the.key"')
    config.write_text(text)
    assert load_settings(config).key_file == tmp_path / "safe" / "the.key"
    assert command("db", "migrate", "--config", config).exit_code == 0
    before = (tmp_path / "safe" / "the.key").read_text()
    changed = command("privacy", "rotate-key", "--config", config)
    assert "Sealed again: 1." in changed.stdout
    assert (tmp_path / "safe" / "the.key").read_text() != before
    assert len(list((tmp_path / "safe").glob("the.key.before-*Z"))) == 1
    assert not (tmp_path / "orchard.db.key").exists()


def test_keys_in_the_environment_are_left_to_the_operator(
    command: Command, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = f"{new_key()} {new_key()}"
    monkeypatch.setenv(IN_ENVIRONMENT, old)
    command("db", "migrate", "--config", config)
    monkeypatch.setenv(IN_ENVIRONMENT, f"{new_key()} {old}")
    changed = command("privacy", "rotate-key", "--config", config)
    assert f"Of the keys in {IN_ENVIRONMENT} only the first and the last are needed now." in changed.stdout


@pytest.mark.parametrize("paper", ["notice", "record", "dpia", "breach"])
def test_every_paper_is_filled_in_and_says_that_it_is_no_legal_advice(
    command: Command, config: Path, tmp_path: Path, paper: str
) -> None:
    drafted = command("privacy", paper, "--config", config)
    assert drafted.exit_code == 0
    assert "no legal advice" in drafted.stdout
    assert "Amira, Joe" in drafted.stdout
    assert "{{" not in drafted.stdout
    written = command("privacy", paper, "--config", config, "--out", tmp_path / "paper.md")
    assert written.stdout.strip() == f"Written: {tmp_path / 'paper.md'}"
    assert (tmp_path / "paper.md").read_text() == drafted.stdout
    again = command("privacy", paper, "--config", config, "--out", tmp_path / "paper.md")
    assert again.exit_code == 2
    assert "exists already" in again.stderr


def test_the_record_has_every_table_with_people_in_it_and_their_retention(command: Command, config: Path) -> None:
    config.write_text(config.read_text() + "\n[retention]\nsighting_days = 7\nevidence_days = 12\n")
    record = command("privacy", "record", "--config", config).stdout
    named = {
        name for name, table in metadata.tables.items() if any(table.info[one] for one in ("whose", "duty", "inside"))
    }
    assert all(f"| `{name}` |" in record for name in named - {seals.name})
    assert "12 days" in record
    assert "goes 12 days after its case" in command("privacy", "notice", "--config", config).stdout
