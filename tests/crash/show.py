"""One run of the crash test: the World and its people in this process, one bot after the other in others."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Coroutine, Sequence
from pathlib import Path
from random import Random
from typing import TypeVar

from sqlalchemy import func, select

from orchard_bot.runtime.clock import SystemClock
from orchard_bot.storage.sqlite import opened
from orchard_bot.storage.tables import letters, queue
from orchard_bot.testing.world import World
from orchard_bot.testing.world_link import WorldServer
from tests.crash.bot import Death
from tests.crash.findings import Sends, findings
from tests.crash.lives import Life, Nursery, nursery
from tests.crash.story import BUTTONS, Story, config

POLICY = Path(__file__).parents[2] / "config" / "code_of_conduct.toml"
AT_RANDOM = Death()
A_LIFE = 30.0
"""Seconds in which a life has to reach its end."""

T = TypeVar("T")


class Show:
    """Everything that is seen of it: the World, what people did, how the bots died and what they sent."""

    def __init__(self, folder: Path, seed: int, *, events: int, reports: int, mutant: str = "") -> None:
        self.random = Random(seed)
        self._folder, self._mutant = folder, mutant
        self._database, self._config = folder / "orchard.db", folder / "orchard.toml"
        self._config.write_text(config(str(self._database), str(POLICY)), encoding="utf-8")
        self.world = World(BUTTONS, SystemClock().now)
        self._server = WorldServer(self.world)
        self.story = Story(self.world, self.random, events, reports)
        self.sends = Sends(self.world, self._database)
        self.deaths: Counter[str] = Counter()
        self._change = asyncio.Event()
        self.world.on_change(self._change.set)

    async def run(self, deaths: Sequence[Death]) -> list[str]:
        """The bot dies all these deaths, and lives on until all is done. Gives what is wrong then."""
        restless: list[str] = []
        address = await self._server.start(str(self._folder / "world"))
        try:
            async with nursery(self._config, address, self._mutant, self._folder / "log") as lives:
                for number, death in enumerate(deaths):
                    await self._dies(lives, death, share=(number + 1) / (len(deaths) + 1))
                try:
                    await self._stops(lives)
                except TimeoutError:
                    restless = ["the bot never came to rest"]
        finally:
            await self._server.stop()
        return restless + findings(self.world, self.story, self._database, self.sends)

    async def _dies(self, lives: Nursery, death: Death, share: float) -> None:
        """One life, up to the death that is planned for it."""
        life = await lives.begin(death)
        code = await self._while_people_act(share, self._killed(life, death), on=death != AT_RANDOM)
        assert code == -signal.SIGKILL, f"The bot ended with {code} instead of being killed: {death}"
        self.deaths[death.at or "at a random moment"] += 1
        while self._server.visitors:  # noqa: ASYNC110 - what the dead have asked for still happens
            await asyncio.sleep(0.001)
        self.sends.life_ended()

    async def _stops(self, lives: Nursery) -> None:
        """The last life: until all is done, then an orderly stop."""
        life = await lives.begin(Death())
        await self._while_people_act(1.0, self._comes_to_rest())
        life.send(signal.SIGTERM)
        assert await life.ended() == 0
        self.sends.life_ended()

    async def _while_people_act(self, share: float, end: Coroutine[None, None, T], *, on: bool = False) -> T:
        async with asyncio.timeout(A_LIFE), asyncio.TaskGroup() as tasks:
            acting = tasks.create_task(self._people_act(share, on=on))
            result = await end
            acting.cancel()
        return result

    async def _people_act(self, share: float, *, on: bool) -> None:
        """Answers come at once; much else happens until ``share`` of it all has; then ``on``: one thing at a time."""
        crowd = self.random.choice((4, 20, 60))
        while True:
            acted = self.story.answer()
            busy = not self.story.enough and (share == 1.0 or len(self.story.posted) < share * self.story.events)
            if len(self.world.pending) < (crowd if busy else on):
                acted |= self.story.go_on()
            if not acted:
                self._change.clear()
                await self._change.wait()
            await asyncio.sleep(0)

    async def _killed(self, life: Life, death: Death) -> int:
        if death == AT_RANDOM:
            await asyncio.sleep(self.random.uniform(0.0, 0.8))  # not to wait for anything: the moment is the point
            life.send(signal.SIGKILL)
        return await life.ended()

    async def _comes_to_rest(self) -> None:
        while not (self.story.over and not self.world.pending and self._all_sent()):  # noqa: ASYNC110 - it is a file
            await asyncio.sleep(0.05)

    def _all_sent(self) -> bool:
        with opened(self._database) as connection:
            waiting = select(func.count()).select_from(letters).where(letters.c.state == "waiting")
            queued = select(func.count()).select_from(queue).where(queue.c.parked_at.is_(None))
            return connection.execute(waiting).scalar_one() + connection.execute(queued).scalar_one() == 0
