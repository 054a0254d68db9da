"""Where Telegram calls: an update is confirmed with 200 only after it has been stored.

https://core.telegram.org/bots/api#setwebhook. Anything but 2xx makes Telegram send the update again, for a day.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from orchard_telegram.clock import Clock
from orchard_telegram.wire import Received, updates_from

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[Any], Awaitable[None]]

MOST_BYTES = 1_000_000
"""No update is anywhere near as long."""
MOST_WAITING = 200
PATIENCE_SECONDS = 20.0
"""How long Telegram is kept waiting for a commit before it is asked to call again."""
SIGN_OF_LIFE = 25.0
CONNECTIONS = 10
"""How many updates Telegram delivers beside each other; those of one chat come one by one."""
_WORDS = {200: b"Orchard Bot is running. Telegram calls here.\n", 503: b"Please call again.\n"}
_HEADER = b"x-telegram-bot-api-secret-token"


def secret_of(token: str) -> str:
    """What Telegram shows at each call to prove that it is Telegram. Made from the token, so there is nothing to keep."""
    return hmac.new(token.encode(), b"orchard-bot webhook", "sha256").hexdigest()


@dataclass(slots=True, eq=False)
class _Call:
    body: bytes
    stored: asyncio.Future[bool]
    """False: it could not be, and Telegram is asked to call again."""


class Door:
    """The end that Telegram calls, and the queue behind it. ``is_open`` while the bot takes updates."""

    def __init__(self, token: str, clock: Clock) -> None:
        self._secret = secret_of(token).encode()
        self._clock = clock
        self._waiting: deque[_Call] = deque()
        self._taken: list[_Call] = []
        self._news = asyncio.Event()
        self.is_open = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application."""
        if scope["type"] != "http":
            return
        await _respond(send, await self._status(scope, receive))

    async def _status(self, scope: Scope, receive: Receive) -> int:
        if scope["method"] != "POST":
            return 200 if scope["method"] in {"GET", "HEAD"} else 405
        given = next((value for name, value in scope["headers"] if name.lower() == _HEADER), b"")
        if not hmac.compare_digest(given, self._secret):
            return 403
        body = await _body(receive)
        if body is None:
            return 413
        if not self.is_open or len(self._waiting) >= MOST_WAITING:
            return 503
        return await self._stored(_Call(body, asyncio.get_running_loop().create_future()))

    async def _stored(self, call: _Call) -> int:
        self._waiting.append(call)
        self._news.set()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return 200 if await call.stored else 503
        except TimeoutError:
            if call in self._waiting:
                self._waiting.remove(call)
            return 503

    def open(self) -> None:
        """Take updates from now on."""
        self.is_open = True

    def close(self) -> None:
        """Take none any more; whoever waits is asked to call again."""
        self.is_open = False
        for call in (*self._waiting, *self._taken):
            if not call.stored.done():
                call.stored.set_result(False)
        self._waiting.clear()
        self._taken.clear()
        self._news.set()

    async def next(self) -> Received:
        """All that waits and was not confirmed, in the order of its numbers; empty after 25 quiet seconds."""
        if not self._taken:
            await self._something()
        self._taken = [call for call in (*self._taken, *self._waiting) if not call.stored.done()]
        self._waiting.clear()
        return updates_from([call.body for call in self._taken])

    def confirm(self, received: Received) -> None:
        """It is stored: Telegram may forget it."""
        for call in self._taken:
            if not call.stored.done():
                call.stored.set_result(True)
        self._taken.clear()

    async def finish(self) -> None:
        """Nothing is left to say to Telegram."""
        self.close()

    async def _something(self) -> None:
        self._news.clear()
        if self._waiting or not self.is_open:
            return
        async with asyncio.TaskGroup() as tasks:
            alarm = tasks.create_task(self._ring_after(SIGN_OF_LIFE))
            await self._news.wait()
            alarm.cancel()

    async def _ring_after(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._news.set()


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None where it is too long, or the caller has gone."""
    parts: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        length += len(parts[-1])
        if length > MOST_BYTES:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


async def _respond(send: Send, status: int) -> None:
    said = _WORDS.get(status, b"No.\n")
    headers = [
        (b"content-length", str(len(said)).encode()),
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": said})
