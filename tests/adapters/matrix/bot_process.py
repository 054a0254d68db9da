"""The bot as an operator runs it, in a process of its own, to be killed and started again."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
CONFIG = """
[bot]
database = {database}
policy = {policy}

[web]
port = {port}

[adapters.matrix]
account = "main"
{adapter}
{communities}"""
COMMUNITY = """
[[communities]]
id = "class-{number}"
name = "Class {number}"
chat = "matrix/main/{room}"
watch = "{watch}"
step_by_step = false
quiet_hours = {{ start = 12:00:00, end = 12:00:00 }}
moderators = [{moderators}]
"""


class BotProcess:
    """Each of ``rooms`` is a community with these moderators. ``watch``: what they do with detectors."""

    def __init__(
        self,
        folder: Path,
        adapter: dict[str, Any],
        rooms: Sequence[str],
        moderators: dict[str, str],
        watch: str = "off",
    ) -> None:
        self._folder = folder
        self.config = folder / "orchard.toml"
        lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in adapter.items())
        people = ", ".join(f'{{ person = "matrix/{user}", name = "{name}" }}' for user, name in moderators.items())
        self.config.write_text(
            CONFIG.format(
                database=json.dumps(str(folder / "orchard.db")),
                policy=json.dumps(str(ROOT / "config" / "code_of_conduct.toml")),
                port=_free_port(),
                adapter=lines,
                communities="".join(
                    COMMUNITY.format(number=number, room=room, watch=watch, moderators=people)
                    for number, room in enumerate(rooms, start=1)
                ),
            )
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run it."""
        with (self._folder / "bot.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "orchard_bot.cli", "run", "--config", self.config],
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )

    def kill(self) -> None:
        """End it as a power cut does."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def runs(self) -> bool:
        """Whether it has not ended by itself."""
        return self._process is not None and self._process.poll() is None

    def log(self) -> str:
        """The end of what it said to its operator."""
        return (self._folder / "bot.log").read_text()[-4000:]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
