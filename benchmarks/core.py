"""How much CPU the durable core takes: events a CPU second, beside a bare SQLite transaction in the same run.

    python benchmarks/core.py [--json] [--events 20000]

Each row is a process of its own: the real bot with the shipped configuration, policy, detectors and features, a
SQLite file with synchronous=FULL, and a platform that hands out batches of 100 events as JSON bytes (Telegram's
batch size) and takes an acknowledgement only after the commit. CPU is that of the whole process, all threads
(``time.process_time``), from the first batch to the last acknowledgement. *ordinary*: a 98-character message in one
of 200 groups. *matched*: ``/help`` typed in a private chat, answered through the outbox. *commands*: how many more are
installed; *dialogs*: how many people are in the middle of one. *start*: the shipped configuration, from the start of
Python until the bot says that it runs, on a database that exists already. The bare row writes one row per transaction with the same pragmas and nothing else.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
GROUPS = 200
BATCH = 100
WARM_UP = 2000
TEXT = "Morning all, does anybody know whether PE kit is needed tomorrow or only on Thursday this week? X x"


def measure(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """All rows, each from a process of its own."""
    rows = [_child({"bare": True, "events": min(arguments.events, 5000)})]
    with tempfile.TemporaryDirectory() as folder:
        for _ in ("with an empty folder", "as on every other day"):
            start = _child({"start": folder})
    rows.append(start)
    for kind, commands, dialogs in (
        ("ordinary", 1, 0),
        ("ordinary", 50, 0),
        ("ordinary", 1, 200),
        ("ordinary", 50, 200),
        ("matched", 1, 0),
        ("matched", 50, 200),
    ):
        events = arguments.events if kind == "ordinary" else arguments.events // 10
        rows.append(_child({"kind": kind, "commands": commands, "dialogs": dialogs, "events": events}))
    return rows


def _child(task: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, __file__, "--child", json.dumps(task)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def bare(task: dict[str, Any]) -> dict[str, Any]:
    """One row per transaction, nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(
            "CREATE TABLE seen (id INTEGER PRIMARY KEY, event TEXT UNIQUE NOT NULL, at INTEGER NOT NULL)"
        )
        before = time.process_time()
        for number in range(task["events"]):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO seen (event, at) VALUES (?, ?)", (f"bench/main/{number}/0", number))
            connection.execute("COMMIT")
        spent = time.process_time() - before
        connection.close()
    return _row("bare SQLite transaction", "ordinary", 0, 0, task["events"], spent, None)


