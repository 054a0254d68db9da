"""Telegram as a chat platform: holds the connection, what comes in and what goes out together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from orchard_bot.chat.abilities import Abilities
from orchard_bot.chat.events import Attachment
from orchard_bot.chat.platform import AsgiApp, Batch, Finding, SetUp, Talk
from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.chat.steps import Receipt, Step
from orchard_bot.errors import Unavailable
from orchard_telegram import checkup, files, rights
from orchard_telegram import settings as telegram_settings
from orchard_telegram.client import Known
from orchard_telegram.clock import Clock, SystemClock
from orchard_telegram.ids import PLATFORM
from orchard_telegram.opening import opened
from orchard_telegram.session import Delivery, Session
from orchard_telegram.setup import Setup
from orchard_telegram.webhook import Door


class TelegramPlatform:
    """A ``Platform`` for one bot account. ``settings`` are those of ``[adapters.telegram]``.

    Raises ``ConfigError`` where a setting is wrong or the token cannot be read.
    """

    def __init__(self, account: str, settings: Mapping[str, Any], clock: Clock | None = None) -> None:
        self._account = AccountRef(PLATFORM, account)
        self._settings = telegram_settings.read(settings)
        self._token = telegram_settings.token(self._settings)
        self._clock = clock or SystemClock()
        self._door = Door(self._token, self._clock)
        self._known = Known()
        self._session: Session | None = None

    @staticmethod
    async def set_up(talk: Talk, account: str, folder: Path) -> SetUp:
        """Set a bot up in a few questions; the token goes into a file of its own in ``folder``."""
        return await Setup(talk, account, folder).run()

    @property
    def account(self) -> AccountRef:
        """The account of the bot."""
        return self._account

    def web(self) -> AsgiApp:
        """Where Telegram calls in mode "webhook"."""
        return self._door

    async def start(self) -> None:
        """Connect. Raises ``Unavailable``, or ``ConfigError`` for a token or webhook that Telegram refuses."""
        await self.stop()
        self._session = await opened(
            self._token, self._settings, self._account.id, self._clock, self._door, self._known
        )

    async def stop(self) -> None:
        """Disconnect, after telling Telegram what has been stored."""
        session, self._session = self._session, None
        if session is not None:
            await session.end()

    async def batches(self) -> AsyncIterator[Batch]:
        """Events as they come. Raises ``Unavailable``, or ``ConfigError`` where the token is accepted no more."""
        session = self._connected()
        while (delivery := await session.next()) is not None:
            yield Batch(delivery.events, _confirming(session, delivery), delivery.received.malformed)

    async def perform(self, step: Step) -> Receipt:
        """Do one thing."""
        return await self._connected().hands.perform(step)

    async def abilities(self, chat: ChatRef) -> Abilities:
        """What the bot may do in this chat just now."""
        return await rights.abilities(self._connected(), chat)

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """What is in a file that somebody sent."""
        return await files.fetch(self._connected().client.bot, attachment, most)

    async def is_member(self, chat: ChatRef, person: PersonRef) -> bool | None:
        """Whether this person is in the group; None where Telegram tells only administrators."""
        return await rights.is_member(self._connected().client.bot, chat, person)

    async def examine(self, chats: Iterable[ChatRef]) -> Sequence[Finding]:
        """What is in the way: webhooks, other pollers, privacy mode, groups without the bot."""
        return await checkup.examined(self._connected(), self._settings, str(self._account), chats)

    def _connected(self) -> Session:
        if self._session is None:
            raise Unavailable("Not connected: start first.")
        return self._session


def _confirming(session: Session, delivery: Delivery) -> Callable[[], Awaitable[None]]:
    async def confirm() -> None:
        await session.confirm(delivery)

    return confirm
