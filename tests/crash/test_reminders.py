"""Kill it around the second in which a reminder is due, and start a second bot beside it: each is posted once."""

from __future__ import annotations

import asyncio
import re
import signal
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from orchard_bot.app import Composition
from orchard_bot.features.books import Planned
from orchard_bot.runtime import failpoints
from orchard_bot.runtime.clock import SystemClock
from orchard_bot.runtime.ledger import Ledger
from orchard_bot.storage.sqlite import opened
from orchard_bot.storage.tables import letters
from tests.crash.bot import Death
from tests.crash.ground import OnTheWorld
from tests.crash.lives import Life, nursery
from tests.crash.show import POLICY
from tests.crash.story import GROUPS, NO_NIGHT, Story, config

SEED = 20260128
REMINDERS = 16
"""Of each group, some tenths of a second apart."""
BEGINS = timedelta(seconds=1.5)
APART = timedelta(seconds=0.4)
A_WHILE = 60.0

pytestmark = [pytest.mark.crash, pytest.mark.slow]


class Rehearsed:
    """A World with its groups, a configuration and reminders that fall due while the bot lives and dies."""

    def __init__(self, folder: Path) -> None:
        self.ground, self.folder, self.database = OnTheWorld(), folder, folder / "orchard.db"
        Story(self.ground, Random(SEED), events=0, reports=0)
        self.config = folder / "orchard.toml"
        settings = config(str(self.database), str(POLICY), self.ground)
        self.config.write_text(settings.replace(NO_NIGHT, f"{NO_NIGHT}posts_a_day = 50\n"), encoding="utf-8")

    async def plan(self) -> datetime:
        """Plan them all; when the last one is due."""
        clock = SystemClock()
        storage = Composition.load(self.config).open_storage(clock, failpoints.none)
        first = clock.now() + BEGINS

        def work(ledger: Ledger) -> None:
            for group in GROUPS:
                for number in range(REMINDERS):
                    ledger.schedules.plan(self._reminder(group, number, first + APART * number))

        await storage.write(work)
        await storage.close()
        return first + APART * REMINDERS

    def _reminder(self, group: str, number: int, at: datetime) -> Planned:
        moderator = str(self.ground.world.person_ref("amira"))
        data = {"title": f"Event {number}.", "source": "Newsletter 12", "by": moderator, "number": number}
        return Planned(
            key=f"remind.post:{group}/{number}",
            kind="remind.post",
            community=group,
            subject=f"{group}/{number}",
            data={**data, "at": at.isoformat()},
            due=at,
        )

    def posted(self, group: str) -> Counter[int]:
        """How often each of the reminders is in the group, by the keys of the letters: a repeated send is one."""
        ref = self.ground.world.group(group).ref
        by_key = {one.key: one.text for one in self.ground.world.transcript(ref) if one.by_bot}
        return Counter(int(number) for text in by_key.values() for number in re.findall(r"Event (\d+)\.", text))

    async def all_sent(self) -> None:
        """Return when every reminder has been posted; fails after a while."""
        async with asyncio.timeout(A_WHILE):
            while not self._is_over():  # noqa: ASYNC110 - part of it is a file
                await asyncio.sleep(0.05)

    def _is_over(self) -> bool:
        if any(len(self.posted(group)) < REMINDERS for group in GROUPS):
            return False
        with opened(self.database) as connection:
            return connection.execute(select(letters.c.key).where(letters.c.state == "waiting")).first() is None

    def check(self) -> None:
        for group in GROUPS:
            assert self.posted(group) == dict.fromkeys(range(REMINDERS), 1), group


async def killed_after(life: Life, seconds: float) -> None:
    await asyncio.sleep(seconds)
    life.send(signal.SIGKILL)
    await life.ended()


async def test_killed_around_the_second_when_they_are_due_each_is_posted_once(tmp_path: Path) -> None:
    here, random = Rehearsed(tmp_path), Random(SEED)
    async with (
        here.ground.serving(tmp_path) as address,
        nursery(here.config, address, "", tmp_path / "log") as lives,
    ):
        await killed_after(await lives.begin(Death()), 0.5)  # from here on a life begins fast
        over = await here.plan()
        clock = SystemClock()
        points = [failpoints.MID_HANDLER, failpoints.BEFORE_COMMIT, failpoints.AFTER_COMMIT, failpoints.AFTER_SEND]
        deaths = 0
        while clock.now() < over:
            point = random.choice([*points, ""])
            life = await lives.begin(Death(point, random.randint(1, 4)) if point else Death())
            await killed_after(life, random.uniform(0.3, 1.2))
            deaths += 1
        life = await lives.begin(Death())
        await here.all_sent()
        life.send(signal.SIGTERM)
        assert await life.ended() == 0
    assert deaths >= 3
    here.check()


async def test_a_second_bot_on_the_same_database_posts_nothing_and_takes_over_when_the_first_dies(
    tmp_path: Path,
) -> None:
    here = Rehearsed(tmp_path)
    async with here.ground.serving(tmp_path) as address:
        log = tmp_path / "second.log"
        async with (
            nursery(here.config, address, "", tmp_path / "log") as first,
            nursery(here.config, address, "", log) as second,
        ):
            for lives in (first, second):
                await killed_after(await lives.begin(Death()), 0.5)
            await here.plan()
            running = await first.begin(Death())
            await asyncio.sleep(BEGINS.total_seconds())
            for _ in range(2):
                refused = await second.begin(Death())
                assert await refused.ended() != 0, "the database is the first one's"
            assert "StorageBusy" in log.read_text(encoding="utf-8")
            running.send(signal.SIGKILL)
            await running.ended()
            heir = await second.begin(Death())
            await here.all_sent()
            heir.send(signal.SIGTERM)
            assert await heir.ended() == 0
    here.check()
