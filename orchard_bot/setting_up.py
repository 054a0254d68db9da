"""For ``HasSetup``: how a platform's setup finds the group, by a one-time code that somebody writes there.

Nobody has to look up an id, and whoever answers the questions shows that they are in the group.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

from orchard_bot.chat.events import AbilitiesChanged, Event, MessagePosted
from orchard_bot.chat.platform import Platform, Talk
from orchard_bot.chat.refs import ChatRef
from orchard_bot.errors import ConfigError, NotAllowed, PlatformError


class News:
    """What comes in while a platform is being set up."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Event] = asyncio.Queue()
        self.wrote: set[str] = set()
        """Ids of the people who have written to the bot in private."""

    async def group_with(self, code: str) -> ChatRef:
        """The group in which somebody writes the code, as soon as they do."""
        while True:
            event = await self._next()
            if isinstance(event, MessagePosted) and not event.private and code in event.text.split():
                return event.chat

    async def catch_up(self, seconds: float) -> None:
        """Read until nothing more comes for so long."""
        try:
            while True:
                async with asyncio.timeout(seconds):
                    await self._next()
        except TimeoutError:
            return

    async def _next(self) -> Event:
        event = await self.queue.get()
        if isinstance(event, MessagePosted) and event.private:
            self.wrote.add(event.author.id)
        return event


async def works(attempt: Awaitable[object], talk: Talk) -> bool:
    """Whether it went well; otherwise the operator has been told what to do."""
    try:
        await attempt
    except ConfigError as error:
        talk.say(f"{error.problem} {error.fix}")
    except PlatformError as error:
        talk.say(f"{error} Start it, and try again.")
    else:
        return True
    return False


def one_time_code() -> str:
    """Six digits that nobody can know beforehand."""
    return f"{secrets.randbelow(1_000_000):06}"


@asynccontextmanager
async def news_of(platform: Platform, pause: float) -> AsyncIterator[News]:
    """The platform runs while the block does; a line that breaks is taken up again after ``pause`` seconds."""
    await platform.start()
    news = News()
    try:
        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(_listen(platform, news, pause))
            try:
                yield news
            finally:
                listening.cancel()
    finally:
        await platform.stop()


async def _listen(platform: Platform, news: News, pause: float) -> None:
    while True:
        try:
            async for batch in platform.batches():
                for event in batch.events:
                    if isinstance(event, AbilitiesChanged):
                        await _look_in(platform, event.chat)
                    news.queue.put_nowait(event)
                await batch.acknowledge()
        except PlatformError:
            await asyncio.sleep(pause)
            await platform.start()


async def _look_in(platform: Platform, chat: ChatRef) -> None:
    """As the core does; some platforms follow an invitation only to groups that are asked about."""
    with contextlib.suppress(NotAllowed):
        await platform.abilities(chat)
