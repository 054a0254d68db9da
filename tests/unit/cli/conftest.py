"""The commands as a person at a terminal meets them: in a folder of their own, with the sandbox on a free port."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from typer.testing import CliRunner, Result

from orchard_bot.cli import app

POLICY = Path(__file__).parents[3] / "config" / "code_of_conduct.toml"

CONFIG = """
[bot]
database = "orchard.db"
policy = "{policy}"

[web]
port = {port}

[adapters.sandbox]
account = "main"

[[communities]]
id = "larch"
name = "Larch class"
chat = "sandbox/main/larch"
moderators = [{{ person = "sandbox/amira", name = "Amira" }}, {{ person = "sandbox/joe", name = "Joe" }}]
"""

Command: TypeAlias = Callable[..., Result]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def port() -> int:
    """A port that nobody uses just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        found: int = listener.getsockname()[1]
        return found


@pytest.fixture
def config(tmp_path: Path, port: int) -> Path:
    """A configuration that works."""
    path = tmp_path / "orchard.toml"
    path.write_text(CONFIG.format(policy=POLICY, port=port), encoding="utf-8")
    return path


@pytest.fixture
def command() -> Command:
    """``command("check", "--config", path)``; ``typed`` is what the person answers."""

    def run(*arguments: object, typed: str = "") -> Result:
        return CliRunner().invoke(app, [str(one) for one in arguments], input=typed)

    return run
