"""Who, where and which message: immutable ids that no two platforms can share.

A ref is the only thing that an authorisation check may look at. Its string form round-trips:
``str(ref)`` gives ``platform/…/id`` with each part percent-quoted, ``parse`` reads it back.
"""

from __future__ import annotations

import re
from typing import Self
from urllib.parse import quote, unquote

from msgspec import Struct

from orchard_bot.errors import MalformedRef

_PLAIN = re.compile(r"[A-Za-z0-9\-_.~:@+=!]*").fullmatch
"""Matches a part that needs no quoting, as almost all do."""


def _join(*parts: str) -> str:
    return "/".join([part if _PLAIN(part) else quote(part, safe="-_.~:@+=!") for part in parts])


def _split(text: str, count: int, what: str) -> list[str]:
    try:
        parts = [unquote(part, errors="strict") for part in text.split("/")]
    except UnicodeDecodeError as error:
        raise MalformedRef(f"This {what} has a broken %-code: write %25 for a percent sign.") from error
    if len(parts) != count or not all(parts):
        raise MalformedRef(f"This is not a {what}: write {count} parts, none empty, with '/' between them.")
    return parts


class AccountRef(Struct, frozen=True, array_like=True):
    """One account of the bot on one platform, for example ``telegram/home``."""

    platform: str
    id: str

    def __str__(self) -> str:
        return _join(self.platform, self.id)

    @classmethod
    def parse(cls, text: str) -> Self:
        return cls(*_split(text, 2, "bot account"))


class PersonRef(Struct, frozen=True, array_like=True):
    """One person on one platform. A display name is never part of it."""

    platform: str
    id: str

    def __str__(self) -> str:
        return _join(self.platform, self.id)

    @classmethod
    def parse(cls, text: str) -> Self:
        return cls(*_split(text, 2, "person"))


class ChatRef(Struct, frozen=True, array_like=True):
    """One chat (a group or a private chat) as one account of the bot sees it."""

    platform: str
    account: str
    id: str

    @property
    def via(self) -> AccountRef:
        """The account of the bot that is in this chat."""
        return AccountRef(self.platform, self.account)

    def __str__(self) -> str:
        return _join(self.platform, self.account, self.id)

    @classmethod
    def parse(cls, text: str) -> Self:
        return cls(*_split(text, 3, "chat"))


class MessageRef(Struct, frozen=True, array_like=True):
    """One message in one chat."""

    chat: ChatRef
    id: str

    def __str__(self) -> str:
        return _join(self.chat.platform, self.chat.account, self.chat.id, self.id)

    @classmethod
    def parse(cls, text: str) -> Self:
        platform, account, chat, message = _split(text, 4, "message")
        return cls(ChatRef(platform, account, chat), message)
