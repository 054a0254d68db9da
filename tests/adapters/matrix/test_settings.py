"""Every wrong setting is refused with what to write instead, and no password is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchard_bot.errors import ConfigError
from orchard_matrix import MatrixPlatform
from orchard_matrix.device import Device, Login
from orchard_matrix.settings import password, read

GOOD = {"homeserver": "https://matrix.example.org", "user": "@orchard:example.org"}


@pytest.mark.parametrize(
    ("changes", "problem", "fix"),
    [
        ({"homeserver": None}, "homeserver", "Write where the server answers"),
        ({"user": None}, "user", "Write the bot's own account"),
        ({"user": "orchard"}, "no account", "in full, with the server"),
        ({"homeserver": "matrix.example.org"}, "not an address", "https://matrix.example.org"),
        ({"homeserver": "https://[broken"}, "not an address", "https://matrix.example.org"),
        ({"homeserver": "https://x.example/_matrix"}, "not an address", "without a path"),
        ({"homeserver": "http://x.example"}, "not encrypted", "https://"),
        ({"store": ""}, "no folder", "var/matrix"),
        ({"pasword": "x"}, "pasword", "Remove 'pasword'"),
        ({"messages_per_second": 0}, "messages_per_second", "Correct the value"),
        ({"password_file": "a", "password_env": "B"}, "two places", "Keep one"),
        ({"invited_by": ["@anna:x"]}, "no server", "after the colon"),
    ],
)
def test_a_wrong_setting_says_what_to_write(changes: dict[str, Any], problem: str, fix: str) -> None:
    given = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    with pytest.raises(ConfigError) as refused:
        MatrixPlatform("home", given)
    assert problem in refused.value.problem
    assert fix in refused.value.fix
    assert str(refused.value.file) == "[adapters.matrix]"


def test_good_settings_are_taken() -> None:
    for more in ({}, {"homeserver": "http://127.0.0.1:8008"}, {"homeserver": "http://synapse:8008"}):
        assert read({**GOOD, **more}).store == "var/matrix"
    assert read({**GOOD, "invited_by": ["*", "school.example:8448", "[::1]:80"]}).invited_by


def test_the_password_is_read_from_a_file_of_the_bots_own(tmp_path: Path) -> None:
    file = tmp_path / "password"
    settings = read({**GOOD, "password_file": str(file)})
    with pytest.raises(ConfigError, match="cannot be read"):
        password(settings)
    file.write_text("s3cret\n")
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="Others on this machine") as refused:
        password(settings)
    assert "s3cret" not in str(refused.value)
    file.chmod(0o600)
    assert password(settings) == "s3cret"
    file.write_text("\n")
    with pytest.raises(ConfigError, match="is empty"):
        password(settings)


def test_or_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read({**GOOD, "password_env": "ORCHARD_TEST_PASSWORD"})
    with pytest.raises(ConfigError, match="ORCHARD_TEST_PASSWORD is empty"):
        password(settings)
    monkeypatch.setenv("ORCHARD_TEST_PASSWORD", "s3cret")
    assert password(settings) == "s3cret"
    with pytest.raises(ConfigError, match="There is no password"):
        password(read(GOOD))


async def test_a_store_that_is_not_the_bots_is_not_touched(tmp_path: Path) -> None:
    device = Device(tmp_path / "matrix")
    device.lock()
    device.lock()  # once is enough
    device.keep_login(Login("@other:example.org", "DEVICE", "token"))
    device.unlock()
    platform = MatrixPlatform("home", {**GOOD, "store": str(device.folder)})
    with pytest.raises(ConfigError, match="belongs to another account"):
        await platform.start()
    (device.folder / "session.json").write_text("{")
    with pytest.raises(ConfigError, match=r"session.json cannot be read"):
        await platform.start()
    (device.folder / "session.json").unlink()
    (device.folder / "mutes.json").write_text("7")
    with pytest.raises(ConfigError, match=r"mutes.json cannot be read"):
        await platform.start()
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(ConfigError, match="cannot be used"):
        await MatrixPlatform("home", {**GOOD, "store": str(file / "x")}).start()
