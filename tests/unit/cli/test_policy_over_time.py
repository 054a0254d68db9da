"""``policy diff`` shows what a new edition changes; ``policy rehearse`` goes over old scores with new thresholds."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchard_bot.chat.refs import ChatRef, MessageRef, PersonRef
from orchard_bot.cli.policy import policy_app
from orchard_bot.cli.policy_rehearse import rehearsed
from orchard_bot.community.code_of_conduct import CodeOfConduct
from orchard_bot.features.books import KeptText, Sighting
from orchard_bot.runtime.clock import SystemClock
from orchard_bot.settings.toml_file import load
from orchard_bot.storage.ledger import SqlLedger
from orchard_bot.storage.sqlite import SqliteEngine
from orchard_bot.storage.sqlite_connection import sqlalchemy_engine

OURS = Path(__file__).parents[3] / "config" / "code_of_conduct.toml"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)

CONFIG = """
[bot]
database = "orchard.db"
policy = "{policy}"

[adapters.sandbox]
account = "main"

[[communities]]
id = "larch"
name = "Larch class"
chat = "sandbox/main/larch"
moderators = [{{ person = "sandbox/amira", name = "Amira" }}]
"""


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def sighting(score: float, at: datetime = NOW, detector: str = "swearing") -> Sighting:
    return Sighting(
        community="larch", clause="swearing", detector=detector, score=score, would="note", rehearsal=True, at=at
    )


def diff(old: Path, new: Path, *more: str) -> str:
    result = CliRunner().invoke(policy_app, ["diff", str(old), str(new), *more])
    assert result.exit_code == 0, result.output
    return result.output


def test_an_edition_is_like_itself() -> None:
    assert "The two editions are alike." in diff(OURS, OURS)


def test_changed_words_thresholds_and_verdicts_are_shown(tmp_path: Path) -> None:
    text = OURS.read_text("utf-8")
    new = tmp_path / "new.toml"
    changed = text.replace('title = "No adverts"', 'title = "No selling"').replace(
        "note_at = 0.75              # words", "note_at = 0.99 # words"
    )
    new.write_text(changed, encoding="utf-8")
    shown = diff(OURS, new)
    assert "clause commercial" in shown
    assert "No selling" in shown
    assert "detector swearing" in shown
    assert "note_at 0.99" in shown
    changes = json.loads(diff(OURS, new, "--json"))
    assert {"clause", "detector", "example"} == {one["about"] for one in changes}


def test_old_scores_are_gone_over_with_the_thresholds_of_today() -> None:
    code = load(OURS, CodeOfConduct)
    seen = [sighting(0.9), sighting(0.8), sighting(0.5), sighting(0.9, detector="gone")]
    [one] = rehearsed(code, "larch", seen, days=14)
    assert (one.messages, one.was, one.now) == (4, {"note": 4}, {"note": 2, "nothing": 2})
    assert one.a_week == 1.0


def test_the_scores_of_a_group_are_read_from_its_database(tmp_path: Path) -> None:
    config = tmp_path / "orchard.toml"
    config.write_text(CONFIG.format(policy=OURS.as_posix()), encoding="utf-8")
    SqliteEngine.open(tmp_path / "orchard.db", now=NOW)

    def rehearse(*more: str) -> str:
        result = CliRunner().invoke(policy_app, ["rehearse", "--config", str(config), *more])
        assert result.exit_code == 0, result.output
        return result.output

    assert "Nothing was noticed in the last 14 days." in rehearse()
    engine = sqlalchemy_engine(tmp_path / "orchard.db")
    with engine.begin() as connection:
        SqlLedger(connection).cases.add_sighting(sighting(0.9, at=SystemClock().now() - timedelta(days=1)))
    engine.dispose()
    assert "note 1" in rehearse()
    assert json.loads(rehearse("--json"))[0]["clause"] == "swearing"


def test_texts_to_learn_from_are_exported_without_names(tmp_path: Path) -> None:
    config, file = tmp_path / "orchard.toml", tmp_path / "texts.jsonl"
    config.write_text(CONFIG.format(policy=OURS.as_posix()), encoding="utf-8")
    SqliteEngine.open(tmp_path / "orchard.db", now=NOW)
    message = MessageRef(ChatRef("sandbox", "main", "larch"), "7")
    kept = KeptText(
        community="larch",
        message=message,
        person=PersonRef("sandbox", "amira"),
        text="Naïve words",
        labels=("politics",),
        at=NOW,
    )
    engine = sqlalchemy_engine(tmp_path / "orchard.db")
    with engine.begin() as connection:
        SqlLedger(connection).kept_texts.keep(kept)
    engine.dispose()
    command = ["export", str(file), "--config", str(config)]
    result = CliRunner().invoke(policy_app, command)
    assert result.exit_code == 0, result.output
    assert [json.loads(line) for line in file.read_text("utf-8").splitlines()] == [
        {"id": "own-1", "text": "Naïve words", "labels": ["politics"]}
    ]
    again = CliRunner().invoke(policy_app, command)
    assert again.exit_code != 0
    assert "Name a new file" in again.output + again.stderr
