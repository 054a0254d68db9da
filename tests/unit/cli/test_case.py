"""The evidence pack: only where two moderators agreed, without other people, for its owner's eyes, and never twice."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchard_bot.chat.refs import PersonRef
from orchard_bot.cli import app
from orchard_bot.community.case import Case
from orchard_bot.features.casework.evidence_pack import AGREED
from orchard_bot.storage.ledger import SqlLedger
from orchard_bot.storage.sqlite_connection import driver_of, sqlalchemy_engine
from orchard_bot.storage.upgrade import migrate

NOW = datetime(2026, 11, 18, 19, tzinfo=UTC)
CONFIG = """
[bot]
database = "orchard.db"
policy = "{policy}"

[adapters.sandbox]

[[communities]]
id = "larch"
name = "Larch class"
chat = "sandbox/main/larch"
moderators = [{{ person = "sandbox/amira", name = "Amira" }}, {{ person = "sandbox/joe", name = "Joe" }}]
"""
WORDS = "<b>Ring Mrs Patel</b> on 020 7946 0018 or write to sam.jones@example.org, @sam knows"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    policy = Path(__file__).parents[3] / "config" / "code_of_conduct.toml"
    file = tmp_path / "orchard.toml"
    file.write_text(CONFIG.format(policy=policy.as_posix()), encoding="utf-8")
    return file


def a_case(config: Path, *agreeing: str) -> str:
    database = config.with_name("orchard.db")
    migrate(database, now=NOW)
    with sqlalchemy_engine(database).connect() as connection:
        driver_of(connection).execute("BEGIN IMMEDIATE")
        ledger = SqlLedger(connection)
        case = ledger.cases.open(
            Case(
                community="larch",
                number=0,
                code="",
                opened_at=NOW,
                policy="0.1",
                clauses=("threat",),
                author=PersonRef("sandbox", "carl"),
                author_name="Carl",
                evidence=WORDS,
            )
        )
        for who in agreeing:
            person = PersonRef("sandbox", who)
            ledger.audit.note(
                at=NOW, community="larch", actor=person, act=AGREED, subject=case.id, clause=None, policy="0.1"
            )
        driver_of(connection).execute("COMMIT")
    return case.code


def pack(config: Path, code: str, out: Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["case", "pack", code, "--out", str(out), "--config", str(config)])
    return result.exit_code, result.output


def test_a_pack_that_two_agreed_to_is_written_without_other_people(config: Path, tmp_path: Path) -> None:
    out = tmp_path / "pack.html"
    code = a_case(config, "amira", "joe")
    assert pack(config, code.lower(), out)[0] == 0
    page = out.read_text(encoding="utf-8")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "Carl" in page
    assert "&lt;b&gt;Ring [left out]" in page
    for somebody in ("Patel", "7946", "sam.jones", "@sam"):
        assert somebody not in page
    assert "src=" not in page


@pytest.mark.parametrize("agreeing", [(), ("amira",), ("amira", "amira")])
def test_without_two_there_is_no_pack(config: Path, tmp_path: Path, agreeing: tuple[str, ...]) -> None:
    out = tmp_path / "pack.html"
    status, said = pack(config, a_case(config, *agreeing), out)
    assert status == 1
    assert "Two moderators have to agree first" in " ".join(said.split())
    assert not out.exists()


def test_an_unknown_code_is_said_plainly(config: Path, tmp_path: Path) -> None:
    a_case(config)
    status, said = pack(config, "NOPE1", tmp_path / "pack.html")
    assert (status, "no case with the code NOPE1" in " ".join(said.split())) == (1, True)


@pytest.mark.parametrize(
    ("name", "says"), [("there.html", "exists already"), ("no/such/folder.html", "cannot be written")]
)
def test_a_file_that_cannot_be_new_is_refused(config: Path, tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "there.html").write_text("mine", encoding="utf-8")
    status, said = pack(config, a_case(config, "amira", "joe"), tmp_path / name)
    assert (status, says in " ".join(said.split())) == (1, True)
    assert (tmp_path / "there.html").read_text(encoding="utf-8") == "mine"
