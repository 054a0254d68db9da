"""Salted hashes of what was written lately. Nobody can read them, and without the key nobody can try words on them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, select

from orchard_bot.chat.refs import MessageRef
from orchard_bot.features.recent import Recent
from orchard_bot.storage.columns import keyring_of
from orchard_bot.storage.tables import recent_messages
from orchard_bot.storage.upsert import replacing

_NOTE = replacing(recent_messages)
_ALIKE = (
    select(*(recent_messages.c[name] for name in Recent.__struct_fields__))
    .where(recent_messages.c.community == bindparam("where"), recent_messages.c.words == bindparam("hash"))
    .order_by(recent_messages.c.at.desc(), recent_messages.c.message)
    .limit(bindparam("limit"))
)
_FORGET = delete(recent_messages).where(recent_messages.c.message == bindparam("which"))


class SqlRecentMessages:
    """See ``features.recent.RecentMessages``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._token = keyring_of(connection.dialect).token

    def note(self, recent: Recent, text: str) -> None:
        """See ``features.recent.RecentMessages``."""
        _NOTE.run(
            self._connection,
            message=recent.message,
            community=recent.community,
            words=self._hash(recent.community, text),
            author_token=recent.author,
            author=recent.author,
            author_name=recent.author_name,
            at=recent.at,
        )

    def alike(self, community: str, text: str, limit: int) -> Sequence[Recent]:
        """See ``features.recent.RecentMessages``."""
        values = {"where": community, "hash": self._hash(community, text), "limit": limit}
        return [Recent(**row._mapping) for row in self._connection.execute(_ALIKE, values)]

    def forget(self, message: MessageRef) -> None:
        """See ``features.recent.RecentMessages``."""
        self._connection.execute(_FORGET, {"which": message})

    def _hash(self, community: str, text: str) -> str:
        """The same words in another group are another hash."""
        return self._token(f"{community} {' '.join(text.casefold().split())}")
