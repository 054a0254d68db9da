"""Paths in an adapter's part of the configuration lead from the configuration file, as all its paths do."""

from __future__ import annotations

from pathlib import Path

from orchard_bot.settings.orchard import load_settings

CONFIG = """
[adapters.pigeon]
account = "home"
token_file = "secrets/pigeon.token"
log_file = 3
mode = "fast"

[[communities]]
id = "larch"
name = "Larch"
chat = "pigeon/home/1"
moderators = [{ person = "pigeon/5", name = "Amira" }]
"""


def test_a_setting_that_names_a_file_is_relative_to_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "orchard.toml").write_text(CONFIG)
    account, own = load_settings(tmp_path / "orchard.toml").adapters["pigeon"]
    assert account == "home"
    assert own == {"token_file": str(tmp_path / "secrets/pigeon.token"), "log_file": 3, "mode": "fast"}
