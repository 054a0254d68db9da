"""How much CPU the durable core takes: events a CPU second, beside a bare SQLite transaction in the same run.

    python benchmarks/core.py [--json] [--events 20000]

Each row is a process of its own: the real bot with the shipped policy, detectors and features, a SQLite file with
synchronous=FULL, and a platform that hands out batches of 100 events as JSON bytes (Telegram's batch size) and takes
an acknowledgement only after the commit. CPU is that of the whole process, all threads (``time.process_time``), from
the first batch after the warm-up to the last acknowledgement.

*ordinary*: a 98-character message in one of 200 groups. *matched*: ``/help`` typed in a private chat, answered through
the outbox. *commands*: how many more are installed; *dialogs*: how many people are in the middle of one. *start*: the
shipped configuration, from the start of Python until the bot says that it runs, on a database that exists already.
The detectors of meaning are left out; benchmarks/detection.py measures them. The bare row writes one row per transaction with the same pragmas and nothing else.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SCENES = (
    ("ordinary", 1, 0),
    ("ordinary", 50, 0),
    ("ordinary", 1, 200),
    ("ordinary", 50, 200),
    ("matched", 1, 0),
    ("matched", 50, 200),
)
COLUMNS = ("system", "kind", "commands", "dialogs", "events/CPU s", "µs", "ratio", "MB", "ready s")


def measure(events: int) -> list[dict[str, Any]]:
    """All rows."""
    rows = [bare(min(events, 5000))]
    with tempfile.TemporaryDirectory() as folder:
        _child("core_start.py", {"folder": folder})  # makes the database
        rows.append(_child("core_start.py", {"folder": folder}))
    for kind, commands, dialogs in SCENES:
        count = events if kind == "ordinary" else events // 10
        task = {"kind": kind, "commands": commands, "dialogs": dialogs, "events": count}
        rows.append(_child("core_events.py", task))
    return rows


def bare(events: int) -> dict[str, Any]:
    """One row per transaction, nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(
            "CREATE TABLE seen (id INTEGER PRIMARY KEY, event TEXT UNIQUE NOT NULL, at INTEGER NOT NULL)"
        )
        before = time.process_time()
        for number in range(events):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO seen (event, at) VALUES (?, ?)", (f"bench/main/{number}/0", number))
            connection.execute("COMMIT")
        spent = time.process_time() - before
        connection.close()
    return row("bare SQLite transaction", "ordinary", events=events, cpu_s=spent)


def row(system: str, kind: str, *, events: int = 0, cpu_s: float = 0.0, **more: Any) -> dict[str, Any]:
    """One line of the result; what does not apply is None."""
    return {
        "system": system,
        "kind": kind,
        "commands": 0,
        "dialogs": 0,
        "events_per_cpu_s": round(events / cpu_s) if events else None,
        "cpu_us_per_event": round(cpu_s / events * 1e6, 1) if events else None,
        "rss_mb": None,
        "ready_cpu_s": None,
        **more,
    }


def _child(program: str, task: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, str(HERE / program), json.dumps(task)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row(**result)


def table(rows: list[dict[str, Any]]) -> str:
    """The rows for reading; ratio: CPU beside that of the bare transaction."""
    reference = rows[0]["cpu_us_per_event"]
    lines = [COLUMNS]
    for one in rows:
        cost = one["cpu_us_per_event"]
        figures = (f"{one['events_per_cpu_s']:,}", f"{cost:.1f}", f"{cost / reference:.2f}") if cost else ("", "", "")
        scene = (one["system"], one["kind"], str(one["commands"]), str(one["dialogs"]))
        lines.append((*scene, *figures, str(one["rss_mb"] or ""), str(one["ready_cpu_s"] or "")))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at < 2 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    parser.add_argument("--events", type=int, default=20_000, help="ordinary events a row (matched: a tenth)")
    arguments = parser.parse_args()
    rows = measure(arguments.events)
    print(json.dumps({"rows": rows}, indent=2) if arguments.json else table(rows))


if __name__ == "__main__":
    main()
