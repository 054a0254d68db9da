"""The stage of the conformance suite: a class group on the fake, and the adapter connected to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from orchard_bot.chat.platform import AsgiApp
from orchard_bot.chat.refs import ChatRef, MessageRef, PersonRef
from orchard_bot.testing.fake_clock import FakeClock
from orchard_telegram import TelegramPlatform
from orchard_telegram.ids import PLATFORM, ephemeral_id
from tests.adapters.telegram.fake.driver import FakeTelegram
from tests.adapters.telegram.fake.people import Sent

Mode: TypeAlias = Literal["polling", "webhook"]
Connect: TypeAlias = Callable[[str, str], TelegramPlatform]
"""Makes the adapter for this token and api_url."""


class Doorstep:
    """The address that Telegram calls: leads to the last life of the bot. Calls to an earlier one are cut off."""

    def __init__(self) -> None:
        self._app: AsgiApp | None = None
        self._calls: set[asyncio.Task[None]] = set()

    def lead_to(self, app: AsgiApp) -> None:
        """From now on; whoever waits for an answer of the life before gets none."""
        self._app = app
        for call in self._calls:
            call.cancel()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI application."""
        if self._app is not None and await self._answered(self._app, scope, receive, send):
            return
        await send({"type": "http.response.start", "status": 503, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def _answered(self, app: AsgiApp, *request: Any) -> bool:
        async def answer() -> None:
            await app(*request)

        async with asyncio.TaskGroup() as tasks:
            call = tasks.create_task(answer())
            self._calls.add(call)
        self._calls.discard(call)
        return not call.cancelled()


class TelegramStage:
    """A ``Stage``. ``connect`` makes the platform under test, anew after each kill."""

    def __init__(
        self, telegram: FakeTelegram, clock: FakeClock, mode: Mode, connect: Connect, doorstep: Doorstep | None = None
    ) -> None:
        self.telegram, self._clock, self._mode = telegram, clock, mode
        self._doorstep = doorstep or Doorstep()
        self._connect = connect
        self.bot = telegram.add_bot()
        self.owner = telegram.add_user("Olga")
        self.chat = telegram.add_group("A class group", self.owner)
        telegram.add_to(self.chat, self.bot.id)
        telegram.promote(self.chat, self.bot.id)
        telegram.forget_updates(self.bot.id)
        self._quiet()
        self.platform = self._connected()
        self.group = ChatRef(PLATFORM, self.platform.account.id, str(self.chat))

    async def add_person(self, id: str, *, started: bool = True) -> PersonRef:
        """A member of the group."""
        user = self.telegram.add_user(id.title())
        self.telegram.add_to(self.chat, user)
        if started:
            self.telegram.start(user, self.bot.id)
        self._quiet()
        return PersonRef(PLATFORM, str(user))

    async def post(self, person: PersonRef, text: str) -> MessageRef:
        """They write in the group."""
        return self._ref(self.group, int(person.id), self.telegram.post(int(person.id), self.chat, text))

    async def post_privately(self, person: PersonRef, text: str) -> MessageRef:
        """They write to the bot."""
        chat = ChatRef(PLATFORM, self.platform.account.id, person.id)
        return self._ref(chat, int(person.id), self.telegram.post(int(person.id), self.bot.id, text))

    async def edit(self, person: PersonRef, message: MessageRef, text: str) -> None:
        """They change their message."""
        self.telegram.edit(int(person.id), self._where(message), int(message.id), text)

    async def delete(self, person: PersonRef, message: MessageRef) -> None:
        """They delete their message."""
        self.telegram.delete(int(person.id), self._where(message), int(message.id))

    async def group_saw(self) -> list[str]:
        """Every text that the whole group could see."""
        return [showing.text for showing in self.telegram.ever_shown(self.chat)]

    async def person_sees(self, person: PersonRef) -> list[str]:
        """What this person sees of the bot now."""
        user = int(person.id)
        return [
            "\n".join([seen.text, *(button.label for row in seen.buttons for button in row)])
            for chat in (self.bot.id, self.chat)
            for seen in self.telegram.sees(user, chat)
            if seen.author == self.bot.id
        ]

    async def person_has(self, person: PersonRef) -> list[tuple[str, bytes]]:
        """The files that the bot has sent this person."""
        seen = self.telegram.sees(int(person.id), self.bot.id)
        return [(one.file[0], one.file[2]) for one in seen if one.file and one.author == self.bot.id]

    async def pass_time(self, seconds: float) -> None:
        """Let both clocks run on, once the adapter waits for one of them."""
        if self._mode == "polling":
            await self.telegram.until_polled(self.bot.id)
        else:
            await self._clock.until_sleeping()
        self._clock.advance(seconds)
        self.telegram.advance(seconds)

    async def restart(self) -> TelegramPlatform:
        """Leave the old platform as a kill does, and connect another."""
        self.platform = self._connected()
        return self.platform

    def _quiet(self) -> None:
        """What setting up told the bot is no part of the play: nobody waits there before it begins."""
        self.telegram.state.bot(self.bot.id).queue.clear()

    def _connected(self) -> TelegramPlatform:
        platform = self._connect(self.bot.token, self.telegram.address)
        self._doorstep.lead_to(platform.web())
        return platform

    def _where(self, message: MessageRef) -> int:
        return self.chat if message.chat == self.group else self.bot.id

    def _ref(self, chat: ChatRef, user: int, sent: Sent) -> MessageRef:
        return MessageRef(chat, ephemeral_id(user, sent.ephemeral_id) if sent.ephemeral_id else str(sent.id))