async def start(task: dict[str, Any]) -> dict[str, Any]:
    """The shipped configuration until it is ready, as ``orchard-bot run`` starts it."""
    from orchard_bot.app import run
    from orchard_bot.cli import app as _  # the command line is part of every start

    folder = Path(task["start"])
    config = folder / "config" / "orchard.toml"
    if not config.exists():
        config.parent.mkdir()
        shipped = (ROOT / "config" / "orchard.toml").read_text("utf-8")
        config.write_text(shipped.replace("port = 8080", "port = 0"), encoding="utf-8")
        policy = (ROOT / "config" / "code_of_conduct.toml").read_text("utf-8")
        (config.parent / "code_of_conduct.toml").write_text(policy, encoding="utf-8")
    ready: list[float] = []

    def announce(_: str) -> None:
        ready.append(time.process_time())
        os.kill(os.getpid(), signal.SIGTERM)

    sys.stderr = open(os.devnull, "w", encoding="utf-8")
    await run(config, announce=announce)
    row = _row("orchard", "start", 0, 0, 1, 1.0, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return {**row, "events_per_cpu_s": None, "cpu_us_per_event": None, "ready_cpu_s": round(ready[0], 3)}


async def orchard(task: dict[str, Any]) -> dict[str, Any]:
    """The whole bot."""
    import msgspec

    from orchard_bot.app import Composition
    from orchard_bot.chat.events import MessagePosted, decode_event, encode_event
    from orchard_bot.chat.platform import Batch
    from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
    from orchard_bot.chat.steps import Receipt
    from orchard_bot.features.books import Dialog
    from orchard_bot.features.feature import Command, Feature
    from orchard_bot.runtime.alarm import APSchedulerAlarm
    from orchard_bot.runtime.clock import SystemClock
    from orchard_bot.runtime.log import silent_log
    from orchard_bot.testing.builders import a_message
    from orchard_bot.testing.profiles import MATRIX

    account = AccountRef("bench", "main")
    abilities = msgspec.structs.replace(MATRIX.abilities, per_chat_per_minute=1e9, per_account_per_second=1e9)

    class BenchPlatform:
        """Hands out what it was given, batch by batch."""

        def __init__(self, batches: Sequence[Sequence[bytes]]) -> None:
            self.account = account
            self.batches_left = batches
            self.begun = self.ended = 0.0
            self.finished = asyncio.Event()

        async def start(self) -> None: ...
        async def stop(self) -> None: ...
        async def is_member(self, *_: object) -> bool:
            return True

        async def abilities(self, _: object) -> Any:
            return abilities

        async def examine(self, _: object) -> Sequence[Any]:
            return ()

        async def perform(self, _: object) -> Receipt:
            return Receipt()

        async def batches(self) -> AsyncIterator[Batch]:
            done = 0
            for raw in self.batches_left:
                if done >= WARM_UP and not self.begun:
                    self.begun = time.process_time()
                yield Batch([decode_event(one) for one in raw], self._acknowledge)
                done += len(raw)
            self.ended = time.process_time()
            self.finished.set()
            await asyncio.Event().wait()

        async def _acknowledge(self) -> None: ...

    def messages() -> Iterable[MessagePosted]:
        start = datetime.now(UTC)
        for number in range(WARM_UP + task["events"]):
            group = number % GROUPS
            matched = task["kind"] == "matched"
            yield a_message(
                "/help" if matched else TEXT,
                author=PersonRef("bench", f"person-{group}"),
                chat=ChatRef("bench", "main", f"private-{group}" if matched else f"group-{group}"),
                private=matched,
                at=start,
            )

    encoded = [encode_event(one) for one in messages()]
    batches = [encoded[at : at + BATCH] for at in range(0, len(encoded), BATCH)]
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "orchard.toml"
        config.write_text(_config(), encoding="utf-8")
        composition = Composition.load(config)
        nothing = Command("x", lambda *_: None, "bench.line")
        composition.features.append(
            Feature(
                "bench",
                commands=tuple(msgspec_replace(nothing, f"bench{n}") for n in range(task["commands"])),
                dialogs={"bench.words": lambda *_: None},
                private_words={"bench.line": "/x does nothing"},
            )
        )
        clock = SystemClock()
        storage = composition.open_storage(clock)

        def fill(ledger: Any) -> None:
            for group in range(GROUPS):
                ledger.people.joined(f"group-{group}", PersonRef("bench", f"person-{group}"), clock.now())
            for number in range(task["dialogs"]):
                dialog = Dialog("bench.words", {"community": "group-0"}, 1, clock.now() + timedelta(days=1))
                ledger.dialogs.put(account, PersonRef("bench", f"asked-{number}"), dialog)

        await storage.write(fill)
        platform = BenchPlatform(batches)
        bot = composition.bot([platform], storage, clock=clock, alarm=APSchedulerAlarm(), log=silent_log())
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(bot.run())
            await platform.finished.wait()
            rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            bot.stop()
        handled = bot.core.counts["handled"]
        await storage.close()
    assert handled >= WARM_UP + task["events"], f"only {handled} events were handled: {dict(bot.core.counts)}"
    spent = platform.ended - platform.begun
    return _row("orchard", task["kind"], task["commands"], task["dialogs"], task["events"], spent, rss)


def msgspec_replace(command: Any, name: str) -> Any:
    """The same command under another name."""
    from dataclasses import replace

    return replace(command, name=name)


def _config() -> str:
    policy = ROOT / "config" / "code_of_conduct.toml"
    groups = "".join(
        f'[[communities]]\nid = "group-{n}"\nname = "Group {n}"\nchat = "bench/main/group-{n}"\n'
        f'watch = "rehearsal"\nmoderators = [{{ person = "bench/moderator", name = "M" }}]\n'
        for n in range(GROUPS)
    )
    return f'[bot]\ndatabase = "bench.db"\npolicy = "{policy}"\n[adapters.bench]\naccount = "main"\n{groups}'


def _row(
    system: str, kind: str, commands: int, dialogs: int, events: int, cpu: float, rss: float | None
) -> dict[str, Any]:
    return {
        "system": system,
        "kind": kind,
        "commands": commands,
        "dialogs": dialogs,
        "events_per_cpu_s": round(events / cpu),
        "cpu_us_per_event": round(cpu / events * 1e6, 1),
        "rss_mb": None if rss is None else round(rss, 1),
        "ready_cpu_s": None,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    parser.add_argument("--events", type=int, default=20_000, help="ordinary events a row (matched: a tenth)")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        task = json.loads(arguments.child)
        if task.get("bare"):
            row = bare(task)
        else:
            row = asyncio.run(start(task) if task.get("start") else orchard(task))
        print(json.dumps(row))
        return
    rows = measure(arguments)
    if arguments.json:
        print(json.dumps({"rows": rows}, indent=2))
        return
    reference = rows[0]["cpu_us_per_event"]
    head = ("system", "kind", "commands", "dialogs", "events/CPU s", "µs", "ratio", "MB", "ready s")
    table = [head]
    for row in rows:
        cost = row["cpu_us_per_event"]
        table.append(
            (
                row["system"],
                row["kind"],
                str(row["commands"]),
                str(row["dialogs"]),
                f"{row['events_per_cpu_s']:,}" if cost else "",
                f"{cost:.1f}" if cost else "",
                f"{cost / reference:.2f}" if cost else "",
                str(row["rss_mb"] or ""),
                str(row["ready_cpu_s"] or ""),
            )
        )
    widths = [max(len(line[place]) for line in table) for place in range(len(head))]
    for line in table:
        print(
            "  ".join(
                cell.rjust(width) if at > 1 else cell.ljust(width)
                for at, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
        )


if __name__ == "__main__":
    main()
