"""For ``dispatch.py``: Orchard Bot, from the bytes of Telegram's answer to the committed transaction."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from dispatch_no_network import NoNetwork
from dispatch_updates import BOT, GROUPS, TOKEN, Meter, answers, group, person, task
from telegram import Bot, User

from orchard_bot.app import Composition
from orchard_bot.chat.abilities import Abilities
from orchard_bot.chat.platform import Finding
from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.features.books import Dialog
from orchard_bot.features.feature import Command, Feature, Request
from orchard_bot.features.unit import Unit
from orchard_bot.runtime.alarm import APSchedulerAlarm
from orchard_bot.runtime.clock import SystemClock
from orchard_bot.runtime.ledger import Ledger
from orchard_bot.runtime.log import silent_log
from orchard_bot.testing.profiles import TELEGRAM
from orchard_telegram import TelegramPlatform
from orchard_telegram.client import Known
from orchard_telegram.polling import Poller
from orchard_telegram.session import Session

ACCOUNT = AccountRef("telegram", "main")
ABILITIES = msgspec.structs.replace(
    TELEGRAM.abilities, per_chat_per_minute=1e9, per_person_per_minute=1e9, per_account_per_second=1e9
)
POLICY = Path(__file__).parents[1] / "config" / "code_of_conduct.toml"


class RawAnswers:
    """In the place of ``orchard_telegram.client.Client``: news from a file."""

    def __init__(self, file: Path, meter: Meter) -> None:
        self.bot = Bot(TOKEN, request=NoNetwork(), get_updates_request=NoNetwork())
        self.finished = asyncio.Event()
        self._answers, self._meter, self._asked = answers(file), meter, 0

    async def updates(self, offset: int | None, seconds: int = 25, limit: int = 100) -> bytes:
        """The next answer; asking again means that the last one is stored."""
        if self.finished.is_set():
            return b'{"ok":true,"result":[]}'
        if self._asked:
            self._meter.batch_done()
        self._asked += 1
        answer = next(self._answers, None)
        if answer is None:
            self._meter.print_row()
            self.finished.set()
            await asyncio.Event().wait()
        assert answer is not None
        return answer

    async def close(self) -> None:
        """Nothing to close."""


class FromFile(TelegramPlatform):
    """The adapter, connected to a file, and without Telegram's speed limits."""

    def __init__(self, file: Path, token_file: Path, meter: Meter) -> None:
        super().__init__("main", {"token_file": str(token_file), "api_url": "http://127.0.0.1:9"})
        self.client = RawAnswers(file, meter)

    async def start(self) -> None:
        await self.client.bot.initialize()
        client: Any = self.client
        poller = Poller(client, Known(webhook_removed=True))
        self._session = Session(client, User(**BOT), "main", poller, SystemClock(), ephemeral=True)

    async def abilities(self, chat: ChatRef) -> Abilities:
        return ABILITIES

    async def examine(self, chats: Iterable[ChatRef]) -> Sequence[Finding]:
        return ()

    async def is_member(self, chat: ChatRef, person: PersonRef) -> bool | None:
        return True


def config(folder: Path) -> Path:
    """A configuration with many groups."""
    groups = "".join(
        f'[[communities]]\nid = "group-{n}"\nname = "Group {n}"\nchat = "telegram/main/{group(n)}"\n'
        'watch = "rehearsal"\nmoderators = [{ person = "telegram/1", name = "M" }]\n'
        for n in range(GROUPS)
    )
    file = folder / "orchard.toml"
    head = f'[bot]\ndatabase = "bench.db"\npolicy = "{POLICY}"\n[adapters.telegram]\naccount = "main"\n'
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
        ledger.people.joined(f"group-{number}", PersonRef("telegram", str(person(number))), now)
    for number in range(dialogs):
        dialog = Dialog("bench.words", {"community": "group-0"}, 1, now + timedelta(days=1))
        ledger.dialogs.put(ACCOUNT, PersonRef("telegram", str(person(1000 + number))), dialog)


def composed(folder: Path, commands: int) -> Composition:
    """The bot that is measured."""
    composition = Composition.load(config(folder))
    composition.features.append(crowd(commands))
    return composition


async def prepare(folder: Path, commands: int, dialogs: int) -> None:
    """Make the database, with people in it: the bot that is measured finds it there."""
    clock = SystemClock()
    storage = composed(folder, commands).open_storage(clock)
    await storage.write(lambda ledger: fill(ledger, dialogs, clock.now()))
    await storage.close()


async def measure(folder: Path, wanted: dict[str, Any]) -> None:
    """Print one row as JSON."""
    token = folder / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    composition = composed(folder, wanted["commands"])
    clock = SystemClock()
    storage = composition.open_storage(clock)
    platform = FromFile(Path(wanted["file"]), token, Meter(wanted, "orchard"))
    bot = composition.bot([platform], storage, clock=clock, alarm=APSchedulerAlarm(), log=silent_log())
    for number in range(GROUPS):  # nobody writes for the first time
        bot.preparing.asked(ACCOUNT, PersonRef("telegram", str(person(number))))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bot.run())
        await platform.client.finished.wait()
        bot.stop()
    await storage.close()


def main(wanted: dict[str, Any]) -> None:
    """The database is made by a process of its own."""
    if "prepare" in wanted:
        asyncio.run(prepare(Path(wanted["prepare"]), wanted["commands"], wanted["dialogs"]))
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, __file__, json.dumps({**wanted, "prepare": folder})], check=True)
        asyncio.run(measure(Path(folder), wanted))


if __name__ == "__main__":
    main(task())
