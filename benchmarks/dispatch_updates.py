"""For ``dispatch.py``: the same raw Telegram updates for every system, and the row that each prints. Standard library only."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

GROUPS = 200
BATCH = 100
WARM_UP = 1000
TOKEN = "123456789:AAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"  # noqa: S105 - opens nothing
BOT = {"id": 123456789, "is_bot": True, "first_name": "Orchard", "username": "orchard_bot"}
TEXT = "Morning all, does anybody know whether PE kit is needed tomorrow or only on Thursday this week? X x"
FIRST_PERSON, FIRST_GROUP = 5_000_000_000, -1_001_000_000_000
DIALOG = "/talk"


def person(number: int) -> int:
    """The id of a member of group ``number``."""
    return FIRST_PERSON + number


def group(number: int) -> int:
    """The id of a group."""
    return FIRST_GROUP - number


def update(number: int, text: str, *, who: int, private: bool) -> dict[str, Any]:
    """One update as Telegram writes it."""
    sender = {"id": person(who), "is_bot": False, "first_name": f"Parent {who}", "language_code": "en"}
    chat: dict[str, Any] = {"id": person(who), "first_name": f"Parent {who}", "type": "private"}
    if not private:
        chat = {"id": group(who % GROUPS), "title": f"Group {who % GROUPS}", "type": "supergroup"}
    message = {"message_id": number, "from": sender, "chat": chat, "date": 1_790_000_000 + number, "text": text}
    if text.startswith("/"):
        message["entities"] = [{"offset": 0, "length": len(text.split(maxsplit=1)[0]), "type": "bot_command"}]
    return {"update_id": 100_000_000 + number, "message": message}


def write(folder: Path, kind: str, count: int) -> Path:
    """A file with an answer to getUpdates in each line: 98-character group messages, or commands in private."""
    file = folder / f"{kind}.jsonl"
    matched = kind == "matched"
    with file.open("w", encoding="utf-8") as lines:
        for start in range(0, WARM_UP + count, BATCH):
            batch = [
                update(n, "/help" if matched else TEXT, who=n % GROUPS, private=matched)
                for n in range(start, start + BATCH)
            ]
            lines.write(json.dumps({"ok": True, "result": batch}, separators=(",", ":")) + "\n")
    return file


def answers(file: Path) -> Iterator[bytes]:
    """The bytes of each answer, read when they are asked for."""
    with file.open("rb") as lines:
        yield from lines


class Meter:
    """CPU seconds of this process, all threads, after the warm-up."""

    def __init__(self, task: dict[str, Any], system: str) -> None:
        self._task, self._system = task, system
        self._ready = time.process_time()
        self._begun = 0.0
        self._done = 0

    def batch_done(self) -> None:
        """Another batch has been handled."""
        self._done += BATCH
        if self._done == WARM_UP:
            self._begun = time.process_time()

    def print_row(self) -> None:
        """The result, for the parent process."""
        spent = time.process_time() - self._begun
        events = self._done - WARM_UP
        row = {
            "system": self._system,
            "kind": self._task["kind"],
            "commands": self._task["commands"],
            "dialogs": self._task["dialogs"],
            "events_per_cpu_s": round(events / spent),
            "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            "ready_cpu_s": round(self._ready, 3),
        }
        print(json.dumps(row))


def task() -> dict[str, Any]:
    """What the parent process wants measured."""
    given: dict[str, Any] = json.loads(sys.argv[1])
    return given
