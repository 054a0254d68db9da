"""For ``core.py``: many events through the whole durable core, from JSON bytes to the acknowledgement."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from orchard_bot.app import Composition
from orchard_bot.chat.abilities import Abilities
from orchard_bot.chat.events import MessagePosted, decode_event, encode_event
from orchard_bot.chat.platform import Batch, Finding
from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.chat.steps import Receipt, Step
from orchard_bot.features.books import Dialog
from orchard_bot.features.feature import Command, Feature, Request
from orchard_bot.features.unit import Unit
from orchard_bot.runtime.alarm import APSchedulerAlarm
from orchard_bot.runtime.clock import SystemClock
from orchard_bot.runtime.ledger import Ledger
from orchard_bot.runtime.log import silent_log
from orchard_bot.testing.builders import a_message
from orchard_bot.testing.profiles import MATRIX

GROUPS = 200
BATCH = 100
WARM_UP = 2000
TEXT = "Morning all, does anybody know whether PE kit is needed tomorrow or only on Thursday this week? X x"
ACCOUNT = AccountRef("bench", "main")
ABILITIES = msgspec.structs.replace(
    MATRIX.abilities, per_chat_per_minute=1e9, per_person_per_minute=1e9, per_account_per_second=1e9
)
POLICY = Path(__file__).parents[1] / "config" / "code_of_conduct.toml"


class BenchPlatform:
    """Hands out what it was given, batch by batch, and does at once whatever it is asked."""

    def __init__(self, batches: Sequence[Sequence[bytes]]) -> None:
        self._batches = batches
        self.begun = self.ended = 0.0
        self.finished = asyncio.Event()

    @property
    def account(self) -> AccountRef:
        return ACCOUNT

    async def start(self) -> None:
        """Nothing to connect."""

    async def stop(self) -> None:
        """Nothing to disconnect."""

    async def is_member(self, chat: ChatRef, person: PersonRef) -> bool | None:
        return True

    async def abilities(self, chat: ChatRef) -> Abilities:
        return ABILITIES

    async def examine(self, chats: Iterable[ChatRef]) -> Sequence[Finding]:
        return ()

    async def perform(self, step: Step) -> Receipt:
        return Receipt()

    async def batches(self) -> AsyncIterator[Batch]:
        done = 0
        for raw in self._batches:
            if done >= WARM_UP and not self.begun:
                self.begun = time.process_time()
            yield Batch([decode_event(one) for one in raw], self._acknowledge)
            done += len(raw)
        self.ended = time.process_time()
        self.finished.set()
        await asyncio.Event().wait()

    async def _acknowledge(self) -> None:
        """It needs no telling."""


def messages(kind: str, count: int) -> Iterator[MessagePosted]:
    """Ordinary ones in the groups, or commands in private chats."""
    private = kind == "matched"
    for number in range(count):
        who = f"person-{number % GROUPS}"
        chat = ChatRef("bench", "main", f"private-{who}" if private else f"group-{number % GROUPS}")
        text = "/help" if private else TEXT
        yield a_message(text, author=PersonRef("bench", who), chat=chat, private=private, at=datetime.now(UTC))


def config(folder: Path) -> Path:
    """A configuration with many groups."""
    groups = "".join(
        f'[[communities]]\nid = "group-{n}"\nname = "Group {n}"\nchat = "bench/main/group-{n}"\n'
        'watch = "rehearsal"\nmoderators = [{ person = "bench/moderator", name = "M" }]\n'
        for n in range(GROUPS)
    )
    file = folder / "orchard.toml"
    head = f'[bot]\ndatabase = "bench.db"\npolicy = "{POLICY}"\n[adapters.bench]\naccount = "main"\n'
    file.write_text(head + groups, encoding="utf-8")
    return file


def crowd(commands: int) -> Feature:
    """As many more commands as asked for, and a dialog to be in the middle of."""

    def nothing(_request: Request, _unit: Unit) -> None:
        """What they do."""

    one = Command("bench", nothing, "bench.line")
    return Feature(
        "bench",
        commands=tuple(replace(one, name=f"bench{number}") for number in range(commands)),
        dialogs={"bench.words": nothing},
        private_words={"bench.line": "/bench does nothing"},
    )


def fill(ledger: Ledger, dialogs: int, now: datetime) -> None:
    """Members of the groups, and people in the middle of a dialog."""
    for number in range(GROUPS):
        ledger.people.joined(f"group-{number}", PersonRef("bench", f"person-{number}"), now)
    for number in range(dialogs):
        dialog = Dialog("bench.words", {"community": "group-0"}, 1, now + timedelta(days=1))
        ledger.dialogs.put(ACCOUNT, PersonRef("bench", f"asked-{number}"), dialog)


async def main(task: dict[str, Any]) -> None:
    """Print one row as JSON."""
    encoded = [encode_event(one) for one in messages(task["kind"], WARM_UP + task["events"])]
    platform = BenchPlatform([encoded[at : at + BATCH] for at in range(0, len(encoded), BATCH)])
    with tempfile.TemporaryDirectory() as folder:
        composition = Composition.load(config(Path(folder)))
        composition.detectors = [one for one in composition.detectors if not one.slow]
        composition.features.append(crowd(task["commands"]))
        clock = SystemClock()
        storage = composition.open_storage(clock)
        await storage.write(lambda ledger: fill(ledger, task["dialogs"], clock.now()))
        bot = composition.bot([platform], storage, clock=clock, alarm=APSchedulerAlarm(), log=silent_log())
        for number in range(GROUPS):  # nobody writes for the first time
            bot.preparing.asked(ACCOUNT, PersonRef("bench", f"person-{number}"))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(bot.run())
            await platform.finished.wait()
            bot.stop()
        await storage.close()
    counts = dict(bot.core.counts)
    assert counts["handled"] >= WARM_UP + task["events"], f"not all events were handled: {counts}"
    spent = platform.ended - platform.begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    row = {"system": "orchard", **task, "cpu_s": spent, "rss_mb": round(memory, 1)}
    print(json.dumps(row))


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
