"""The composition root: the only module that knows all the others. Settings go in, a running bot comes out."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from orchard_bot.chat.platform import HasWebPages, Platform
from orchard_bot.detectors.observation import Detector
from orchard_bot.errors import ConfigError, StorageError
from orchard_bot.features.house import House
from orchard_bot.runtime import discovery
from orchard_bot.runtime.alarm import Alarm, APSchedulerAlarm
from orchard_bot.runtime.bot import Bot
from orchard_bot.runtime.clock import Clock, SystemClock
from orchard_bot.runtime.failpoints import Failpoint, none
from orchard_bot.runtime.log import Log, make_log
from orchard_bot.settings.orchard import Settings, load_settings
from orchard_bot.settings.policy import Policy, load_policy
from orchard_bot.settings.wording import load_wording
from orchard_bot.storage.inside import Inside, look_inside
from orchard_bot.storage.keyring import Keyring
from orchard_bot.storage.sqlite import SqliteEngine
from orchard_bot.storage.storage import SqlStorage
from orchard_bot.web.pages import application
from orchard_bot.web.pulse import AccountPulse
from orchard_bot.web.server import serving


class Composition:
    """Everything that the settings ask for, checked, before anything runs.

    ``policy``: the one that the settings name, where it has been loaded already.
    """

    def __init__(self, settings: Settings, policy: Policy | None = None) -> None:
        self.settings = settings
        policy = policy or load_policy(settings.policy, discovery.detectors())
        self.detectors: Sequence[Detector] = policy.detectors
        self.features = discovery.features()
        words = load_wording(
            settings.wording,
            more_public={key: text for one in self.features for key, text in one.public_words.items()},
            more_private={key: text for one in self.features for key, text in one.private_words.items()},
        )
        self.house = House(settings.communities, policy.code, words, settings.retention)

    @classmethod
    def load(cls, config: Path) -> Composition:
        """From a configuration file. Raises ``ConfigError`` with file, line and fix."""
        return cls(load_settings(config))

    def platforms(self) -> list[Platform]:
        """The platforms that the settings name. Raises ``ConfigError`` or ``MissingExtra``."""
        return [self._platform(name, account, own) for name, (account, own) in self.settings.adapters.items()]

    def _platform(self, name: str, account: str, own: Mapping[str, object]) -> Platform:
        make = discovery.adapter(name)
        if make is None:
            known = ", ".join(sorted(discovery.adapters())) or "none"
            fix = f"Use one of the adapters installed ({known}), or install the package that provides it."
            raise self.settings.refuse_adapter(name, f"There is no adapter {name!r}.", fix)
        try:
            return make(account, own)
        except ConfigError as error:
            raise self.settings.refuse_adapter(name, error.problem, error.fix) from error

    def open_storage(self, clock: Clock, failpoint: Failpoint = none) -> SqlStorage:
        """The database, brought up to date. Raises ``StorageError``."""
        database = self.settings.database
        keyring = Keyring.beside(database, self.settings.key_file)
        return SqlStorage(SqliteEngine.open(database, now=clock.now(), keyring=keyring, failpoint=failpoint))

    def bot(
        self,
        platforms: Sequence[Platform],
        storage: SqlStorage,
        *,
        clock: Clock,
        alarm: Alarm,
        log: Log,
        failpoint: Failpoint = none,
    ) -> Bot:
        """All of it wired together."""
        return Bot(
            house=self.house,
            features=self.features,
            detectors=self.detectors,
            platforms=platforms,
            storage=storage,
            clock=clock,
            alarm=alarm,
            log=log,
            failpoint=failpoint,
            feeds=self.settings.newsletter.feeds,
            feeds_on_loopback=self.settings.newsletter.feeds_on_loopback,
        )


class RunningPulse:
    """What the pages may know of a running bot."""

    def __init__(self, bot: Bot, storage: SqlStorage) -> None:
        self._bot = bot
        self._storage = storage

    def accounts(self) -> Sequence[AccountPulse]:
        """How each account is doing."""
        return [
            AccountPulse(str(one.platform.account), one.connected, one.restarts, one.trouble)
            for one in self._bot.intakes
        ]

    def counts(self) -> Mapping[str, int]:
        """What has been done since the start, and how often each detector failed."""
        ill = {f"failures of {name}": count for name, count in self._bot.preparing.ill.items()}
        return {**self._bot.core.counts, **ill}

    async def storage_answers(self) -> bool:
        """Whether the database answers within a few seconds."""
        try:
            async with asyncio.timeout(5):
                await self._storage.read(lambda ledger: ledger.health.waiting_to_send())
        except (StorageError, TimeoutError):
            return False
        return True

    async def inside(self) -> Inside:
        """A look into the tables, without text and names."""
        return await self._storage.look(look_inside)


async def run(config: Path, *, announce: Callable[[str], None], host: str | None = None) -> None:
    """Run the bot until it is told to stop (SIGINT or SIGTERM). ``announce`` hears the address of its pages.

    ``host`` takes the place of the one in the settings.
    """
    composition = Composition.load(config)
    platforms = composition.platforms()
    clock, log = SystemClock(), make_log()
    storage = composition.open_storage(clock)
    try:
        bot = composition.bot(platforms, storage, clock=clock, alarm=APSchedulerAlarm(), log=log)
        mounts = {one.account.platform: one.web() for one in platforms if isinstance(one, HasWebPages)}
        web = composition.settings.web
        pages = application(RunningPulse(bot, storage), mounts, inside=web.inside)
        async with serving(pages, host or web.host, web.port) as address:
            with _stopping_on_signals(bot):
                await bot.run(lambda: announce(address))
    finally:
        await storage.close()


@contextlib.contextmanager
def _stopping_on_signals(bot: Bot) -> Iterator[None]:
    """The first signal asks for an orderly stop; a second one ends the process as usual."""
    loop = asyncio.get_running_loop()

    def ask(number: signal.Signals) -> None:
        loop.remove_signal_handler(number)
        bot.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ask, number)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
