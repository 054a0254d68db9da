"""Matrix as the core sees it: the port, holding the device, the session and what goes out together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from orchard_bot.chat.abilities import Abilities
from orchard_bot.chat.events import Attachment
from orchard_bot.chat.platform import Batch, Finding, SetUp, Talk
from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.chat.steps import Receipt, Step
from orchard_bot.errors import NotAllowed, Unavailable
from orchard_matrix import abilities as may
from orchard_matrix import checkup, files
from orchard_matrix.clock import Clock, SystemClock
from orchard_matrix.device import Device
from orchard_matrix.ids import PLATFORM, room_id
from orchard_matrix.rooms import Room
from orchard_matrix.session import Delivery, Session
from orchard_matrix.settings import read
from orchard_matrix.setup import Setup


class MatrixPlatform:
    """A ``Platform`` for one account of the bot on a homeserver. ``settings`` are those of ``[adapters.matrix]``.

    Raises ``ConfigError`` where a setting is wrong.
    """

    def __init__(self, account: str, settings: Mapping[str, Any], clock: Clock | None = None) -> None:
        self._settings = read(settings)
        self._account = AccountRef(PLATFORM, account)
        self._clock = clock or SystemClock()
        self.device = Device(Path(self._settings.store).expanduser())
        self._session: Session | None = None

    @staticmethod
    async def set_up(talk: Talk, account: str, folder: Path) -> SetUp:
        """Find the room and its moderators in a few questions; the bot's device is made in ``folder``."""
        return await Setup(talk, account, folder, MatrixPlatform).run()

    @property
    def account(self) -> AccountRef:
        """The account of the bot."""
        return self._account

    async def start(self) -> None:
        """Connect. Raises ``Unavailable``, or ``ConfigError`` for what a person must mend."""
        await self.stop()
        self.device.lock()
        try:
            session = Session(self._settings, self.device, self._account.id, self._clock)
        except BaseException:
            self.device.unlock()
            raise
        try:
            await session.open()
        except BaseException:
            await session.end()
            raise
        self._session = session

    async def stop(self) -> None:
        """Disconnect."""
        session, self._session = self._session, None
        if session is not None:
            await session.end()

    async def batches(self) -> AsyncIterator[Batch]:
        """Events as they come. Raises ``Unavailable``, or ``ConfigError`` where the session is no longer accepted."""
        session = self._connected()
        while (delivery := await session.next()) is not None:
            yield Batch(delivery.events, _confirming(session, delivery), delivery.malformed)

    async def perform(self, step: Step) -> Receipt:
        """Do one thing."""
        return await self._connected().hands.perform(step)

    async def abilities(self, chat: ChatRef) -> Abilities:
        """What the bot may do in this chat just now."""
        own, rate = self._connected().directory.own, self._settings.messages_per_second
        room = self._room(chat)
        if room is None:
            raise NotAllowed("The bot is not in this room.")
        return may.in_private(rate) if room.direct else may.in_room(room, own, rate)

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """What is in a file that somebody sent."""
        return await files.fetch(self._connected().client, attachment, most)

    async def is_member(self, chat: ChatRef, person: PersonRef) -> bool | None:
        """Whether this person is in the room; None where the bot is not in it."""
        room = self._room(chat)
        return None if room is None else room.membership(person.id) == "join"

    async def examine(self, chats: Iterable[ChatRef]) -> Sequence[Finding]:
        """What is in the way: rooms without the bot, spaces, rooms that have been replaced."""
        return checkup.examined(self._connected().directory, str(self._account), chats)

    def overseers(self, chat: ChatRef, least: float) -> dict[str, str]:
        """Who in the room has at least this power level, besides the bot, with the names they go by. For ``Setup``."""
        room, own = self._room(chat), self._connected().directory.own
        inside = sorted(room.joined - {own}) if room is not None else []
        return {user: room.name(user) for user in inside if room is not None and room.level(user) >= least}

    def _room(self, chat: ChatRef) -> Room | None:
        return self._connected().directory.inside(room_id(chat))

    def _connected(self) -> Session:
        if self._session is None:
            raise Unavailable("Not connected: start first.")
        return self._session


def _confirming(session: Session, delivery: Delivery) -> Callable[[], Awaitable[None]]:
    async def confirm() -> None:
        await session.confirm(delivery)

    return confirm
