"""The bot is killed where it hurts most, the server in the middle: every wish is answered once, and a report arrives once."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random

import pytest

from orchard_bot.runtime import failpoints
from tests.adapters.matrix.bot_process import BotProcess
from tests.adapters.matrix.connecting import settings_for
from tests.adapters.matrix.eyes import Eyes
from tests.adapters.matrix.stagehand import Stagehand, text
from tests.adapters.matrix.synapse import Synapse, needs_synapse
from tests.crash.bot import Death
from tests.crash.lives import Life, Nursery, nursery

pytestmark = [needs_synapse, pytest.mark.crash, pytest.mark.slow]
SEED = 20260114
PARENTS = 5
PATIENCE = 60.0
UNKIND = "That new teaching assistant is useless, honestly"
NEVER = Death()


class Telling:
    """Parents, two moderators, and a server of their own."""

    def __init__(self, server: Synapse, folder: Path) -> None:
        self.server, self.folder, self.random = server, folder, Random(SEED)
        self.hands = Stagehand(server)
        self.bot = self.hands.add_bot()
        self.parents = [self.hands.add_person("parent") for _ in range(PARENTS)]
        self.moderators = {self.hands.add_person(name): name.title() for name in ("amira", "joe")}
        levels = {"users": {self.bot: 100}}
        self.room = self.hands.make_room(self.parents[0], preset="public_chat", power_level_content_override=levels)
        for one in (self.bot, *self.parents[1:], *self.moderators):
            self.hands.join(one, self.room)
        self.eyes = {who: Eyes(self.hands, who, lambda: 0) for who in (*self.parents, *self.moderators)}
        self.private: dict[str, str] = {}
        self.asked: Counter[str] = Counter()
        """How many times each parent has asked for help."""

    def config(self) -> Path:
        """The file with which the bot runs."""
        settings = settings_for(self.server.url, self.bot, self.folder)
        return BotProcess(self.folder, settings, [self.room], self.moderators).config

    def writes(self, who: str, words: str) -> None:
        """Somebody writes to the bot in private."""
        if who not in self.private:
            self.private[who] = self.hands.make_room(who, is_direct=True, invite=[self.bot])
        self.hands.send(who, self.private[who], text(words))

    def somebody_asks(self) -> None:
        """Somebody wants to know what there is."""
        who = self.random.choice(self.parents)
        self.writes(who, "/help")
        self.asked[who] += 1

    def told(self, who: str) -> list[str]:
        """What the bot has told somebody."""
        return [one.text for one in self.eyes[who].look() if one.author == self.bot and one.room != self.room]

    def answered(self) -> Counter[str]:
        """How many times each parent was shown what there is."""
        return Counter({who: sum("/help – this list" in one for one in self.told(who)) for who in self.parents})

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for it."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not holds():  # noqa: ASYNC110 - on a server nobody rings a bell
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{what} does not happen; asked: {self.asked}, got: {self.answered()}") from None

    async def dies(self, lives: Nursery, death: Death) -> None:
        """The bot lives while people write, until it has killed itself at that place."""
        life = await lives.begin(death)
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
            ended = tasks.create_task(life.ended())
            while not ended.done():
                self.somebody_asks()
                await asyncio.sleep(0.2)
        assert ended.result() < 0, f"It did not die at {death.at}, but ended by itself."


@asynccontextmanager
async def telling(folder: Path) -> AsyncIterator[Telling]:
    """The server is killed with the story."""
    server = Synapse()
    server.start()
    try:
        yield Telling(server, folder)
    finally:
        server.close()


@asynccontextmanager
async def lives_of(story: Telling, mutant: str = "") -> AsyncIterator[Nursery]:
    """The bot's lives."""
    async with nursery(story.config(), story.server.url, mutant, story.folder / "log") as lives:
        yield lives


async def test_nothing_is_lost_and_nothing_happens_twice(tmp_path: Path) -> None:
    async with telling(tmp_path) as story, lives_of(story) as lives:
        deaths = [Death(point, 1) for point in failpoints.ALL]
        deaths += [Death(point, 3) for point in (failpoints.STORED, failpoints.AFTER_SEND)]
        story.random.shuffle(deaths)
        for death in deaths:
            await story.dies(lives, death)
        life = await lives.begin(NEVER)
        await story.until(lambda: all(story.told(who) for who in story.moderators), "The greeting of the moderators")
        reporter = story.parents[2]
        reported = story.hands.send(story.parents[1], story.room, text(UNKIND))
        answer = {"m.relates_to": {"m.in_reply_to": {"event_id": reported}}}
        story.hands.send(reporter, story.room, text("/report", **answer))
        story.somebody_asks()
        story.server.kill()
        story.server.start()
        story.somebody_asks()
        for label in ("Tell the moderators", "Not sure"):
            await _choose(story, reporter, label)
            life = await _killed(lives, life)
        for who in story.moderators:
            await story.until(partial(_alerted, story, who), "The alert")
        await story.until(lambda: "has reached the moderators" in str(story.told(reporter)), "The acknowledgement")
        await story.until(lambda: story.answered() == story.asked, "An answer for each")
        await asyncio.sleep(1.0)  # for what should not come
        assert story.answered() == story.asked
        assert story.asked.total() > len(deaths)
        for who in story.moderators:
            assert len([one for one in story.told(who) if UNKIND in one]) == 1
        group = [one.text for one in story.eyes[story.parents[0]].look() if one.room == story.room]
        assert [one for one in group if one != "/report"] == [UNKIND]


async def test_a_bot_that_confirms_before_it_stores_is_caught(tmp_path: Path) -> None:
    """A test of the test."""
    async with telling(tmp_path) as story, lives_of(story, "confirm-early") as lives:
        await story.dies(lives, Death(failpoints.CONFIRMED, 1))
        last = story.parents[0]
        await lives.begin(NEVER)
        before = story.answered()[last]
        story.writes(last, "/help")
        story.asked[last] += 1
        await story.until(lambda: story.answered()[last] > before, "The last answer")
        assert story.answered().total() < story.asked.total()


async def _killed(lives: Nursery, life: Life) -> Life:
    """Another life, after a power cut."""
    life.send(signal.SIGKILL)
    await life.ended()
    return await lives.begin(NEVER)


def _alerted(story: Telling, who: str) -> bool:
    return any(UNKIND in one for one in story.told(who))


async def _choose(story: Telling, who: str, label: str) -> None:
    """Type the number of the newest choice with this label, once it is offered."""

    def offered() -> str:
        for words in reversed(story.told(who)):
            for line in words.splitlines():
                number, _, rest = line.partition("  ")
                if number.isdigit() and label in rest:
                    return number
        return ""

    await story.until(lambda: bool(offered()), f"The choice {label!r}")
    story.writes(who, offered())
