"""A whole bot in a World, with features of the test's own: real runtime, real SQLite, and time that only we move."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest

from orchard_bot.chat.platform import Platform
from orchard_bot.chat.refs import ChatRef, PersonRef
from orchard_bot.community.code_of_conduct import CodeOfConduct
from orchard_bot.community.community import Community, Moderator
from orchard_bot.detectors.observation import Detector
from orchard_bot.errors import StorageError
from orchard_bot.features.feature import Feature
from orchard_bot.features.house import House
from orchard_bot.runtime.bot import Bot
from orchard_bot.runtime.ledger import Ledger
from orchard_bot.runtime.log import make_log
from orchard_bot.settings.toml_file import load
from orchard_bot.settings.wording import load_wording
from orchard_bot.storage.sqlite import SqliteEngine
from orchard_bot.storage.storage import SqlStorage
from orchard_bot.testing.fake_alarm import FakeAlarm
from orchard_bot.testing.fake_clock import FakeClock
from orchard_bot.testing.profiles import TELEGRAM_BASIC, Profile
from orchard_bot.testing.simulated_platform import SimulatedPlatform
from orchard_bot.testing.world import World

CODE = load(Path(__file__).parents[3] / "config" / "code_of_conduct.toml", CodeOfConduct)
T = TypeVar("T")

PATIENCE = 60.0
"""Seconds of real time after which a test gives up."""


class ShakyStorage(SqlStorage):
    """Refuses to write for as long as a test wants it to: a full disk, as the runtime sees one."""

    broken: Callable[[], bool] = staticmethod(lambda: False)

    async def write(self, work: Callable[[Any], T]) -> T:
        if self.broken():
            await asyncio.sleep(0)
            raise StorageError("The disk is full, as the test asked for.")
        return await super().write(work)


class Scene:
    """The class group 3b with Anna and Ben and their moderator Mia, a clock, and one bot at a time."""

    bot: Bot
    storage: ShakyStorage

    def __init__(self, folder: Path, profile: Profile) -> None:
        self.clock = FakeClock()
        self.world = World(profile, self.clock.now)
        self.anna, self.ben, self.mia = (
            self.world.add_person(id, id.title(), started=True) for id in ("anna", "ben", "mia")
        )
        self.group: ChatRef = self.world.add_group("3b", "Class 3B", members=[self.anna, self.ben, self.mia])
        self.database = folder / "orchard.db"
        self._log = io.StringIO()

    @property
    def log(self) -> list[dict[str, Any]]:
        """The lines of the log."""
        return [json.loads(line) for line in self._log.getvalue().splitlines()]

    @property
    def events(self) -> list[str]:
        """What the lines of the log say happened."""
        return [str(line["event"]) for line in self.log]

    def house(self) -> House:
        """The settings of the bot in this scene."""
        community = Community(id="3b", name="Class 3B", chat=self.group, moderators=(Moderator(self.mia, "Mia"),))
        return House([community], CODE, load_wording())

    def open(self) -> ShakyStorage:
        """The database."""
        return ShakyStorage(SqliteEngine.open(self.database, now=self.clock.now()))

    def make(self, features: Sequence[Feature], detectors: Sequence[Detector], platform: Platform) -> Bot:
        """A bot, not running."""
        return Bot(
            house=self.house(),
            features=features,
            detectors=detectors,
            platforms=[platform],
            storage=self.storage,
            clock=self.clock,
            alarm=FakeAlarm(self.clock),
            log=make_log(self._log, json=True),
        )

    @asynccontextmanager
    async def running(
        self, *features: Feature, detectors: Sequence[Detector] = (), platform: Platform | None = None
    ) -> AsyncIterator[Scene]:
        """The bot runs while the block does."""
        self.storage = self.open()
        self.bot = self.make(features, detectors, platform or SimulatedPlatform(self.world, self.clock))
        try:
            async with asyncio.TaskGroup() as tasks:
                life = tasks.create_task(self.bot.run())
                await self.bot.ready.wait()
                await self.settle()
                yield self
                self.bot.stop()
                await life
        finally:
            await self.storage.close()

    async def until(self, true: Callable[[], bool]) -> None:
        """Let others run until something is so; time stands still."""
        began = asyncio.get_running_loop().time()
        while not _late(began):
            if true():
                return
            await self.storage.read(lambda _ledger: None)
        raise AssertionError("It never came to that: " + str(self.events[-5:]))

    async def later(self, seconds: float) -> None:
        """Let time pass and the bot do what is due."""
        self.clock.advance(seconds)
        await self.settle()

    async def settle(self) -> None:
        """Until nothing is left that the bot could do within half a second."""
        quiet, began = 0, asyncio.get_running_loop().time()
        while not _late(began):
            await asyncio.sleep(0)
            due = await self.storage.read(self._due)
            idle = (
                self.bot.lanes.idle
                and self.bot.picture_lanes.idle
                and self.bot.scheduler.idle
                and all(one.idle for one in self.bot.senders)
            )
            resting = idle and not due and not self.world.pending
            quiet = quiet + 1 if resting else 0
            if quiet >= 4:
                return
        raise AssertionError("The bot does not come to rest: " + str(self.events[-5:]))

    def _due(self, ledger: Ledger) -> bool:
        now = self.clock.now() + timedelta(seconds=0.4)
        waking = [ledger.queue.next_due(), ledger.queue.next_due(pictures=True), ledger.clockwork.next_due()]
        waking += [ledger.outbox.next_due(account) for account in self.bot.core.platforms]
        return any(moment is not None and moment <= now for moment in waking)

    def heard(self, who: PersonRef) -> list[str]:
        """What the bot told somebody privately."""
        return [one.text for one in self.world.inbox(who) if one.by_bot]

    def said(self) -> list[str]:
        """What the bot said in the group."""
        return [one.text for one in self.world.transcript(self.group) if one.by_bot]


class Running(Protocol):
    def __call__(
        self, *features: Feature, detectors: Sequence[Detector] = (), platform: Platform | None = None
    ) -> AbstractAsyncContextManager[Scene]: ...


@pytest.fixture
def profile() -> Profile:
    """A platform with buttons, where the bot may write to who has opened the chat."""
    return TELEGRAM_BASIC


@pytest.fixture
def scene(tmp_path: Path, profile: Profile) -> Scene:
    return Scene(tmp_path, profile)


def _late(began: float) -> bool:
    """Whether a busy machine has had time enough: then it is the bot that does not come to rest."""
    return asyncio.get_running_loop().time() - began > PATIENCE
