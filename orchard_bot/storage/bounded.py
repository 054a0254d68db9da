"""Changes to a bounded number of rows at a time, so that no clean-up holds up the events."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Delete, Table, bindparam, delete, select, tuple_


def delete_some(table: Table, condition: ColumnElement[bool]) -> Delete:
    """Delete up to ``:limit`` of the rows for which this holds."""
    keys = list(table.primary_key)
    return delete(table).where(tuple_(*keys).in_(select(*keys).where(condition).limit(bindparam("limit"))))
