"""The bot is killed, the server is killed, at any moment: every wish is answered once, and a report reaches both moderators."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.adapters.matrix.bot_process import BotProcess
from tests.adapters.matrix.connecting import settings_for
from tests.adapters.matrix.eyes import Eyes
from tests.adapters.matrix.stagehand import Stagehand, text
from tests.adapters.matrix.synapse import Synapse, needs_synapse

pytestmark = [needs_synapse, pytest.mark.crash, pytest.mark.slow]
SEED = 20260114
PARENTS, WISHES, KILLS = 6, 12, 4
PATIENCE = 120.0
UNKIND = "That new teaching assistant is useless, honestly"


class Telling:
    """Parents, two moderators and the bot's process, on a server of their own."""

    def __init__(self, server: Synapse, folder: Path) -> None:
        self.hands = Stagehand(server)
        self.bot = self.hands.add_bot()
        self.parents = [self.hands.add_person("parent") for _ in range(PARENTS)]
        self.moderators = {self.hands.add_person(name): name.title() for name in ("amira", "joe")}
        levels = {"users": {self.bot: 100}}
        owner = self.parents[0]
        self.room = self.hands.make_room(owner, preset="public_chat", power_level_content_override=levels)
        for one in (self.bot, *self.parents[1:], *self.moderators):
            self.hands.join(one, self.room)
        settings = settings_for(server.url, self.bot, folder)
        self.process = BotProcess(folder, settings, [self.room], self.moderators)
        self.eyes = {who: Eyes(self.hands, who, lambda: 0) for who in (*self.parents, *self.moderators)}
        self.private: dict[str, str] = {}

    def wishes(self, who: str, words: str) -> None:
        """Somebody writes to the bot in private."""
        if who not in self.private:
            self.private[who] = self.hands.make_room(who, is_direct=True, invite=[self.bot])
        self.hands.send(who, self.private[who], text(words))

    def told(self, who: str) -> list[str]:
        """What the bot has told somebody."""
        return [one.text for one in self.eyes[who].look() if one.author == self.bot and one.room != self.room]

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for it."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not holds():  # noqa: ASYNC110 - on a server nobody rings a bell
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{what} does not happen:\n{self.process.log()}") from None


def answers(told: list[str]) -> int:
    """How many times somebody was shown the bot's commands."""
    return sum("/report" in one and "/rules" in one for one in told)


async def test_nothing_is_lost_and_nothing_happens_twice(tmp_path: Path) -> None:
    server = Synapse()
    server.start()
    try:
        await _story(server, tmp_path)
    finally:
        server.close()


async def _story(server: Synapse, folder: Path) -> None:
    random, telling = Random(SEED), Telling(server, folder)
    process = telling.process
    process.start()
    try:
        await telling.until(lambda: all(telling.told(who) for who in telling.moderators), "The start")
        turns = [who for who in telling.parents for _ in range(WISHES)]
        random.shuffle(turns)
        deaths = set(random.sample(range(5, len(turns) - 5), KILLS))
        reported = telling.hands.send(telling.parents[1], telling.room, text(UNKIND))
        for number, who in enumerate(turns):
            telling.wishes(who, "/help")
            if number == len(turns) // 3:
                answer = {"m.relates_to": {"m.in_reply_to": {"event_id": reported}}}
                telling.hands.send(telling.parents[2], telling.room, text("/report", **answer))
            if number == len(turns) // 2:
                server.kill()
                server.start()
            if number in deaths:
                await asyncio.sleep(random.uniform(0.0, 0.3))
                process.kill()
                process.start()
        reporter = telling.parents[2]
        await telling.until(lambda: any("Tell the moderators" in one for one in telling.told(reporter)), "The menu")
        await telling.until(lambda: _answered(telling) == dict.fromkeys(telling.parents, WISHES), "An answer")
        for label in ("Tell the moderators", "Not sure"):
            await _choose(telling, reporter, label)
            process.kill()
            process.start()
        for who in telling.moderators:
            await telling.until(partial(_alerted, telling, who), "The alert")
        await telling.until(lambda: "has reached the moderators" in str(telling.told(reporter)), "The acknowledgement")
        await asyncio.sleep(1.0)  # for what should not come
        assert process.runs(), process.log()
        assert _answered(telling) == dict.fromkeys(telling.parents, WISHES)
        for who in telling.moderators:
            assert len([one for one in telling.told(who) if UNKIND in one]) == 1
        group = [one.text for one in telling.eyes[telling.parents[0]].look() if one.room == telling.room]
        assert [one for one in group if one != "/report"] == [UNKIND]
    finally:
        process.kill()


def _alerted(telling: Telling, who: str) -> bool:
    return any(UNKIND in one for one in telling.told(who))


def _answered(telling: Telling) -> dict[str, int]:
    return Counter({who: answers(telling.told(who)) for who in telling.parents})


async def _choose(telling: Telling, who: str, label: str) -> None:
    """Type the number of the newest choice with this label, once it is offered."""

    def offered() -> str:
        for words in reversed(telling.told(who)):
            for line in words.splitlines():
                number, _, rest = line.partition("  ")
                if number.isdigit() and label in rest:
                    return number
        return ""

    await telling.until(lambda: bool(offered()), f"The choice {label!r}")
    telling.wishes(who, offered())
