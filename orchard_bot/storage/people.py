"""People: who is in which group, and whom the bot may write to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, false, func, select, update

from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.storage.tables import members, private_chats, welcomes
from orchard_bot.storage.upsert import replacing, unless_there

_membership = (members.c.community == bindparam("community"), members.c.person == bindparam("person"))
_between = (private_chats.c.account == bindparam("account"), private_chats.c.person == bindparam("person"))

_JOIN = unless_there(members)
_LEAVE = delete(members).where(*_membership)
_IS_MEMBER = select(members.c.person).where(*_membership)
_GROUPS_OF = select(members.c.community).where(members.c.person == bindparam("person")).order_by(members.c.community)
_COUNT = select(func.count()).select_from(members).where(members.c.community == bindparam("community"))
_WELCOME = unless_there(welcomes)
_OPENED = replacing(private_chats, "chat", "opened_at", "touched_at")
# Who opens a chat can be written to again: what an earlier attempt showed no longer says anything.
_FORGET_FAILURE = (
    update(private_chats)
    .where(
        private_chats.c.account == bindparam("via"),
        private_chats.c.person == bindparam("whose"),
        private_chats.c.reach == false(),
    )
    .values(reach=None)
)
_CHAT = select(private_chats).where(*_between)
_SET_HOME = replacing(private_chats, "home")
_REACHED = replacing(private_chats, "reach", "touched_at")


class SqlPeople:
    """See ``features.books.People``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def joined(self, community: str, person: PersonRef, now: datetime) -> bool:
        """See ``features.books.People``."""
        return _JOIN.run(self._connection, community=community, person=person, joined_at=now)

    def left(self, community: str, person: PersonRef, now: datetime) -> None:
        """See ``features.books.People``."""
        self._connection.execute(_LEAVE, {"community": community, "person": person})

    def is_member(self, community: str, person: PersonRef) -> bool:
        """See ``features.books.People``."""
        found = self._connection.execute(_IS_MEMBER, {"community": community, "person": person})
        return found.first() is not None

    def communities_of(self, person: PersonRef) -> Sequence[str]:
        """See ``features.books.People``."""
        return self._connection.execute(_GROUPS_OF, {"person": person}).scalars().all()

    def count(self, community: str) -> int:
        """See ``features.books.People``."""
        many: int = self._connection.execute(_COUNT, {"community": community}).scalar_one()
        return many

    def opened(self, account: AccountRef, person: PersonRef, chat: ChatRef, now: datetime) -> None:
        """See ``features.books.People``."""
        _OPENED.run(self._connection, account=account, person=person, chat=chat, opened_at=now, touched_at=now)
        self._connection.execute(_FORGET_FAILURE, {"via": account, "whose": person})

    def has_opened(self, account: AccountRef, person: PersonRef) -> bool:
        """See ``features.books.People``."""
        row = self._connection.execute(_CHAT, {"account": account, "person": person}).first()
        return row is not None and row.opened_at is not None

    def home(self, account: AccountRef, person: PersonRef) -> str | None:
        """See ``features.books.People``."""
        row = self._connection.execute(_CHAT, {"account": account, "person": person}).first()
        return row.home if row else None

    def set_home(self, account: AccountRef, person: PersonRef, community: str) -> None:
        """See ``features.books.People``."""
        _SET_HOME.run(self._connection, account=account, person=person, home=community)

    def welcomed(self, community: str, person: PersonRef, now: datetime) -> bool:
        """See ``features.books.People``."""
        return _WELCOME.run(self._connection, community=community, person=person, at=now)

    def reachable(self, account: AccountRef, person: PersonRef, ok: bool, now: datetime) -> None:
        """See ``features.books.People``."""
        _REACHED.run(self._connection, account=account, person=person, reach=ok, touched_at=now)

    def reach(self, account: AccountRef, person: PersonRef) -> bool | None:
        """See ``features.books.People``. None again once a person who could not be reached has opened a chat."""
        row = self._connection.execute(_CHAT, {"account": account, "person": person}).first()
        return row.reach if row else None
