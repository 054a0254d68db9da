"""What went wrong and waits for a person: counts alone."""

from __future__ import annotations

from sqlalchemy import Connection, Select, bindparam, func, or_, select

from orchard_bot.storage.tables import letters, queue

_PARKED = select(func.count()).select_from(queue).where(queue.c.parked_at.is_not(None))
# A dead letter of which nothing says whose it is counts everywhere: better twice than unseen.
_DEAD = (
    select(func.count())
    .select_from(letters)
    .where(
        letters.c.state == "dead",
        or_(letters.c.community == bindparam("community"), letters.c.community.is_(None)),
    )
)
_WAITING = select(func.count()).select_from(letters).where(letters.c.state == "waiting")


class SqlHealth:
    """See ``features.books.Health``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def parked(self) -> int:
        """See ``features.books.Health``."""
        return self._count(_PARKED)

    def dead_letters(self, community: str) -> int:
        """See ``features.books.Health``."""
        return self._count(_DEAD, community=community)

    def waiting_to_send(self) -> int:
        """See ``features.books.Health``. Without those kept until somebody opens a private chat."""
        return self._count(_WAITING)

    def _count(self, statement: Select[int], **values: str) -> int:
        return self._connection.execute(statement, values).scalar_one()
