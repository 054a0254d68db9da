"""Points to return to inside a unit of work, at the price of two short statements."""

from __future__ import annotations

from collections.abc import Callable

from orchard_bot.errors import StorageError
from orchard_bot.storage.sqlite_connection import in_our_words


class SqlSavepoint:
    """``with ledger.savepoint():`` undoes what was written inside if an exception leaves it."""

    def __init__(self, execute: Callable[[str], object], name: str) -> None:
        self._execute, self._name = execute, name

    def __enter__(self) -> None:
        self._execute(f"SAVEPOINT {self._name}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object, /) -> None:
        if error is not None:
            try:
                self._execute(f"ROLLBACK TO SAVEPOINT {self._name}")
            except Exception as failure:
                # The database has given up the whole transaction: whoever would catch ``error`` must not go on in it.
                ours = in_our_words(error) or StorageError("The database gave up this work. Nothing of it was kept.")
                raise ours from failure
        self._execute(f"RELEASE SAVEPOINT {self._name}")
