"""The sandbox as a chat platform: the bot's end of the World on the page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from orchard_bot.chat.abilities import Abilities
from orchard_bot.chat.platform import AsgiApp, Batch, Finding
from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.chat.steps import Receipt, Step
from orchard_bot.errors import PlatformError
from orchard_bot.testing.simulated_platform import SimulatedPlatform
from orchard_sandbox import settings as sandbox_settings
from orchard_sandbox.clock import Clock, SystemClock
from orchard_sandbox.diary import Diary
from orchard_sandbox.page import sandbox_app
from orchard_sandbox.scene import Scene


class SandboxPlatform:
    """A ``Platform`` with web pages. ``settings`` are those of ``[adapters.sandbox]``; none are needed.

    ``scene`` is one that is on already and goes on. ``web()`` is to be mounted under ``/sandbox``. A reset on the page swaps the World; the stream of events goes on.
    """

    def __init__(
        self, account: str, settings: Mapping[str, Any], clock: Clock | None = None, scene: Scene | None = None
    ) -> None:
        self._clock = clock or SystemClock()
        self.scene = scene or Scene(account, sandbox_settings.read(settings), self._clock)
        self._line = SimulatedPlatform(self.scene.world, self._clock)
        self._resets = 0
        self._started = False

    @property
    def account(self) -> AccountRef:
        """The account of the bot in the sandbox."""
        return self.scene.world.account

    def web(self) -> AsgiApp:
        """The page with the phones."""
        return sandbox_app(self.scene, self.reset)

    async def start(self) -> None:
        """Connect. Raises ``Unavailable`` where the fault panel asks for it."""
        await self._line.start()
        self.scene.changes.open()
        self._started = True

    async def stop(self) -> None:
        """Disconnect, and let the pages' live streams end."""
        self._started = False
        self.scene.changes.close()
        await self._line.stop()

    async def batches(self) -> AsyncIterator[Batch]:
        """Events as they come. Raises ``Unavailable`` when the connection is cut on the fault panel."""
        while True:
            resets = self._resets
            async for batch in self._line.batches():
                yield self._noted(batch)
            if self._resets == resets:
                return

    async def perform(self, step: Step) -> Receipt:
        """Do one thing in the sandbox."""
        scene = self.scene
        diary = scene.diary
        try:
            receipt = await self._line.perform(step)
        except PlatformError as error:
            diary.did(self._clock.now(), step, type(error).__name__)
            scene.changes.note()
            raise
        diary.did(self._clock.now(), step, "done")
        scene.changes.note()
        return receipt

    async def abilities(self, chat: ChatRef) -> Abilities:
        """What the bot may do in this chat just now."""
        return await self._line.abilities(chat)

    async def is_member(self, chat: ChatRef, person: PersonRef) -> bool | None:
        """Whether this person is in the group; None where the profile cannot say."""
        return await self._line.is_member(chat, person)

    async def examine(self, chats: Iterable[ChatRef]) -> Sequence[Finding]:
        """What the bot may not do in these groups, with how to grant it."""
        return await self._line.examine(chats)

    async def reset(self) -> None:
        """Begin the scene anew, in a new World. Whoever reads ``batches`` notices nothing."""
        self.scene.reset()
        before, self._line = self._line, SimulatedPlatform(self.scene.world, self._clock)
        self._resets += 1
        if self._started:
            await self._line.start()
        await before.stop()

    def _noted(self, batch: Batch) -> Batch:
        if not batch.events and not batch.malformed:
            return batch
        acknowledge = _acknowledging(batch, self.scene.diary, self.scene.changes.note)
        return Batch(batch.events, acknowledge, batch.malformed)


def _acknowledging(batch: Batch, diary: Diary, note: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    async def acknowledge() -> None:
        await batch.acknowledge()
        diary.saw(tuple(batch.events), batch.malformed)
        note()

    return acknowledge
