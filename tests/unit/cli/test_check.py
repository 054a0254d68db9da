"""``orchard-bot check``: says what is set up, or what is wrong where and how to put it right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Command


def changed(config: Path, before: str, after: str) -> None:
    """The operator makes a mistake."""
    text = config.read_text("utf-8")
    assert before in text
    config.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_a_valid_file_is_told_in_a_few_lines(command: Command, config: Path) -> None:
    result = command("check", "--config", config)
    assert result.exit_code == 0
    for words in ("valid.", "version 0.1", "swearing", "report", "sandbox/main", "Larch class, 2 moderators"):
        assert words in result.output


def test_a_single_moderator_is_met_with_a_kind_hint(command: Command, config: Path) -> None:
    changed(config, ', { person = "sandbox/joe", name = "Joe" }', "")
    assert "1 moderator (two are better)" in command("check", "--config", config).output


@pytest.mark.parametrize(
    ("before", "after", "problem", "fix"),
    [
        ("port =", "prot =", "prot", "Did you mean 'port'?"),
        ('name = "Larch class"', "name = Larch class", "not valid TOML", "Put quotes around the text"),
        ("sandbox/main/larch", "telegram/main/larch", "No adapter connects the account", "Add [adapters.telegram]"),
        ("[adapters.sandbox]", "[adapters.pigeon]", "No adapter connects the account", "Add [adapters.sandbox]"),
        ('account = "main"', 'account = "main"\nprofile = "fax"', "There is no profile 'fax'", "Write one of"),
    ],
)
def test_a_mistake_is_named_with_file_and_line_and_fix(
    command: Command, config: Path, before: str, after: str, problem: str, fix: str
) -> None:
    changed(config, before, after)
    result = command("check", "--config", config)
    assert result.exit_code == 2
    assert f"{config}:" in result.stderr
    assert problem in result.stderr
    assert fix in result.stderr
    assert "Traceback" not in result.output


def test_an_adapter_that_nobody_has_installed_is_named_with_those_there_are(command: Command, config: Path) -> None:
    config.write_text(config.read_text("utf-8").replace("sandbox", "pigeon"), encoding="utf-8")
    result = command("check", "--config", config)
    assert result.exit_code == 2
    assert "There is no adapter 'pigeon'." in result.stderr
    assert "sandbox" in result.stderr


def test_a_file_that_is_not_there_sends_the_newcomer_to_init(command: Command, tmp_path: Path) -> None:
    result = command("check", "--config", tmp_path / "nowhere.toml")
    assert result.exit_code == 2
    assert "orchard-bot init" in result.stderr


def test_a_policy_that_is_overdue_is_mentioned_softly(command: Command, config: Path, tmp_path: Path) -> None:
    policy = Path(config.read_text("utf-8").split('policy = "')[1].split('"')[0])
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    text = policy.read_text("utf-8")
    old.write_text(text.replace('review_due = "2026-03"', 'review_due = "2020-03"'), encoding="utf-8")
    new.write_text(text.replace('review_due = "2026-03"', 'review_due = "2099-03"'), encoding="utf-8")
    for file, overdue in ((old, True), (new, False)):
        again = config.with_name(f"{file.stem}-orchard.toml")
        again.write_text(config.read_text("utf-8").replace(str(policy), str(file)), encoding="utf-8")
        assert ("review is overdue" in command("check", "--config", again).output) is overdue
