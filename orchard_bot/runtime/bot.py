"""One running bot: starts every worker, keeps them going, and stops them in good order."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from orchard_bot.chat.platform import Platform
from orchard_bot.detectors.observation import Detector
from orchard_bot.errors import StorageError
from orchard_bot.features.feature import Feature
from orchard_bot.features.house import House
from orchard_bot.runtime.alarm import Alarm
from orchard_bot.runtime.clock import Clock
from orchard_bot.runtime.core import Core
from orchard_bot.runtime.delivery import Delivery
from orchard_bot.runtime.failpoints import Failpoint, none
from orchard_bot.runtime.feeds import Feeds
from orchard_bot.runtime.handling import Handling
from orchard_bot.runtime.intake import Intake
from orchard_bot.runtime.janitor import Janitor
from orchard_bot.runtime.lanes import Lanes
from orchard_bot.runtime.ledger import Storage
from orchard_bot.runtime.log import Log
from orchard_bot.runtime.newsletter_reader import NewsletterReader, ReadsNewsletters
from orchard_bot.runtime.performing import Performing
from orchard_bot.runtime.picture_reader import PictureReader, ReadsPictures
from orchard_bot.runtime.preparing import Preparing
from orchard_bot.runtime.routes import check_summaries, compile_routes
from orchard_bot.runtime.scheduler import Scheduler
from orchard_bot.runtime.sender import Sender

DRAIN_SECONDS = 5.0


def _quietly() -> None:
    """Nobody wants to know."""


class Bot:
    """Everything that runs, wired together. ``run`` returns after ``stop`` was called."""

    def __init__(
        self,
        *,
        house: House,
        features: Sequence[Feature],
        detectors: Sequence[Detector],
        platforms: Sequence[Platform],
        storage: Storage,
        clock: Clock,
        alarm: Alarm,
        log: Log,
        failpoint: Failpoint = none,
        reader: ReadsNewsletters | None = None,
        pictures: ReadsPictures | None = None,
        feeds: Sequence[str] = (),
        feeds_on_loopback: bool = False,
    ) -> None:
        pictures = pictures or PictureReader()
        self._sees_pictures = pictures.able
        routes = compile_routes(features)
        for feature in features:
            house.words = house.words.with_more(feature.public_words, feature.private_words)
        check_summaries(routes, house.words)
        house.commands = tuple(command.info for _, command in routes.commands.values())
        self.preparing = Preparing(house, detectors, log, sees_pictures=self._sees_pictures)
        handling = Handling(house, routes, log)
        reader = reader or NewsletterReader()
        self.core = Core(house, storage, self.preparing, handling, clock, log, failpoint, reader, pictures)
        self.core.platforms.update({platform.account: platform for platform in platforms})
        performing = Performing(house, routes)
        delivery = Delivery(self.core, performing)
        self.lanes = Lanes(self.core)
        self.picture_lanes = Lanes(self.core, pictures=True)
        self.scheduler = Scheduler(self.core, performing, routes, alarm)
        self.janitor = Janitor(self.core)
        self.feeds = Feeds(self.core, performing, reader, feeds, allow_loopback=feeds_on_loopback)
        self.senders = [Sender(platform, self.core, delivery, failpoint) for platform in platforms]
        self.intakes = [Intake(platform, self.core, failpoint) for platform in platforms]
        self.ready = asyncio.Event()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Ask the bot to stop: it takes no more events, sends what is due, and closes in good order."""
        self._stopping.set()

    async def run(self, announce: Callable[[], None] = _quietly) -> None:
        """Until ``stop``. An error in a worker that it cannot mend itself ends the bot, loudly.

        ``announce`` is called when everything has been started.
        """
        clean = await self.core.load()
        if not clean:
            self.core.log.warning("the last run did not stop in good order: carrying on where it broke off")
        if not self._sees_pictures and any(one.pictures for one in self.core.house.communities.values()):
            self.core.log.warning("pictures are not read: the extra 'pictures' is not installed")
        async with asyncio.TaskGroup() as workers:
            receiving = [workers.create_task(intake.run(careful=not clean)) for intake in self.intakes]
            steady = (self.lanes, self.picture_lanes, self.scheduler, self.janitor, self.feeds)
            working = [workers.create_task(one.run()) for one in steady]
            sending = [workers.create_task(sender.run()) for sender in self.senders]
            self.ready.set()
            announce()
            self.core.log.info("running", count=len(self.intakes))
            await self._stopping.wait()
            self.core.log.info("stopping")
            await self._drain(receiving)
            for task in (*working, *sending):
                task.cancel()
        await self._note_clean_stop()
        self.core.log.info("stopped")

    async def _drain(self, receiving: Sequence[asyncio.Task[None]]) -> None:
        """What is due still goes out, for a few seconds; the rest waits in the tables. Then the platforms close."""
        self.core.outbox.ring()
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while not all(sender.idle for sender in self.senders):
                    await self.core.clock.sleep(0.05)
        except TimeoutError:
            self.core.log.warning("some messages go out after the next start")
        for task in receiving:
            task.cancel()
        await asyncio.gather(*receiving, return_exceptions=True)

    async def _note_clean_stop(self) -> None:
        try:
            await self.core.storage.write(lambda ledger: ledger.whereabouts.stop())
        except StorageError as error:
            self.core.log.fault("could not note the stop", error)
