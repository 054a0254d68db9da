"""One bot in one class group on the fake, and the adapter that speaks for it. No core, no database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from orchard_bot.chat.events import Event
from orchard_bot.chat.platform import AsgiApp, Batch
from orchard_bot.chat.refs import ChatRef, MessageRef, PersonRef
from orchard_telegram import TelegramPlatform
from tests.adapters.telegram.fake.driver import FakeTelegram

T = TypeVar("T", bound=Event)
EVENING = datetime(2026, 9, 16, 18, 30, tzinfo=UTC)
PATIENCE = 20.0


class ServerTime:
    """The adapter's clock, set by the server's."""

    def __init__(self, telegram: FakeTelegram) -> None:
        self._telegram = telegram

    def now(self) -> datetime:
        """The server's time."""
        return self._telegram.now()

    async def sleep(self, seconds: float) -> None:
        """Until the server's time has been moved on so far."""
        await self._telegram.state.clock.sleep(seconds)


class Line:
    """``head`` owns the group; ``anna`` is a member who has started the bot, ``ben`` one who has not."""

    def __init__(self, telegram: FakeTelegram, folder: Path, *, kind: str = "supergroup", privacy: bool = True) -> None:
        self.telegram = telegram
        self.card = telegram.add_bot(privacy=privacy)
        self.bot = self.card.id
        self.head, self.anna, self.ben = (telegram.add_user(name) for name in ("Head", "Anna", "Ben"))
        self.group = telegram.add_group("Larch class", self.head, kind)
        for member in (self.bot, self.anna, self.ben):
            telegram.add_to(self.group, member)
        telegram.promote(self.group, self.bot)
        telegram.start(self.anna, self.bot)
        self._token = folder / "token"
        self._token.write_text(self.card.token)
        self._token.chmod(0o600)
        self.platform = self.another()

    def another(self, **settings: Any) -> TelegramPlatform:
        """The adapter, not yet started."""
        given = {"token_file": str(self._token), "api_url": self.telegram.address} | settings
        return TelegramPlatform("home", given, ServerTime(self.telegram))

    @property
    def chat(self) -> ChatRef:
        """The group."""
        return self.at(self.group)

    def at(self, chat: int) -> ChatRef:
        """A chat by its number."""
        return ChatRef("telegram", "home", str(chat))

    def who(self, user: int) -> PersonRef:
        """A person by their number."""
        return PersonRef("telegram", str(user))

    def posting(self, message: int, chat: int = 0) -> MessageRef:
        """A message of the group by its number."""
        return MessageRef(self.at(chat or self.group), str(message))

    def texts(self, user: int, chat: int) -> list[str]:
        """What the bot says on this person's screen."""
        return [each.text for each in self.telegram.sees(user, chat) if each.author == self.bot]


@asynccontextmanager
async def line(folder: Path, **how: Any) -> AsyncIterator[Line]:
    """A line whose server runs while the block does; time stands still there."""
    async with FakeTelegram(EVENING) as telegram:
        found = Line(telegram, folder, **how)
        try:
            yield found
        finally:
            await found.platform.stop()


async def events(platform: TelegramPlatform, kind: type[T], how_many: int = 1, *, acknowledge: bool = True) -> list[T]:
    """The next events of this kind."""
    found: list[T] = []
    async with asyncio.timeout(PATIENCE):
        stream = platform.batches()
        async for batch in stream:
            found += [event for event in batch.events if type(event) is kind]
            if acknowledge:
                await batch.acknowledge()
            if len(found) >= how_many:
                break
        await stream.aclose()  # type: ignore[attr-defined]
    return found


async def batches(platform: TelegramPlatform, until: Callable[[Sequence[Batch]], bool]) -> list[Batch]:
    """Batches, each acknowledged, until enough of them have come."""
    found: list[Batch] = []
    async with asyncio.timeout(PATIENCE):
        stream = platform.batches()
        async for batch in stream:
            found.append(batch)
            await batch.acknowledge()
            if until(found):
                break
        await stream.aclose()  # type: ignore[attr-defined]
    return found


@asynccontextmanager
async def served(app: AsgiApp) -> AsyncIterator[str]:
    """The address under which ``app`` is served on this machine, mounted as the bot's own server mounts it."""
    from starlette.applications import Starlette  # noqa: PLC0415
    from starlette.routing import Mount  # noqa: PLC0415

    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=[Mount("/telegram", app=app)]), log_config=None, lifespan="off", port=0)
    )
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup()
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}/telegram"
    finally:
        server.force_exit = True
        await server.shutdown()
