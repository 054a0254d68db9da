"""Writing the next revision, and what the numbered files promise."""

from __future__ import annotations

import ast
import runpy
import sys
from datetime import datetime
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Table, Text, TypeDecorator

from orchard_bot.storage.migrations import VERSIONS, head, revisions
from orchard_bot.storage.migrations.__main__ import main
from orchard_bot.storage.migrations.alembic_steps import differences, revise
from orchard_bot.storage.sqlite import opened
from orchard_bot.storage.upgrade import migrate


def tables(*colours: str) -> MetaData:
    metadata = MetaData()
    Table("tree", metadata, Column("id", Integer, primary_key=True), *(Column(colour, Text) for colour in colours))
    Table("apple", metadata, Column("tree", Integer, ForeignKey("tree.id"), primary_key=True))
    return metadata


@pytest.fixture
def no_versions(tmp_path: Path) -> Path:
    folder = tmp_path / "versions"
    folder.mkdir()
    return folder


def test_the_first_revision_makes_all_tables_and_the_next_only_what_changed(
    no_versions: Path, tmp_path: Path, now: datetime
) -> None:
    assert head(no_versions) is None
    first = revise("Start", tables("red"), no_versions)
    second = revise("Grow green apples", tables("red", "green"), no_versions)
    assert first == no_versions / "0001_start.py"
    assert second == no_versions / "0002_grow_green_apples.py"
    assert "create_table" in first.read_text()
    assert "create_table" not in second.read_text()
    assert revisions(no_versions) == ("0001", "0002")
    assert head(no_versions) == "0002"
    migrate(tmp_path / "bot.db", now=now, versions=no_versions)
    with opened(tmp_path / "bot.db") as connection:
        columns = [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(tree)")]
    assert columns == ["id", "red", "green"]


def test_where_nothing_changed_no_revision_is_written(no_versions: Path) -> None:
    revise("Start", tables("red"), no_versions)
    assert revise("Again", tables("red"), no_versions) is None
    assert differences(tables("red"), no_versions) == []
    assert differences(tables("blue"), no_versions) != []
    assert len(revisions(no_versions)) == 1


def test_a_type_of_our_own_is_written_down_as_what_the_database_sees(no_versions: Path) -> None:
    class Ripeness(TypeDecorator[int]):
        impl = BigInteger
        cache_ok = True

    metadata = MetaData()
    Table("tree", metadata, Column("id", Integer, primary_key=True), Column("ripe", Ripeness))
    written = revise("start", metadata, no_versions)
    assert written
    assert "sa.BigInteger()" in written.read_text()
    assert "Ripeness" not in written.read_text()
    assert differences(metadata, no_versions) == []


def test_a_written_revision_says_what_it_does(no_versions: Path) -> None:
    written = revise("start", tables("red"), no_versions)
    assert written
    assert ast.get_docstring(ast.parse(written.read_text())) == "Start."


def test_what_is_no_revision_has_no_number(no_versions: Path) -> None:
    for name in ("__init__.py", "0001_start.pyc", "notes.md", "01_short.py"):
        (no_versions / name).touch()
    assert revisions(no_versions) == ()


def test_the_numbers_in_the_names_are_what_alembic_finds() -> None:
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    assert script.get_current_head() == head()
    assert tuple(reversed([step.revision for step in script.walk_revisions()])) == revisions()


def test_the_command_says_what_it_wrote_and_when_there_is_nothing_to_write(no_versions: Path) -> None:
    assert "0001_start.py" in main(["Start"], tables("red"), no_versions)
    assert "Nothing to write" in main(["Start"], tables("red"), no_versions)


def test_the_command_knows_the_tables_of_the_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["migrations"])
    monkeypatch.delitem(sys.modules, "orchard_bot.storage.migrations.__main__")
    with pytest.raises(SystemExit, match="Say in a few words"):
        runpy.run_module("orchard_bot.storage.migrations", run_name="__main__")


@pytest.mark.parametrize("arguments", [[], ["add", "a", "table"]])
def test_the_command_asks_for_one_message(no_versions: Path, arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match="Say in a few words"):
        main(arguments, tables("red"), no_versions)
    assert revisions(no_versions) == ()
