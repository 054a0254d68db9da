"""[adapters.telegram]: each mistake is named together with what to write instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchard_bot.errors import ConfigError
from orchard_telegram.settings import COMMANDS, read, token

TOKEN = "7000000001:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
HOOK = {"mode": "webhook", "webhook_url": "https://bot.example.org/telegram"}


def test_a_token_file_is_all_that_is_needed() -> None:
    found = read({"token_file": "telegram.token"})
    assert (found.mode, found.api_url, found.ephemeral) == ("polling", "https://api.telegram.org", "auto")
    assert found.commands == COMMANDS


@pytest.mark.parametrize(
    ("given", "fix"),
    [
        ({}, "token_file"),
        ({"token_file": "a", "token_env": "B"}, "Keep one"),
        ({"token_file": "a", "tokn": "x"}, "Remove 'tokn'"),
        ({"token_file": "a", "mode": "carrier pigeon"}, "Correct the value"),
        ({"token_file": "a", "api_url": "nowhere"}, "address of a Bot API server"),
        ({"token_file": "a", "api_url": "ftp://a.example"}, "address of a Bot API server"),
        ({"token_file": "a", "api_url": "https://[::1"}, "address of a Bot API server"),
        ({"token_file": "a", "webhook_url": "https://a.example"}, 'mode = "webhook"'),
        ({"token_file": "a", "mode": "webhook"}, "webhook_url"),
        ({"token_file": "a", "mode": "webhook", "webhook_url": "http://a.example"}, "webhook_url"),
        ({"token_file": "a", "ephemeral": "yes"}, "Correct the value"),
        ({"token_file": "a", "commands": {"Report me": "x"}}, "small letters"),
        ({"token_file": "a", "commands": {"report": ""}}, "Correct the value"),
    ],
)
def test_a_wrong_setting_says_what_to_write(given: dict[str, Any], fix: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(given)
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    "given",
    [HOOK, HOOK | {"api_url": "http://127.0.0.1:8081", "webhook_url": "http://127.0.0.1:8080/telegram"}],
)
def test_a_webhook_is_https_or_comes_from_a_server_on_this_machine(given: dict[str, Any]) -> None:
    assert read({"token_file": "a"} | given).webhook_url


def test_the_token_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    file.chmod(0o600)
    assert token(read({"token_file": str(file)})) == TOKEN


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_token_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "token"
    file.write_text(TOKEN)
    file.chmod(mode)
    with pytest.raises(ConfigError) as caught:
        token(read({"token_file": str(file)}))
    assert "chmod 600" in caught.value.fix


@pytest.mark.parametrize(
    "content",
    ["", "no token", "7000000001", f"token={TOKEN}", f"{TOKEN} {TOKEN}", "\udce4".encode("utf-8", "surrogateescape")],
)
def test_what_is_no_token_is_refused_without_being_shown(tmp_path: Path, content: str | bytes) -> None:
    file = tmp_path / "token"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    file.chmod(0o600)
    with pytest.raises(ConfigError) as caught:
        token(read({"token_file": str(file)}))
    assert TOKEN not in str(caught.value)


def test_a_missing_token_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read") as caught:
        token(read({"token_file": str(tmp_path / "nothing")}))
    assert "@BotFather" in caught.value.fix


def test_the_token_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCHARD_TOKEN", TOKEN)
    assert token(read({"token_env": "ORCHARD_TOKEN"})) == TOKEN
    monkeypatch.delenv("ORCHARD_TOKEN")
    with pytest.raises(ConfigError, match="ORCHARD_TOKEN is empty"):
        token(read({"token_env": "ORCHARD_TOKEN"}))
