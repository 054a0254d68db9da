"""The crash test on Telegram: the fake Bot API over HTTP, by polling or by webhook, and the library as it is."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from orchard_bot.app import Composition
from orchard_bot.chat.abilities import Abilities
from orchard_bot.chat.events import EventId
from orchard_bot.chat.platform import Batch
from orchard_bot.chat.refs import ChatRef, MessageRef
from orchard_bot.runtime.clock import SystemClock
from orchard_bot.runtime.failpoints import CONFIRMED, Failpoint
from orchard_bot.testing.profiles import TELEGRAM
from orchard_bot.testing.sim_message import SimMessage
from orchard_telegram import TelegramPlatform
from orchard_telegram.ids import PLATFORM, ephemeral_id
from orchard_telegram.polling import Poller
from tests.adapters.telegram.fake.driver import FakeTelegram
from tests.adapters.telegram.stage import Mode
from tests.adapters.telegram.world import TelegramWorld
from tests.crash.ground import Noted
from tests.crash.receipts import ByReceipts


class Unhurried(TelegramPlatform):
    """The bot's end, without Telegram's speed limits: the fake does not enforce them, and the test has no hours."""

    async def abilities(self, chat: ChatRef) -> Abilities:
        return replace(
            await super().abilities(chat),
            per_chat_per_minute=60_000.0,
            per_person_per_minute=60_000.0,
            per_account_per_second=10_000.0,
        )


class ConfirmsEarly(Unhurried):
    """A mutant: tells Telegram that events are stored before they are."""

    failpoint: Failpoint

    async def batches(self) -> AsyncIterator[Batch]:
        async for batch in super().batches():
            if batch.events:
                await batch.acknowledge()
                source = self._connected().source
                if isinstance(source, Poller):  # else the answer to Telegram's call was that already
                    await source.finish()
                await SystemClock().sleep(0.05)  # until the answer is on its way
                self.failpoint(CONFIRMED)
            yield batch


def platform_of(composition: Composition, mutant: str, failpoint: Failpoint) -> TelegramPlatform:
    """What the settings name, as the crash test wants it."""
    account, own = composition.settings.adapters["telegram"]
    if mutant != "confirm-early":
        return Unhurried(account, own)
    platform = ConfirmsEarly(account, own)
    platform.failpoint = failpoint
    return platform


class OnTelegram(ByReceipts):
    """A ``Ground``. Made by ``on_telegram``."""

    def __init__(self, telegram: FakeTelegram, folder: Path, mode: Mode) -> None:
        super().__init__()
        self._telegram = telegram
        self.world = TelegramWorld(telegram, None, TELEGRAM)
        token = folder / "telegram.token"
        token.write_text(self.world.card.token)
        token.chmod(0o600)
        port = _free_port()
        lines = {"token_file": str(token), "api_url": telegram.address, "mode": mode}
        if mode == "webhook":
            lines["webhook_url"] = f"http://127.0.0.1:{port}/telegram"
        adapter = "".join(f'{name} = "{value}"\n' for name, value in lines.items())
        self.settings = f'[web]\nport = {port}\n\n[adapters.telegram]\naccount = "main"\n{adapter}'

    @asynccontextmanager
    async def serving(self, folder: Path) -> AsyncIterator[str]:
        yield self._telegram.address

    def on_change(self, callback: Callable[[], None]) -> None:
        self._telegram.on_change(self.world.card.id, callback)

    def waiting(self) -> Sequence[Noted]:
        return [
            Noted(self._event(update), self._where(update)) for update in self._telegram.waiting(self.world.card.id)
        ]

    def seen_by(self, who: str) -> list[SimMessage]:
        return self.world.inbox(who)

    def change_ways(self) -> None:
        """There are buttons, and nothing else."""

    async def at_rest(self) -> None:
        # A request whose asker is dead is carried out as soon as the server has read it.
        await SystemClock().sleep(0.02)

    def posted(self) -> set[MessageRef]:
        """Every message of the bot's that ever was."""
        state, bot = self._telegram.state, self.world.card.id
        found = set()
        for place in [*state.chats.values(), *state.private.values()]:
            chat = ChatRef(PLATFORM, "main", str(place.id))
            for one in [*place.messages.values(), *place.ephemerals.values(), *place.gone]:
                if one.sender == bot:
                    name = ephemeral_id(one.receiver, one.ephemeral_id) if one.ephemeral_id else str(one.id)
                    found.add(MessageRef(chat, name))
        return found

    @staticmethod
    def _event(update: dict[str, dict[str, int]]) -> EventId:
        revision = update.get("edited_message", {}).get("edit_date", 0)
        return EventId(PLATFORM, "main", str(update["update_id"]), revision)

    @staticmethod
    def _where(update: dict[str, dict[str, dict[str, int]]]) -> ChatRef:
        about = update.get("message") or update.get("edited_message")
        number = about["chat"]["id"] if about else update["callback_query"]["from"]["id"]
        return ChatRef(PLATFORM, "main", str(number))


@asynccontextmanager
async def on_telegram(folder: Path, mode: Mode) -> AsyncIterator[OnTelegram]:
    """The ground, its server running."""
    async with AsyncExitStack() as life:
        telegram = await life.enter_async_context(FakeTelegram())
        yield OnTelegram(telegram, folder, mode)


def _free_port() -> int:
    """Where Telegram is to call: the same in all lives of the bot."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
