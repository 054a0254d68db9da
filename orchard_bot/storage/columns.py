"""Column types of ours: moments and refs, the same in SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Dialect, Integer, Text, TypeDecorator

from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef

R = TypeVar("R", AccountRef, ChatRef, MessageRef, PersonRef)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)

RowId = BigInteger().with_variant(Integer(), "sqlite")
"""A counted key; SQLite counts only a column of the type INTEGER."""


class Moment(TypeDecorator[datetime]):
    """A moment in UTC as whole microseconds since 1970: exact, ordered, and without a time zone to lose."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Raises ValueError for a datetime without a time zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("Give a time with its time zone.")
        return (value - _EPOCH) // _TICK

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class Ref(TypeDecorator[R]):
    """A ref in its string form."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[R]) -> None:
        super().__init__()
        self.kind: type[R] = kind

    def process_bind_param(self, value: R | None, dialect: Dialect) -> str | None:
        """The string form; an object of another kind is a mistake of ours and raises TypeError."""
        if value is None:
            return None
        if not isinstance(value, self.kind):
            raise TypeError(f"This column keeps a {self.kind.__name__}.")
        return str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> R | None:
        """The ref again."""
        return None if value is None else self.kind.parse(value)
