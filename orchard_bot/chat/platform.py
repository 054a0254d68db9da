"""The port to a chat platform: what every adapter offers, and all that the core knows of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

from orchard_bot.chat.abilities import Abilities
from orchard_bot.chat.events import Attachment, Event
from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.chat.steps import Receipt, Step


@dataclass(frozen=True, slots=True)
class Batch:
    """Events in the order in which they happened, and the word to say when all of them are stored.

    An adapter gives a second batch only after the first was acknowledged or let go. What was not acknowledged
    comes again, after a restart too.
    """

    events: Sequence[Event]
    acknowledge: Callable[[], Awaitable[None]]
    malformed: int = 0
    """How many items the platform sent that are no event we know. They are counted, never fatal."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of ``orchard-bot doctor``: what is wrong (or right) and how to put it right."""

    ok: bool
    about: str
    says: str
    fix: str = ""


class Platform(Protocol):
    """One account on one chat platform.

    Every method maps the platform's errors to ``RateLimited``, ``NotReachable``, ``NotAllowed``, ``Gone`` or
    ``Unavailable``; nothing else escapes.
    """

    @property
    def account(self) -> AccountRef:
        """The account of the bot that this object speaks for."""
        ...

    async def start(self) -> None:
        """Connect. Raises ``Unavailable`` (try again) or ``ConfigError`` (a person must mend something)."""
        ...

    async def stop(self) -> None:
        """Disconnect. Safe to call twice, and after a failed start."""
        ...

    def batches(self) -> AsyncIterator[Batch]:
        """Events as they come, for ever. Ends only by an error or by ``stop``.

        A quiet platform yields an empty batch at least every 30 seconds: the sign of life that supervision watches.
        """
        ...

    async def perform(self, step: Step) -> Receipt:
        """Do one thing on the platform."""
        ...

    async def abilities(self, chat: ChatRef) -> Abilities:
        """What the bot may do in this chat just now."""
        ...

    async def is_member(self, chat: ChatRef, person: PersonRef) -> bool | None:
        """Whether this person is in the group; None where the platform cannot say."""
        ...

    async def examine(self, chats: Iterable[ChatRef]) -> Sequence[Finding]:
        """What an operator should know about this account and these groups, for ``doctor``."""
        ...


AsgiApp: TypeAlias = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[MutableMapping[str, Any]]], Callable[[Any], Awaitable[None]]],
    Awaitable[None],
]
"""An ASGI 3 application, https://asgi.readthedocs.io (the scope's values are whatever the server puts there)."""


@runtime_checkable
class HasWebPages(Protocol):
    """A platform that serves pages or takes web hooks: mounted under ``/<platform>`` of the bot's own web server."""

    def web(self) -> AsgiApp:
        """The application to mount."""
        ...


@runtime_checkable
class HasFiles(Protocol):
    """A platform that hands over files which people send to the bot (the ability ``files``)."""

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        """What is in it, in memory, at most ``most`` bytes.

        Raises ``NotAllowed`` where it is larger, ``Gone`` where the platform keeps it no more, and ``RateLimited`` or
        ``Unavailable`` where it is worth trying again.
        """
        ...


class PlatformFactory(Protocol):
    """What the entry point ``orchard_bot.adapters`` names: makes the platform from its part of the settings."""

    def __call__(self, account: str, settings: Mapping[str, Any]) -> Platform:
        """Raises ``ConfigError`` where a setting is wrong (``fix`` says what to write)."""
        ...


class Talk(Protocol):
    """The operator at the terminal, while a platform is being set up."""

    def say(self, text: str) -> None:
        """Tell them something."""
        ...

    def ask(self, question: str, *, default: str = "", secret: bool = False) -> str:
        """Ask them something and wait for the answer; ``secret`` is not shown while it is typed."""
        ...


@dataclass(frozen=True, slots=True)
class SetUp:
    """What a platform's setup found out."""

    settings: Mapping[str, str]
    """For ``[adapters.NAME]``."""
    chat: ChatRef
    """The group."""
    moderators: Sequence[tuple[PersonRef, str]]
    """Who oversees the group and can be written to by the bot, with the name they go by."""


@runtime_checkable
class HasSetup(Protocol):
    """A ``PlatformFactory`` that sets its platform up in a few questions, for ``orchard-bot init``."""

    async def set_up(self, talk: Talk, account: str, folder: Path) -> SetUp:
        """Ask, look for the group, and keep secrets in files of their own in ``folder``, mode 600.

        Raises ``ConfigError`` where it cannot go on.
        """
        ...
