"""Compares raw values with a type and says in plain words what is wrong first, where, and what to write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import msgspec
from msgspec import Struct, inspect

from orchard_bot.settings.toml_lines import KeyPath

_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?:\$|key in \$)(?P<path>.*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.(?P<key>[^.\[]+)|\[(?P<index>\d+)\]|(?P<any>\[\.\.\.\])")
_MISSING = re.compile(r"Object missing required field `(.+)`")
_EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]+)`(?:, got `(?P<got>[^`]+)`|(?P<limit> .+))?")
_WORDS = {
    "str": "text in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list in [ ]",
    "object": "a table",
    "date": "a date like 2024-03-31",
    "time": "a time like 21:00:00",
    "datetime": "a date and time like 2024-03-31T21:00:00Z",
    "null": "nothing",
}


class Finding(Struct, frozen=True):
    """What is wrong at ``at`` (from the value that was checked), and what to write instead."""

    at: KeyPath
    problem: str
    fix: str


def check(raw: Any, type: Any) -> Finding | None:
    """The first thing in ``raw`` that does not fit ``type``, or None. A key that no Struct knows never fits."""
    info = inspect.type_info(type)
    unknown = _unknown_key(raw, info, ())
    if unknown is not None:
        return unknown
    message = _complaint(raw, type)
    if message is None:
        return None
    what, at = _place(raw, type, message)
    node = _node(info, at)
    return _in_words(what, at, _kernel(node, _value(raw, at)), _described(node))


def suggestion(word: str, known: Iterable[str]) -> str:
    """How to repair a misspelt ``word``: the nearest known one, or all of them."""
    choices = sorted(known)
    near = get_close_matches(word, choices, n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{near[0]}'?"
    return f"Use one of: {', '.join(choices)}." if choices else "Remove it."


def _unknown_key(raw: Any, info: inspect.Type, at: KeyPath) -> Finding | None:
    info = _kernel(info, raw)
    if isinstance(info, inspect.StructType) and isinstance(raw, Mapping):
        fields = {field.encode_name: field.type for field in info.fields}
        for key in raw:
            if key not in fields:
                return Finding((*at, key), f"There is no setting called '{key}' here.", suggestion(key, fields))
    for step, value in _parts(raw):
        part = _part(info, step)
        found = None if part is None else _unknown_key(value, part, (*at, step))
        if found is not None:
            return found
    return None


def _parts(raw: Any) -> list[tuple[str | int, Any]]:
    if isinstance(raw, Mapping):
        return list(raw.items())
    return list(enumerate(raw)) if isinstance(raw, list) else []


def _part(info: inspect.Type, step: str | int) -> inspect.Type | None:
    """The type expected one step further down."""
    info = _kernel(info, [] if isinstance(step, int) else {})
    if isinstance(info, inspect.StructType):
        return next((field.type for field in info.fields if field.encode_name == step), None)
    if isinstance(info, inspect.DictType):
        return info.value_type
    if isinstance(info, inspect.CollectionType):
        return info.item_type
    return None


def _kernel(info: inspect.Type, raw: Any) -> inspect.Type:
    """A type without its annotations; of a union, the member that ``raw`` can only mean."""
    while isinstance(info, inspect.Metadata):
        info = info.type
    if isinstance(info, inspect.UnionType):
        wanted: tuple[type, ...] = (inspect.EnumType, inspect.LiteralType)
        if isinstance(raw, list):
            wanted = (inspect.CollectionType,)
        elif isinstance(raw, Mapping):
            wanted = (inspect.StructType, inspect.DictType)
        fitting = [member for member in (_kernel(each, raw) for each in info.types) if isinstance(member, wanted)]
        return fitting[0] if len(fitting) == 1 else info
    return info


def _node(info: inspect.Type, at: KeyPath) -> inspect.Type:
    for step in at:
        part = _part(info, step)
        if part is None:
            return inspect.AnyType()
        info = part
    return info


def _described(info: inspect.Type) -> str:
    """What the ``Meta`` of a type says should be written."""
    if isinstance(info, inspect.Metadata):
        return str((info.extra_json_schema or {}).get("description", "")) or _described(info.type)
    if isinstance(info, inspect.UnionType):
        return next(filter(None, map(_described, info.types)), "")
    return ""


def _complaint(raw: Any, type: Any) -> str | None:
    try:
        msgspec.convert(raw, type, strict=True)
    except msgspec.ValidationError as error:
        return str(error)
    return None


def _place(raw: Any, type: Any, message: str) -> tuple[str, KeyPath]:
    """What a message of msgspec says, and the key path it speaks of.

    msgspec writes ``[...]`` for any entry of a table with free keys; the entry is found by trying them one by one.
    """
    match = _PLACE.match(message)
    assert match is not None, "the pattern matches every text"
    at: KeyPath = ()
    for step in _STEP.finditer(match["path"] or ""):
        if step["any"]:
            at = (*at, _culprit(raw, type, at, message))
        elif step["index"]:
            at = (*at, int(step["index"]))
        else:
            at = (*at, step["key"])
    return match["what"], at


def _culprit(raw: Any, type: Any, at: KeyPath, message: str) -> str:
    table = _value(raw, at)
    alone = (str(key) for key, value in table.items() if _complaint(_with(raw, at, {key: value}), type) == message)
    return next(alone)


def _value(raw: Any, at: KeyPath) -> Any:
    for step in at:
        raw = raw[step]
    return raw


def _with(raw: Any, at: KeyPath, value: Any) -> Any:
    """A copy of ``raw`` with another value at ``at``."""
    if not at:
        return value
    step, rest = at[0], at[1:]
    if isinstance(raw, Mapping):
        return {**raw, step: _with(raw[step], rest, value)}
    return [_with(item, rest, value) if number == step else item for number, item in enumerate(raw)]


def _in_words(what: str, at: KeyPath, info: inspect.Type, described: str) -> Finding:
    name = _named(at)
    missing = _MISSING.fullmatch(what)
    if missing:
        whole = f"{name} lacks" if at else "The file lacks"
        return Finding(at, f"{whole} '{missing[1]}'.", f"Add a line: {missing[1]} = …")
    if isinstance(info, inspect.EnumType | inspect.LiteralType) and what.startswith("Invalid enum value"):
        values = [str(member.value) for member in info.cls] if isinstance(info, inspect.EnumType) else info.values
        written = what.removeprefix("Invalid enum value ").strip("'")
        return Finding(at, f"{name} cannot be '{written}'.", suggestion(written, map(str, values)))
    expected = _EXPECTED.fullmatch(what)
    if expected is None:
        wanted = described or next(
            (words for kind, words in _WORDS.items() if what.endswith(f" {kind}")), "another value"
        )
        return Finding(at, f"{name} cannot be read: {what}.", f"Write {wanted}.")
    wanted = " or ".join(_WORDS.get(word, word) for word in expected["wanted"].split(" | ") if word != "null")
    limit = _limit(expected["limit"])
    if expected["got"]:
        problem = f"{name} is {_WORDS.get(expected['got'], expected['got'])}, but should be {wanted}."
    elif described:
        problem = f"{name} is not written as it should be."
    else:
        problem = f"{name} should be {wanted}{limit}."
    return Finding(at, problem, f"Write {described or wanted + limit}.")


def _limit(text: str | None) -> str:
    if not text:
        return ""
    words = text.replace(" of length >= 1", ", not empty").replace(">=", "at least").replace("<=", "at most")
    return words.replace(" of length", ", its length").replace(" matching regex", " of the form")


def _named(at: KeyPath) -> str:
    key = next((step for step in reversed(at) if isinstance(step, str)), None)
    if key is None:
        return "This file"
    if isinstance(at[-1], int):
        return f"Entry {at[-1] + 1} of '{key}'"
    return f"'{key}'"
