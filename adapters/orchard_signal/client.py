"""The wire: what the adapter asks of a way to signal-cli, with errors of ours alone, and the two that there are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from orchard_bot.chat.files import Enclosure
from orchard_signal.jsonrpc import JsonRpc
from orchard_signal.rest import Rest
from orchard_signal.settings import SignalSettings
from orchard_signal.wire import Group


class Transport(Protocol):
    """One connection, from ``open`` to ``close``. Groups are named by their base64 id, people by ACI."""

    async def open(self) -> str:
        """Connect; gives the bot's own ACI. Raises ``Unavailable``, or ``ConfigError`` for a person to mend."""
        ...

    async def close(self) -> None:
        """Disconnect. Safe to call twice."""
        ...

    def received(self) -> AsyncIterator[bytes]:
        """Each envelope as it comes, as JSON. Ends by ``Unavailable``."""
        ...

    async def send(
        self, to: str, text: str, *, group: bool, edits: int | None = None, file: Enclosure | None = None
    ) -> int:
        """Say something; gives its time. ``edits``: the time of the bot's own message that it replaces.

        ``text`` may be empty where there is a ``file``.
        """
        ...

    async def withdraw(self, to: str, timestamp: int, *, group: bool) -> None:
        """Take back a message of the bot's own."""
        ...

    async def delete_as_admin(self, group: str, author: str, timestamp: int) -> None:
        """Delete a member's message. Raises ``NotAllowed`` where the transport cannot."""
        ...

    async def add_member(self, group: str, person: str) -> None:
        """Let somebody in who asked."""
        ...

    async def remove_member(self, group: str, person: str) -> None:
        """Take a member out, or turn a request to join down."""
        ...

    async def pin(self, group: str, author: str, timestamp: int) -> None:
        """Pin a message for everybody. Raises ``NotAllowed`` where the transport cannot."""
        ...

    async def accept_invitation(self, group: str) -> None:
        """Go into a group that the bot is invited to."""
        ...

    async def groups(self) -> dict[str, Group]:
        """Every group that the account knows, by id."""
        ...

    async def names(self) -> dict[str, str]:
        """What people call themselves, by ACI, as far as the account has heard. For showing only."""
        ...

    async def fetch(self, id: str, most: int) -> bytes:
        """A file that somebody sent. Raises ``Gone`` where signal-cli has it not, ``NotAllowed`` where it is larger."""
        ...

    async def changed_keys(self) -> frozenset[str]:
        """Whose safety number is another than it was, and not yet trusted, by ACI."""
        ...

    async def unregistered(self) -> frozenset[str]:
        """Who is known to have left Signal, by ACI; nobody where the transport does not say."""
        ...

    @property
    def deletes_for_others(self) -> bool:
        """Whether it has ``delete_as_admin``."""
        ...

    @property
    def pins(self) -> bool:
        """Whether it has ``pin``."""
        ...

    @property
    def version(self) -> str:
        """Of the service, as it says itself."""
        ...


def transport(settings: SignalSettings) -> Transport:
    """The one that the settings ask for, not yet open."""
    if settings.transport == "jsonrpc":
        return JsonRpc(settings.url, settings.number)
    beside = JsonRpc(settings.jsonrpc_url, settings.number) if settings.jsonrpc_url else None
    return Rest(settings.url, settings.number, beside)
