"""The bot that gets killed: ``python -m tests.crash.bot <config> <address> [mutant]`` lives once for each line it reads.

A life is a process of its own, forked from this one only to spare fifty starts of Python; it opens the database and
connects to the World behind the address. The line says where it is to kill itself; a signal may come at any time
besides. The mutants, which the crash test has to catch, exist nowhere else.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import traceback
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec

from orchard_bot.app import Composition, RunningPulse
from orchard_bot.chat.events import MessageDeleted, MessageEdited, MessagePosted
from orchard_bot.chat.platform import Batch, HasWebPages, Platform
from orchard_bot.features.feature import Command, Feature, Request
from orchard_bot.features.unit import Unit
from orchard_bot.runtime import failpoints
from orchard_bot.runtime.alarm import APSchedulerAlarm
from orchard_bot.runtime.bot import Bot
from orchard_bot.runtime.clock import SystemClock
from orchard_bot.runtime.log import make_log
from orchard_bot.storage.arrivals import SqlArrivals
from orchard_bot.storage.storage import SqlStorage
from orchard_bot.testing.world_link import LinkedPlatform
from orchard_bot.web.pages import application
from orchard_bot.web.server import serving
from tests.crash import matrix, telegram
from tests.crash import signal as on_signal

LIFE_SECONDS = 240
"""No life outlasts this, whatever becomes of the test."""
ALOUD = "aloud"


class Death(msgspec.Struct):
    """Where to die: at the ``hit``-th time that the failpoint ``at`` is passed; nowhere by default."""

    at: str = ""
    hit: int = 0


def tally(request: Request, unit: Unit) -> None:
    """An effect to be counted: one line in the audit trail for each event; aloud, a sentence in the group as well."""
    unit.note(request.community.id, "tally", f"{request.event.chat} {request.event.id}", by=None)
    number, _, how = request.args.partition(" ")
    if how == ALOUD:
        unit.say(request.event.chat, unit.house.words.public("rules.card-for-all", card=number, label="", full=""))


TALLY = Feature(
    name="tally",
    commands=(Command("tally", tally, summary="rules.summary"),),
    listens={MessagePosted: tally, MessageEdited: tally, MessageDeleted: tally},
)


class ConfirmsEarly(LinkedPlatform):
    """A mutant: tells the platform that events are stored before they are."""

    def __init__(self, address: str, failpoint: failpoints.Failpoint) -> None:
        super().__init__(address)
        self._failpoint = failpoint

    async def batches(self) -> AsyncIterator[Batch]:
        async for batch in super().batches():
            if batch.events:
                await batch.acknowledge()
                self._failpoint(failpoints.CONFIRMED)
            yield batch


def _always_first(honest: Callable[[SqlArrivals, str, int], bool]) -> Callable[[SqlArrivals, str, int], bool]:
    """A mutant: takes every event for a new one."""

    def first_time(self: SqlArrivals, event: str, at: int) -> bool:
        honest(self, event, at)
        return True

    return first_time


async def live(composition: Composition, address: str, death: Death, mutant: str) -> None:
    """From start to death, or to an orderly stop on SIGTERM."""
    hits = 0

    def failpoint(name: str) -> None:
        nonlocal hits
        hits += name == death.at
        if hits and hits == death.hit:
            os.kill(os.getpid(), signal.SIGKILL)

    platform = _platform(composition, address, mutant, failpoint)
    if mutant == "no-dedupe":
        SqlArrivals.first_time = _always_first(SqlArrivals.first_time)  # type: ignore[assignment, method-assign]
    clock = SystemClock()
    storage = composition.open_storage(clock, failpoint)
    try:
        bot = composition.bot(
            [platform], storage, clock=clock, alarm=APSchedulerAlarm(), log=make_log(), failpoint=failpoint
        )
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, bot.stop)
        async with _pages(composition, bot, storage, platform):
            await bot.run()
    finally:
        await storage.close()


def _platform(composition: Composition, address: str, mutant: str, failpoint: failpoints.Failpoint) -> Platform:
    if "matrix" in composition.settings.adapters:
        return matrix.platform_of(composition, mutant, failpoint)
    if "signal" in composition.settings.adapters:
        return on_signal.platform_of(composition, mutant, failpoint)
    if "telegram" in composition.settings.adapters:
        return telegram.platform_of(composition, mutant, failpoint)
    return ConfirmsEarly(address, failpoint) if mutant == "confirm-early" else LinkedPlatform(address)


@contextlib.asynccontextmanager
async def _pages(composition: Composition, bot: Bot, storage: SqlStorage, platform: Platform) -> AsyncIterator[None]:
    """Where a platform calls, if it calls."""
    if not isinstance(platform, HasWebPages):
        yield
        return
    web = composition.settings.web
    pages = application(RunningPulse(bot, storage), {platform.account.platform: platform.web()}, inside=False)
    async with serving(pages, web.host, web.port):
        yield


def main(config: str, address: str, mutant: str = "") -> None:
    """One life after the other: for each line on stdin the process id, and later how it ended."""
    composition = Composition.load(Path(config))
    composition.features = [*composition.features, TALLY]
    # What else the shipped policy notices in the talk of this story is not what is counted here.
    composition.detectors = [one for one in composition.detectors if one.name == "swearing"]
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.alarm(LIFE_SECONDS)
            code = 1
            try:
                asyncio.run(live(composition, address, msgspec.json.decode(line, type=Death), mutant))
                code = 0
            except Exception:  # noqa: BLE001 - it is the end of the process, whatever it was
                traceback.print_exc()
            finally:
                os._exit(code)  # what a fork inherits, an encoder's threads among it, is not the child's to take down
        _answer(pid)
        _answer(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _answer(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
