"""Changes to a bounded number of rows at a time, so that no clean-up holds up the events."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Delete, Table, Update, bindparam, delete, select, tuple_, update


def delete_some(table: Table, condition: ColumnElement[bool]) -> Delete:
    """Delete up to ``:limit`` of the rows for which this holds."""
    return delete(table).where(_some(table, condition))


def update_some(table: Table, condition: ColumnElement[bool], values: dict[str, Any]) -> Update:
    """Change up to ``:limit`` of the rows for which this holds."""
    return update(table).where(_some(table, condition)).values(values)


def _some(table: Table, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    keys = list(table.primary_key)
    return tuple_(*keys).in_(select(*keys).where(condition).limit(bindparam("limit")))
