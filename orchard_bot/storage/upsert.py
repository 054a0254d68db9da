"""Inserts that mind a row already there. Each database has its own words for them, so they are made for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import sqlite

Changes: TypeAlias = Callable[[Any], Mapping[str, Any]]
"""From the row that was to be inserted: the new values of the columns of the row that is there."""


class Upsert:
    """One insert with its conflict clause."""

    def __init__(self, table: Table, changes: Changes | None) -> None:
        self._table, self._changes = table, changes
        self._made: dict[str, Insert] = {}

    def on(self, connection: Connection) -> Insert:
        """The statement in the words of the database behind this connection."""
        name = connection.dialect.name
        if name not in self._made:
            self._made[name] = _MAKERS[name](self._table, self._changes)
        return self._made[name]

    def run(self, connection: Connection, **values: Any) -> bool:
        """Insert one row; False where nothing was written."""
        return connection.execute(self.on(connection), values).rowcount == 1

    def run_all(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """The same for several rows with the same columns."""
        if rows:
            connection.execute(self.on(connection), rows)


def unless_there(table: Table) -> Upsert:
    """A row that is there already stays as it is, whichever of its unique keys says so."""
    return Upsert(table, None)


def replacing(table: Table, *names: str) -> Upsert:
    """A row with this primary key takes the new values of the columns named, or of all the others."""
    keys = {column.name for column in table.primary_key}
    chosen = names or tuple(column.name for column in table.columns if column.name not in keys)
    return Upsert(table, lambda new: {name: new[name] for name in chosen})


def _on_sqlite(table: Table, changes: Changes | None) -> Insert:
    new = sqlite.insert(table).inline().execution_options(preserve_rowcount=True)
    if changes is None:
        return new.on_conflict_do_nothing()
    return new.on_conflict_do_update(index_elements=list(table.primary_key), set_=dict(changes(new.excluded)))


def _on_postgresql(table: Table, changes: Changes | None) -> Insert:
    # Costs a tenth of the start-up where it is not needed.
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    new = postgresql.insert(table).inline().execution_options(preserve_rowcount=True)
    if changes is None:
        return new.on_conflict_do_nothing()
    return new.on_conflict_do_update(index_elements=list(table.primary_key), set_=dict(changes(new.excluded)))


_MAKERS = {"sqlite": _on_sqlite, "postgresql": _on_postgresql}
