"""One run of the crash test: the World and its people in this process, one bot after the other in others."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Coroutine, Sequence
from pathlib import Path
from random import Random
from typing import ClassVar, TypeVar

from sqlalchemy import func, select

from orchard_bot.storage.sqlite import opened
from orchard_bot.storage.tables import letters, queue
from tests.crash.bot import Death
from tests.crash.findings import findings
from tests.crash.ground import Ground
from tests.crash.lives import Life, Nursery, nursery
from tests.crash.story import Story, config

POLICY = Path(__file__).parents[2] / "config" / "code_of_conduct.toml"
AT_RANDOM = Death()
A_LIFE = 120.0
"""Seconds in which a life has to reach its end, on a busy machine too."""

T = TypeVar("T")


class Show:
    """Everything that is seen of it: the World, what people did, how the bots died and what they sent."""

    tell: ClassVar[type[Story]] = Story

    def __init__(self, folder: Path, seed: int, ground: Ground, *, events: int, reports: int, mutant: str = "") -> None:
        self.random = Random(seed)
        self.ground = ground
        self._folder, self._mutant = folder, mutant
        self._database, self._config = folder / "orchard.db", folder / "orchard.toml"
        self.story = self.tell(ground, self.random, events, reports)
        self.deaths: Counter[str] = Counter()
        self._change = asyncio.Event()
        ground.on_change(self._change.set)

    def __str__(self) -> str:
        """The count, for the record of a run."""
        return (
            f"{len(self.story.posted)} events, {len(self.story.filed)} reports, {self.deaths.total()} kills "
            f"{dict(self.deaths)}, {self.ground.sent} sent, {self.ground.twice(self._database)} of them twice"
        )

    async def run(self, deaths: Sequence[Death]) -> list[str]:
        """The bot dies all these deaths, and lives on until all is done. Gives what is wrong then."""
        restless: list[str] = []
        async with self.ground.serving(self._folder) as address:
            self._config.write_text(config(str(self._database), str(POLICY), self.ground), encoding="utf-8")
            async with nursery(self._config, address, self._mutant, self._folder / "log") as lives:
                for number, death in enumerate(deaths):
                    await self._dies(lives, death, share=(number + 1) / (len(deaths) + 1))
                try:
                    await self._stops(lives)
                except TimeoutError:
                    restless = ["the bot never came to rest"]
        return restless + findings(self.ground, self.story, self._database, len(deaths) + 1)

    async def _dies(self, lives: Nursery, death: Death, share: float) -> None:
        """One life, up to the death that is planned for it."""
        life = await lives.begin(death)
        code = await self._while_people_act(share, self._killed(life, death), on=death != AT_RANDOM)
        assert code == -signal.SIGKILL, f"The bot ended with {code} instead of being killed: {death}"
        self.deaths[death.at or "at a random moment"] += 1
        await self.ground.at_rest()
        self.ground.life_ended(self._database)

    async def _stops(self, lives: Nursery) -> None:
        """The last life: until all is done, then an orderly stop."""
        life = await lives.begin(Death())
        await self._while_people_act(1.0, self._comes_to_rest())
        life.send(signal.SIGTERM)
        assert await life.ended() == 0
        self.ground.life_ended(self._database)

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
            if len(self.ground.waiting()) < (crowd if busy else on):
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
        while not (self.story.over and not self.ground.waiting() and self._all_sent()):  # noqa: ASYNC110 - it is a file
            await asyncio.sleep(0.05)

    def _all_sent(self) -> bool:
        with opened(self._database) as connection:
            waiting = select(func.count()).select_from(letters).where(letters.c.state == "waiting")
            queued = select(func.count()).select_from(queue).where(queue.c.parked_at.is_(None))
            return connection.execute(waiting).scalar_one() + connection.execute(queued).scalar_one() == 0
