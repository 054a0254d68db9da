"""The settings with which the bot connects to the server of the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.adapters.matrix.stagehand import BOT_PASSWORD


def settings_for(url: str, bot: str, folder: Path, **more: Any) -> dict[str, Any]:
    """The lines of ``[adapters.matrix]``; the password is in a file, as an operator keeps it."""
    password = folder / "matrix.password"
    password.write_text(BOT_PASSWORD)
    password.chmod(0o600)
    return {
        "homeserver": url,
        "user": bot,
        "password_file": str(password),
        "store": str(folder / bot.partition(":")[0].lstrip("@")),
        "encrypt_private_chats": False,
        "messages_per_second": 1000,
        **more,
    }
