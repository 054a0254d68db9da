"""Where groups went, who is known to be in them, and whether the last stop was a clean one."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from orchard_bot.chat.refs import ChatRef, PersonRef
from orchard_bot.storage.tables import members, moves, runs
from orchard_bot.storage.upsert import replacing

_MOVED = replacing(moves)
_MOVES = select(moves.c.community, moves.c.chat)
_MEMBERS = select(members.c.community, members.c.person)
_MARK = replacing(runs)
_LAST = select(runs.c.clean)


class SqlWhereabouts:
    """See ``runtime.ledger.Whereabouts``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def moved(self, community: str, to: ChatRef) -> None:
        """See ``runtime.ledger.Whereabouts``."""
        _MOVED.run(self._connection, community=community, chat=to)

    def moves(self) -> Mapping[str, ChatRef]:
        """See ``runtime.ledger.Whereabouts``."""
        return {row.community: row.chat for row in self._connection.execute(_MOVES)}

    def members(self) -> Mapping[str, frozenset[PersonRef]]:
        """See ``runtime.ledger.Whereabouts``."""
        known: dict[str, set[PersonRef]] = {}
        for row in self._connection.execute(_MEMBERS):
            known.setdefault(row.community, set()).add(row.person)
        return {community: frozenset(people) for community, people in known.items()}

    def start(self) -> bool:
        """See ``runtime.ledger.Whereabouts``."""
        clean = self._connection.execute(_LAST).scalar_one_or_none()
        _MARK.run(self._connection, id=1, clean=False)
        return clean is not False

    def stop(self) -> None:
        """See ``runtime.ledger.Whereabouts``."""
        _MARK.run(self._connection, id=1, clean=True)
