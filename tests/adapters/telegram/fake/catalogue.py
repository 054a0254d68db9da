"""The methods the server knows, each with its parameters: what is not named here is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from tests.adapters.telegram.fake.model import Json
from tests.adapters.telegram.fake.refusal import Refused, bad
from tests.adapters.telegram.fake.state import Bot, State

Reader: TypeAlias = Callable[[str, Any], Any]
"""Makes a value of what was sent under this name; raises ``Refused``."""
Deed: TypeAlias = Callable[[State, Bot, Json], Any]


def integer(name: str, value: Any) -> int:
    """An Integer, as a number or as digits."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise bad(f'fake: "{name}" must be an Integer')
    try:
        return int(value)
    except ValueError:
        raise bad(f'fake: "{name}" must be an Integer') from None


def boolean(name: str, value: Any) -> bool:
    """A Boolean."""
    words = {True: True, False: False, "true": True, "false": False}
    if not isinstance(value, bool | str) or value not in words:
        raise bad(f'fake: "{name}" must be true or false')
    return words[value]


def text(name: str, value: Any) -> str:
    """A String."""
    if not isinstance(value, str):
        raise bad(f'fake: "{name}" must be a String')
    return value


def chat(name: str, value: Any) -> int | str:
    """An Integer or a @username."""
    if isinstance(value, str) and value.startswith("@"):
        return value
    if value == "":
        raise bad("chat_id is empty")
    try:
        return integer(name, value)
    except Refused:
        raise bad("chat not found") from None  # what Telegram makes of a number that is none


def fields(**known: Reader) -> Reader:
    """A JSON object with these fields and no others."""

    def read(name: str, value: Any) -> Json:
        loaded = _loaded(name, value)
        if not isinstance(loaded, dict):
            raise bad(f"object expected as {name.replace('_', ' ')}")
        return read_fields(name, known, loaded)

    return read


def array(each: Reader) -> Reader:
    """A JSON array."""

    def read(name: str, value: Any) -> list[Any]:
        loaded = _loaded(name, value)
        if not isinstance(loaded, list):
            raise bad(f'fake: "{name}" must be an Array')
        return [each(name, item) for item in loaded]

    return read


def read_fields(owner: str, known: dict[str, Reader], given: Json) -> Json:
    """Each value read; an unknown name is refused."""
    for name in given:
        if name not in known:
            raise bad(f'fake: {owner} has no parameter "{name}"')
    return {name: known[name](name, value) for name, value in given.items()}


def _loaded(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise bad(f"can't parse {name.replace('_', ' ')} JSON object") from None


@dataclass(frozen=True, slots=True)
class Method:
    """A method: ``writes``: it is sent to a chat and counts towards Telegram's limits."""

    name: str
    deed: Deed
    known: dict[str, Reader]
    required: tuple[str, ...]
    writes: bool

    def read(self, given: Json) -> Json:
        """The parameters, typed. Raises ``Refused``."""
        read = read_fields(self.name, self.known, given)
        for name in self.required:
            if name not in read:
                raise bad(_MISSING.get(name, f'parameter "{name}" is required'))
        return read


_MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
    "user_id": "invalid user_id specified",
}

_WRITES = frozenset({"sendMessage", "sendDocument", "editMessageText", "editMessageReplyMarkup"})

METHODS: dict[str, Method] = {}
"""By the name in small letters: Telegram does not tell them apart."""


def method(name: str, *required: str, **known: Reader) -> Callable[[Deed], Deed]:
    """Put a deed into the catalogue."""

    def put(deed: Deed) -> Deed:
        METHODS[name.lower()] = Method(name, deed, known, required, writes=name in _WRITES)
        return deed

    return put
