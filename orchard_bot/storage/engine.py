"""The storage port: units of work over one SQL connection, whichever database is behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection

T = TypeVar("T")


class Engine(Protocol):
    """Runs units of work; a unit is a synchronous function over a ``sqlalchemy.Connection``.

    A unit runs inside a transaction it does not own: it never commits and never rolls back (``begin_nested`` is
    allowed), never waits on the network, and returns plain values, not an open ``Result``. It may run on another
    thread.
    """

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run the unit and return its value once the transaction that holds it is durable.

        Units take effect in the order of the calls. A unit that raises is undone, and only its caller sees the error.
        A cancelled caller does not learn whether its unit was stored; the unit still runs.
        Raises StorageFull, StorageBusy or StorageError when nothing could be confirmed.
        """

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run a unit that only looks, on one consistent snapshot, without waiting for writers.

        It sees every write that had returned before the call. Raises StorageError when the unit tries to write.
        """

    async def scrub(self) -> None:
        """Remove what deleted rows left behind in the database's own side files. Call it after an erasure.

        Raises StorageBusy while somebody still reads the old rows: nothing is lost, ask again later.
        """

    async def close(self) -> None:
        """Finish the units already accepted, then let go of the database. May be called more than once."""
