"""The wire: python-telegram-bot's Bot and its requests, with the library's errors turned into ours."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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


def _hush() -> None:
    """The HTTP library logs addresses, which hold the token, and this one the answers that it cannot read."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("telegram").setLevel(logging.CRITICAL)


class _Requests(HTTPXRequest):
    def __init__(self, at_once: int, read_seconds: float) -> None:
        super().__init__(
            connection_pool_size=at_once,
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=read_seconds,
            write_timeout=_CONNECT_SECONDS,
            pool_timeout=_ANSWER_SECONDS,
        )


class _News(_Requests):
    """Keeps what getUpdates answered as it came, and lets the library build nothing from it."""

    def __init__(self) -> None:
        super().__init__(2, _ANSWER_SECONDS)
        self.payload = _NOTHING_NEW

    async def do_request(self, *args: Any, **named: Any) -> tuple[int, bytes]:
        """See ``HTTPXRequest.do_request``."""
        code, payload = await super().do_request(*args, **named)
        if code != 200:
            return code, payload
        self.payload = payload
        return code, _NOTHING_NEW


class Client:
    """One connection to a Bot API server, from ``open`` to ``close``."""

    def __init__(self, token: str, api_url: str) -> None:
        _hush()
        self._news = _News()
        base = api_url.rstrip("/")
        self.bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=_Requests(_AT_ONCE, _ANSWER_SECONDS),
            get_updates_request=self._news,
        )

    async def open(self) -> User:
        """Connect, and learn who the bot is. Raises ``ConfigError`` where the token is not accepted."""
        try:
            await self.bot.initialize()
        except InvalidToken:
            raise refused_token() from None  # the library's error shows the token
        except TelegramError as error:
            raise mapped(error, Concern.GROUP) from error
        return self.bot.bot

    async def close(self) -> None:
        """Disconnect. Safe to call twice."""
        await self.bot.shutdown()

    async def updates(self, offset: int | None, seconds: int = POLL_SECONDS, limit: int = 100) -> bytes:
        """The answer to getUpdates as it came. Raises ``ConfigError`` where the token is no longer accepted."""
        try:
            await self.bot.get_updates(
                offset=offset,
                limit=limit,
                timeout=seconds,
                allowed_updates=ALLOWED_UPDATES,
                read_timeout=seconds + _GRACE_SECONDS,
            )
        except InvalidToken:
            raise refused_token() from None
        except TelegramError as error:
            raise mapped(error, Concern.GROUP) from error
        return self._news.payload


@contextmanager
def refusals(concern: Concern) -> Iterator[None]:
    """The library's errors inside come out as ours."""
    try:
        yield
    except TelegramError as error:
        raise mapped(error, concern) from error
