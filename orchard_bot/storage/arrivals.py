"""Which events have come already: a stand-in for each id, and nothing else of the event."""

from __future__ import annotations

from itertools import takewhile

from sqlalchemy import Connection, bindparam, delete, select

from orchard_bot.storage.columns import keyring_of
from orchard_bot.storage.tables import arrivals
from orchard_bot.storage.upsert import unless_there

_NOTE = unless_there(arrivals)
_OLDEST = select(arrivals.c.id, arrivals.c.at).order_by(arrivals.c.id).limit(bindparam("limit"))
_DROP = delete(arrivals).where(arrivals.c.id <= bindparam("last"))


class SqlArrivals:
    """See ``runtime.ledger.Arrivals``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        # Asked for every event there is: compiled once, and run on the driver's own cursor.
        insert = _NOTE.on(connection).values(event=bindparam("event"), at=bindparam("at"))
        compiled = insert.compile(dialect=connection.dialect)
        self._sql, self._by_place = str(compiled), compiled.positional
        self._cursor = connection.connection.cursor()
        # On some platforms the id of an event names its author.
        self._token = keyring_of(connection.dialect).token

    def first_time(self, event: str, at: int) -> bool:
        """See ``runtime.ledger.Arrivals``."""
        event = self._token(event)
        self._cursor.execute(self._sql, (event, at) if self._by_place else {"event": event, "at": at})
        return self._cursor.rowcount == 1

    def forget(self, before: int, limit: int) -> int:
        """See ``runtime.ledger.Arrivals``. Looks at the oldest rows alone, however many there are."""
        rows = self._connection.execute(_OLDEST, {"limit": limit}).all()
        old = [row.id for row in takewhile(lambda row: row.at < before, rows)]
        if old:
            self._connection.execute(_DROP, {"last": old[-1]})
        return len(old)
