"""The fake Bot API as a test holds it: in this process, or one that runs in another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

from tests.adapters.telegram.fake.acts import ControlPort, act
from tests.adapters.telegram.fake.api import Api
from tests.adapters.telegram.fake.casting import BotCard, Casting
from tests.adapters.telegram.fake.clock import ServerClock
from tests.adapters.telegram.fake.people import People
from tests.adapters.telegram.fake.server import HttpServer
from tests.adapters.telegram.fake.state import State
from tests.adapters.telegram.fake.trouble import Trouble
from tests.adapters.telegram.fake.views import Views
from tests.adapters.telegram.fake.webhooks import Deliveries


class Driver(Casting, People, Trouble, Views):
    """All acts and views."""


class FakeTelegram(Driver):
    """The server in this process: ``async with FakeTelegram() as telegram: …``.

    ``start``: time stands still there until ``advance``; None: it runs with the machine.
    """

    def __init__(self, start: datetime | None = None, *, port: int = 0, seed: int = 0) -> None:
        super().__init__(State(ServerClock(start), seed))
        self._api = Api(self.state)
        self._port = port
        self._server = HttpServer(self._api, self)
        self._deliveries = asyncio.TaskGroup()
        self._delivering: dict[int, asyncio.Task[None]] = {}

    @property
    def address(self) -> str:
        """``http://127.0.0.1:PORT``, what settings call api_url."""
        return f"http://127.0.0.1:{self._server.port}"

    async def __aenter__(self) -> Self:
        await self._deliveries.__aenter__()
        await self._server.start(self._port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._server.stop()
        for task in self._delivering.values():
            task.cancel()
        await self._deliveries.__aexit__(kind, error, trace)

    async def until_called(self) -> None:
        """Return after the next request of a bot."""
        called = asyncio.get_running_loop().create_future()
        self.api.watchers.append(lambda: None if called.done() else called.set_result(None))
        await called
        self.api.watchers.pop()

    def on_change(self, bot: int, callback: Callable[[], None]) -> None:
        """Have ``callback`` called after each request of a bot, and whenever this bot's updates come or go."""
        self.api.watchers.append(callback)
        self.state.bot(bot).queue.listeners.append(callback)

    async def until_polled(self, bot: int) -> None:
        """Return when the bot waits in a long poll: then ``advance`` reaches it."""
        await self.state.bot(bot).queue.until_polled()

    async def go_down(self) -> None:
        """The server cannot be reached any more; what it knows stays."""
        self._port = self._server.port
        await self._server.stop()

    async def come_up(self) -> None:
        """The server is there again, under the same address."""
        await self._server.start(self._port)

    @act
    def add_bot(self, name: str = "Orchard", username: str = "orchard_bot", privacy: bool = True) -> BotCard:
        """A new bot; its webhook, if it sets one, is served from now on."""
        card = super().add_bot(name, username, privacy)
        self._delivering[card.id] = self._deliveries.create_task(Deliveries(self.state, self.state.bot(card.id)).run())
        return card


class RemoteTelegram(Driver):
    """The same acts and views on a fake in another process. Blocks for the moment that each takes."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._port = ControlPort(address)
        super().__init__(link=self._port)

    def close(self) -> None:
        """Hang up; the other process goes on."""
        self._port.close()
