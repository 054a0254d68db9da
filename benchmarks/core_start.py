"""For ``core.py``: the shipped configuration from the start of Python until the bot runs; CPU seconds and memory."""

from __future__ import annotations

import asyncio
import io
import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

import orchard_bot.cli  # noqa: F401 - the command line is part of every start
from orchard_bot.app import run

SHIPPED = Path(__file__).parents[1] / "config"


def main(folder: Path) -> None:
    """Print one row as JSON."""
    config = folder / "config" / "orchard.toml"
    if not config.exists():
        config.parent.mkdir()
        config.write_text((SHIPPED / config.name).read_text("utf-8").replace("port = 8080", "port = 0"), "utf-8")
        (config.parent / "code_of_conduct.toml").write_bytes((SHIPPED / "code_of_conduct.toml").read_bytes())
    ready: list[float] = []

    def announce(_: str) -> None:
        ready.append(time.process_time())
        os.kill(os.getpid(), signal.SIGTERM)

    sys.stderr = io.StringIO()  # the log is not what is measured
    asyncio.run(run(config, announce=announce))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    row = {"system": "orchard", "kind": "start", "rss_mb": round(memory, 1), "ready_cpu_s": round(ready[0], 3)}
    print(json.dumps(row))


if __name__ == "__main__":
    main(Path(json.loads(sys.argv[1])["folder"]))
