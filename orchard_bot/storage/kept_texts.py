"""Texts to learn from, each with the yes of its poster and of a moderator."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, bindparam, delete, select

from orchard_bot.chat.refs import MessageRef, PersonRef
from orchard_bot.features.books import KeptText
from orchard_bot.storage.tables import kept_texts
from orchard_bot.storage.upsert import replacing

_KEEP = replacing(kept_texts)
_FORGET_MESSAGE = delete(kept_texts).where(kept_texts.c.message == bindparam("about"))
_FORGET_PERSON = delete(kept_texts).where(
    kept_texts.c.community == bindparam("its"), kept_texts.c.person == bindparam("whose")
)
_ALL = select(*(kept_texts.c[name] for name in KeptText.__struct_fields__)).order_by(
    kept_texts.c.at, kept_texts.c.message
)


class SqlKeptTexts:
    """See ``features.books.KeptTexts``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, text: KeptText) -> None:
        """See ``features.books.KeptTexts``."""
        _KEEP.run(self._connection, **msgspec.structs.asdict(text))

    def forget_message(self, message: MessageRef) -> bool:
        """See ``features.books.KeptTexts``."""
        return self._connection.execute(_FORGET_MESSAGE, {"about": message}).rowcount == 1

    def forget_person(self, community: str, person: PersonRef) -> int:
        """See ``features.books.KeptTexts``."""
        return self._connection.execute(_FORGET_PERSON, {"its": community, "whose": person}).rowcount

    def all(self) -> Sequence[KeptText]:
        """See ``features.books.KeptTexts``."""
        rows = self._connection.execute(_ALL)
        return [KeptText(**{**row._mapping, "labels": tuple(row.labels)}) for row in rows]
