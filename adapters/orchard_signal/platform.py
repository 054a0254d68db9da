"""Signal as the core sees it: the port, holding the transport, the spool and the translation together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from orchard_bot.chat.abilities import Abilities
from orchard_bot.chat.events import Attachment
from orchard_bot.chat.platform import Batch, Finding, SetUp, Talk
from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.chat.steps import AnswerJoinRequest, Receipt, RemoveMember, Step
from orchard_bot.errors import NotAllowed, Unavailable
from orchard_signal import abilities as may
from orchard_signal import checkup
from orchard_signal.client import transport
from orchard_signal.clock import Clock, SystemClock
from orchard_signal.hands import Hands
from orchard_signal.ids import PLATFORM, group_id, is_private
from orchard_signal.proof import Proof
from orchard_signal.session import Delivery, Session
from orchard_signal.settings import read
from orchard_signal.setup import Setup
from orchard_signal.spool import Spool
from orchard_signal.wire import Group


class SignalPlatform:
    """One account of the bot on Signal."""

    def __init__(self, account: str, settings: Mapping[str, Any], clock: Clock | None = None) -> None:
        self._settings = read(settings)
        self._spool = Path(self._settings.spool).expanduser()
        self._account = AccountRef(PLATFORM, account)
        self._clock = clock or SystemClock()
        self._session: Session | None = None
        self._hands: Hands | None = None

    @staticmethod
    async def set_up(talk: Talk, account: str, folder: Path) -> SetUp:
        """Find the group and its moderators in a few questions."""
        return await Setup(talk, account, folder, SignalPlatform).run()

    @property
    def account(self) -> AccountRef:
        """The account of the bot."""
        return self._account

    async def start(self) -> None:
        """Connect. Raises ``Unavailable``, or ``ConfigError`` for what a person must mend."""
        await self.stop()
        session = Session(transport(self._settings), Spool(self._spool), self._account.id, self._clock)
        try:
            await session.open()
        except BaseException:
            await session.end()
            raise
        self._session = session
        self._hands = Hands(session.transport, self._account.id, session.own, Proof(self._spool))

    async def stop(self) -> None:
        """Disconnect."""
        session, self._session, self._hands = self._session, None, None
        if session is not None:
            await session.end()

    async def batches(self) -> AsyncIterator[Batch]:
        """Events as they come. Raises ``Unavailable``."""
        session = self._connected()
        while (delivery := await session.next()) is not None:
            yield Batch(delivery.events, _confirming(session, delivery), delivery.malformed)

    async def perform(self, step: Step) -> Receipt:
        """Do one thing."""
        if self._hands is None:
            raise Unavailable("Not connected: start first.")
        receipt = await self._hands.perform(step)
        if isinstance(step, AnswerJoinRequest | RemoveMember):
            self._connected().look_again(step.chat.id, step.person.id)
        return receipt

    async def abilities(self, chat: ChatRef) -> Abilities:
        """What the bot may do in this chat just now."""
        session = self._connected()
        if is_private(chat):
            return may.in_private()
        group = await self._group(chat)
        if group is not None and group.invited:
            # The core asks about groups of its own alone: a stranger's invitation is left unanswered.
            await session.transport.accept_invitation(group.id)
            group = await self._group(chat)
        if group is None or not group.member:
            raise NotAllowed("The bot is not in this group.")
        line = session.transport
        return may.in_group(group, session.own, deletes=line.deletes_for_others, pins=line.pins)

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """What is in a file that somebody sent, kept in memory only; signal-cli keeps it in its own folder."""
        return await self._connected().transport.fetch(attachment.id, most)

    async def is_member(self, chat: ChatRef, person: PersonRef) -> bool | None:
        """Whether this person is in the group; None where the bot is not in it."""
        group = await self._group(chat)
        return person.id in group.members if group is not None and group.member else None

    async def examine(self, chats: Iterable[ChatRef]) -> Sequence[Finding]:
        """What is in the way: an old service, groups without the bot, expiring messages, people out of reach."""
        session = self._connected()
        line = session.transport
        found = checkup.Found(
            groups=await line.groups(),
            names=session.names,
            changed_keys=await line.changed_keys(),
            unregistered=await line.unregistered(),
            proof=Proof(self._spool).token,
        )
        return checkup.examined(line, self._settings, session.own, found, chats)

    async def _group(self, chat: ChatRef) -> Group | None:
        session, id = self._connected(), group_id(chat)
        group = (await session.transport.groups()).get(id)
        if group is not None and group.expires_after is None:
            return replace(group, expires_after=session.timers.get(id, 0))
        return group

    def _connected(self) -> Session:
        if self._session is None:
            raise Unavailable("Not connected: start first.")
        return self._session


def _confirming(session: Session, delivery: Delivery) -> Callable[[], Awaitable[None]]:
    async def confirm() -> None:
        session.confirm(delivery)

    return confirm
