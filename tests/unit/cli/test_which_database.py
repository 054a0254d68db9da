"""``orchard-bot db`` looks where the configuration says, unless told of another file; all commands refuse alike."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchard_bot.storage.upgrade import migrate
from tests.unit.cli.conftest import Command

NOW = datetime(2026, 1, 14, 19, 30, tzinfo=UTC)


@pytest.mark.parametrize("what", [("status",), ("check",), ("migrate",), ("backup",)])
def test_it_is_the_one_of_the_configuration(command: Command, config: Path, what: tuple[str, ...]) -> None:
    database = config.with_name("orchard.db")
    migrate(database, now=NOW)
    result = command("db", *what, "--config", config)
    assert result.exit_code == 0, result.output
    assert "sound" in result.output or str(config.parent) in result.output


def test_a_database_that_is_named_needs_no_configuration(command: Command, tmp_path: Path) -> None:
    migrate(tmp_path / "other.db", now=NOW)
    result = command("db", "status", "--config", tmp_path / "none.toml", "--database", tmp_path / "other.db")
    assert result.exit_code == 0
    assert str(tmp_path / "other.db") in result.output


def test_a_backup_comes_back_by_the_configuration_alone(command: Command, config: Path, tmp_path: Path) -> None:
    migrate(config.with_name("orchard.db"), now=NOW)
    saved = tmp_path / "saved.db"
    assert command("db", "backup", saved, "--config", config).exit_code == 0
    result = command("db", "restore", saved, "--config", config)
    assert result.exit_code == 0
    assert "kept as" in result.output


def test_a_path_is_shown_without_detours(command: Command, tmp_path: Path, config: Path) -> None:
    inner = tmp_path / "config" / "orchard.toml"
    inner.parent.mkdir()
    text = config.read_text("utf-8").replace('database = "orchard.db"', 'database = "../var/orchard.db"')
    inner.write_text(text, encoding="utf-8")
    result = command("db", "status", "--config", inner)
    assert f"There is no database at {tmp_path / 'var' / 'orchard.db'}." in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("doctor",),
        ("run",),
        ("db", "status"),
        ("db", "check"),
        ("db", "migrate"),
        ("db", "backup"),
        ("db", "restore", "some.db"),
    ],
)
def test_every_command_refuses_a_wrong_configuration_with_exit_code_2(
    command: Command, config: Path, arguments: tuple[str, ...]
) -> None:
    config.write_text("[bot]\ndatabsae = 1\n", encoding="utf-8")
    result = command(*arguments, "--config", config)
    assert result.exit_code == 2
    assert f"{config}" in result.stderr
    assert "To fix it:" in result.stderr


def test_a_missing_policy_is_exit_code_2_too(command: Command, tmp_path: Path) -> None:
    assert command("policy", "check", "--file", tmp_path / "none.toml").exit_code == 2


def test_a_missing_database_is_exit_code_1(command: Command, config: Path) -> None:
    assert command("db", "check", "--config", config).exit_code == 1
