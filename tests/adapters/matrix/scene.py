"""A class group on a real Synapse with the adapter connected to it, for tests that need no bot around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchard_bot.chat.refs import ChatRef, MessageRef, PersonRef
from orchard_bot.testing.fake_clock import FakeClock
from orchard_matrix import MatrixPlatform
from orchard_matrix.ids import PLATFORM
from tests.adapters.matrix.connecting import settings_for
from tests.adapters.matrix.line import Line
from tests.adapters.matrix.stagehand import Stagehand, text
from tests.adapters.matrix.synapse import synapse


@dataclass
class Scene:
    """``owner`` has made the room; ``anna`` and the bot are in it. The adapter talks over ``line``."""

    stagehand: Stagehand
    line: Line
    clock: FakeClock
    settings: dict[str, Any]
    bot: str
    owner: str
    anna: str
    room: str
    platform: MatrixPlatform

    @property
    def chat(self) -> ChatRef:
        """The group."""
        return chat(self.room)

    def another(self, **settings: Any) -> MatrixPlatform:
        """The bot in another life."""
        return MatrixPlatform("home", {**self.settings, **settings}, self.clock)

    def says(self, who: str, words: str, room: str = "", **more: Any) -> str:
        """Somebody writes, in the group if nothing else is said."""
        return self.stagehand.send(who, room or self.room, text(words, **more))

    def opens(self, who: str) -> str:
        """Somebody makes a private room for the bot; gives it."""
        return self.stagehand.make_room(who, preset="trusted_private_chat", is_direct=True, invite=[self.bot])


def chat(room: str) -> ChatRef:
    """A room as the bot's account "home" sees it."""
    return ChatRef(PLATFORM, "home", room)


def message(room: str, event: str) -> MessageRef:
    """A message in it."""
    return MessageRef(chat(room), event)


def ref(user: str) -> PersonRef:
    """Somebody."""
    return PersonRef(PLATFORM, user)


@asynccontextmanager
async def class_group(folder: Path, *, started: bool = True, level: int = 100) -> AsyncIterator[Scene]:
    """``level``: the bot's."""
    stagehand, clock = Stagehand(synapse()), FakeClock()
    bot, owner, anna = stagehand.add_bot(), stagehand.add_person("olga"), stagehand.add_person("anna")
    levels = {"users": {bot: level}}
    room = stagehand.make_room(owner, preset="public_chat", power_level_content_override=levels)
    for one in (bot, anna):
        stagehand.join(one, room)
    async with Line(stagehand.server.url).running() as line:
        settings = settings_for(line.url, bot, folder)
        platform = MatrixPlatform("home", settings, clock)
        if started:
            await platform.start()
        try:
            yield Scene(stagehand, line, clock, settings, bot, owner, anna, room, platform)
        finally:
            await platform.stop()
