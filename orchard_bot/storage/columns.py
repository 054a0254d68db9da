"""Column types of ours: moments and refs, the same in SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from sqlalchemy import BigInteger, Dialect, Engine, Integer, LargeBinary, Text, TypeDecorator

from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef

if TYPE_CHECKING:
    from orchard_bot.storage.keyring import Keyring

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


_KEYRING = "keyring"


def sealed_with(engine: Engine, keyring: Keyring) -> Engine:
    """The same engine; what it reads and writes in sealed columns is opened and sealed with these keys."""
    vars(engine.dialect)[_KEYRING] = keyring
    return engine


def keyring_of(dialect: Dialect) -> Keyring:
    """The keys that belong to the database behind this dialect."""
    found: Keyring = vars(dialect)[_KEYRING]
    return found


class Sealed(TypeDecorator[Any]):
    """What people wrote, who they are, and events and intents that say so: sealed at rest with the database's keys.

    ``of`` is what it is in Python: str, bytes, dict (as JSON), PersonRef or MessageRef. Reading raises KeyMissing.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, of: type) -> None:
        super().__init__()
        self.of = of

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Sealed with the newest key; no words are kept as no words."""
        if value is None or value == "":
            return None if value is None else b""
        return keyring_of(dialect).seal(_IN[self.of](value))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """What was sealed."""
        if not value:
            return None if value is None else ""
        return _OUT[self.of](keyring_of(dialect).open(value))


_IN: dict[type, Callable[[Any], bytes]] = {
    str: str.encode,
    bytes: bytes,
    dict: msgspec.json.encode,
    PersonRef: lambda person: str(person).encode(),
    MessageRef: lambda message: str(message).encode(),
}
_OUT: dict[type, Callable[[bytes], Any]] = {
    str: bytes.decode,
    bytes: bytes,
    dict: msgspec.json.decode,
    PersonRef: lambda person: PersonRef.parse(person.decode()),
    MessageRef: lambda message: MessageRef.parse(message.decode()),
}


class Token(TypeDecorator[Any]):
    """A ref as a stand-in that can be looked for, but not read: ``Keyring.token``. Reading gives the stand-in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: PersonRef | MessageRef | None, dialect: Dialect) -> str | None:
        """The stand-in."""
        return None if value is None else keyring_of(dialect).token(str(value))
