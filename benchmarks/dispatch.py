"""How many raw Telegram updates a CPU second takes, beside two other bot frameworks in the same run.

    make bench-install                      # the peers, in an environment of their own
    python benchmarks/dispatch.py [--json] [--events 20000] [--nonebot-events 500]

The same bytes for all, as getUpdates answers them, 100 updates at a time; each row is a process of its own, and CPU is
that of the whole process, all threads (``time.process_time``), after a warm-up. Nobody has a network: what is sent is
answered at once.

*ordinary*: a 98-character message in one of 200 groups. *matched*: ``/help`` in a private chat, answered. *commands*:
how many are installed (Orchard Bot: besides its own); *dialogs*: how many people are in the middle of one.

Orchard Bot stores: an update counts when its transaction is committed (SQLite, synchronous=FULL) and Telegram would be
told so. The others handle in memory and forget.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import dispatch_updates

HERE = Path(__file__).parent
PEERS = HERE.parent / "build" / "bench-peers" / "bin" / "python"
SCENES = (
    ("ordinary", 1, 0),
    ("ordinary", 50, 0),
    ("ordinary", 1, 200),
    ("ordinary", 50, 200),
    ("matched", 1, 0),
    ("matched", 50, 200),
)
SYSTEMS = (
    ("orchard", "dispatch_orchard.py", Path(sys.executable)),
    ("python-telegram-bot", "dispatch_python_telegram_bot.py", Path(sys.executable)),
    ("nonebot2", "dispatch_nonebot2.py", PEERS),
)
COLUMNS = ("system", "kind", "commands", "dialogs", "events/CPU s", "ratio", "MB", "ready s")


def measure(events: int, nonebot_events: int) -> list[dict[str, Any]]:
    """All rows, the systems in turn."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, commands, dialogs in SCENES:
            for system, program, python in SYSTEMS:
                if not python.exists():
                    print(f"{system} is not installed: make bench-install", file=sys.stderr)
                    continue
                count = nonebot_events if system == "nonebot2" else events
                count = count if kind == "ordinary" else count // 5
                file = dispatch_updates.write(Path(folder), kind, count)
                task = {"kind": kind, "commands": commands, "dialogs": dialogs, "file": str(file)}
                rows.append(_child(python, program, task))
    return rows


def _child(python: Path, program: str, task: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        [str(python), str(HERE / program), json.dumps(task)], check=True, stdout=subprocess.PIPE, text=True
    )
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row


def table(rows: list[dict[str, Any]]) -> str:
    """The rows for reading; ratio: Orchard Bot's events a CPU second beside this system's in the same scene."""
    ours = {_scene(row): row["events_per_cpu_s"] for row in rows if row["system"] == "orchard"}
    lines = [COLUMNS]
    for row in rows:
        ratio = ours[_scene(row)] / row["events_per_cpu_s"]
        figures = (f"{row['events_per_cpu_s']:,}", f"{ratio:.2f}", str(row["rss_mb"]), str(row["ready_cpu_s"]))
        lines.append((row["system"], *map(str, _scene(row)), *figures))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at < 2 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def _scene(row: dict[str, Any]) -> tuple[str, int, int]:
    return row["kind"], row["commands"], row["dialogs"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    parser.add_argument("--events", type=int, default=20_000, help="ordinary events a row (matched: a fifth)")
    parser.add_argument("--nonebot-events", type=int, default=500, help="the same for nonebot2, which is slower")
    arguments = parser.parse_args()
    rows = measure(arguments.events, arguments.nonebot_events)
    print(json.dumps({"rows": rows}, indent=2) if arguments.json else table(rows))


if __name__ == "__main__":
    main()
