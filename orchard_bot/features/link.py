"""A moderator on two platforms, and the book of such links."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from msgspec import Struct

from orchard_bot.chat.refs import AccountRef, PersonRef


class Link(Struct, frozen=True, kw_only=True):
    """A moderator on two platforms: ``owner`` stands in the settings, ``other`` is the same person elsewhere."""

    owner: PersonRef
    owner_account: AccountRef
    """The account of the bot that serves the groups they moderate."""
    other: PersonRef
    other_account: AccountRef
    both: bool
    """Whether what the bot tells ``owner`` goes to both places, or to ``other`` alone."""
    agreed: bool = False
    """Both sides have said yes."""


class Links(Protocol):
    """Who is the same person on two platforms, by their own word on both sides. Nobody is in two links."""

    def offer(self, owner: PersonRef, account: AccountRef, now: datetime, until: datetime) -> str:
        """A new code by which ``owner`` can be claimed elsewhere until then; an older one of theirs ends."""
        ...

    def offered(self, code: str, now: datetime) -> tuple[PersonRef, AccountRef] | None:
        """Whose code this is; None for one that is over, used or nobody's."""
        ...

    def propose(self, link: Link, until: datetime) -> None:
        """The other side has said yes, and the code is used up. Forgotten after ``until`` unless the owner agrees."""
        ...

    def agree(self, owner: PersonRef) -> Link | None:
        """The owner's side has said yes too; None where nothing was proposed."""
        ...

    def of(self, person: PersonRef) -> Link | None:
        """The link that both sides have agreed to, whichever side this person is."""
        ...

    def end(self, person: PersonRef) -> Link | None:
        """It is over, whichever side this person is; what it was, agreed or only proposed. A code ends as well."""
        ...
