"""The wire: python-telegram-bot's Bot and its requests, with the library's errors turned into ours."""

from __future__ import annotations

import functools
import logging
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from telegram import Bot, User
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from orchard_telegram.refusals import Concern, mapped, refused_token
from orchard_telegram.wire import ALLOWED_UPDATES

POLL_SECONDS = 25
"""How long Telegram holds a request for news open: an empty answer is the sign of life."""
_GRACE_SECONDS = 10.0
"""How much longer a silent connection may be half-open before it is given up."""
_ANSWER_SECONDS = 20.0
_CONNECT_SECONDS = 10.0
_AT_ONCE = 16
_NOTHING_NEW = b'{"ok":true,"result":[]}'


def _settle_the_library() -> None:
    """The HTTP library logs addresses, which hold the token, and this one the answers that it cannot read.

    And it warns at each 429 unless it is told which type the time to wait is to have.
    """
    os.environ.setdefault("PTB_TIMEDELTA", "true")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("telegram").setLevel(logging.CRITICAL)


@functools.cache
def _trust(scheme: str) -> ssl.SSLContext:
    """Whom to trust. Reading the certificates takes a while, so once is enough; plain http needs none."""
    return httpx.create_ssl_context() if scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class _Requests(HTTPXRequest):
    def __init__(self, at_once: int, scheme: str) -> None:
        super().__init__(
            connection_pool_size=at_once,
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_ANSWER_SECONDS,
            write_timeout=_CONNECT_SECONDS,
            pool_timeout=_ANSWER_SECONDS,
            httpx_kwargs={"verify": _trust(scheme)},
        )


class _News(_Requests):
    """Keeps what getUpdates answered as it came, and lets the library build nothing from it."""

    def __init__(self, scheme: str) -> None:
        super().__init__(2, scheme)
        self.payload = _NOTHING_NEW

    async def do_request(self, *args: Any, **named: Any) -> tuple[int, bytes]:
        """See ``HTTPXRequest.do_request``."""
        code, payload = await super().do_request(*args, **named)
        if code != 200:
            return code, payload
        self.payload = payload
        return code, _NOTHING_NEW


@dataclass(slots=True)
class Known:
    """What need not be done or found out again at each reconnection."""

    ephemeral: bool | None = None
    commands_offered: bool = False
    webhook_removed: bool = False


class Client:
    """One connection to a Bot API server, from ``open`` to ``close``."""

    def __init__(self, token: str, api_url: str) -> None:
        _settle_the_library()
        base, scheme = api_url.rstrip("/"), api_url.partition(":")[0]
        self._news = _News(scheme)
        self.bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=_Requests(_AT_ONCE, scheme),
            get_updates_request=self._news,
        )

    async def open(self) -> User:
        """Connect, and learn who the bot is. Raises ``ConfigError`` where the token is not accepted."""
        with _asking():
            await self.bot.initialize()
        return self.bot.bot

    async def close(self) -> None:
        """Disconnect. Safe to call twice."""
        await self.bot.shutdown()

    async def remove_webhook(self) -> None:
        """Let updates come by polling; none is lost."""
        with _asking():
            await self.bot.delete_webhook(drop_pending_updates=False)

    async def updates(self, offset: int | None, seconds: int = POLL_SECONDS, limit: int = 100) -> bytes:
        """The answer to getUpdates as it came. Raises ``ConfigError`` where the token is no longer accepted."""
        with _asking():
            await self.bot.get_updates(
                offset=offset,
                limit=limit,
                timeout=seconds,
                allowed_updates=ALLOWED_UPDATES,
                read_timeout=_GRACE_SECONDS,  # the library adds the seconds
            )
        return self._news.payload


@contextmanager
def _asking() -> Iterator[None]:
    """For the requests that the bot lives by: a token that is not accepted is for a person to mend."""
    try:
        yield
    except InvalidToken:
        raise refused_token() from None  # the library's error shows the token
    except TelegramError as error:
        raise mapped(error, Concern.GROUP) from error


@contextmanager
def refusals(concern: Concern) -> Iterator[None]:
    """The library's errors inside come out as ours."""
    try:
        yield
    except TelegramError as error:
        raise mapped(error, concern) from error
