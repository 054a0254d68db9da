"""The settings as a page: every field of the settings' types with its kind, its default and its help text.

The help text is the docstring below a field. Adapters are found in ``adapters/``: a ``settings.py`` whose type is
named after the adapter, as ``SandboxSettings``.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from datetime import time
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.inspect import (
    BoolType,
    CollectionType,
    EnumType,
    IntType,
    Metadata,
    StructType,
    TimeType,
    Type,
    UnionType,
    type_info,
)

from orchard_bot.settings.orchard import OrchardSettings

ADAPTERS = Path(__file__).parents[1] / "adapters"
_KINDS = {BoolType: "true or false", IntType: "a whole number", TimeType: "a time, such as 21:00:00"}


def settings_page() -> str:
    """A heading for each setting, in the order of the file."""
    lines = list(_of_struct(OrchardSettings, ""))
    for name, struct in adapters().items():
        lines += _of_struct(struct, f"adapters.{name}")
    return "\n".join(lines)


def adapters() -> dict[str, type[Struct]]:
    """The settings of each adapter in the tree, by the adapter's name."""
    names = [folder.name.removeprefix("orchard_") for folder in sorted(ADAPTERS.glob("orchard_*"))]
    return {name: getattr(import_module(f"orchard_{name}.settings"), f"{name.title()}Settings") for name in names}


def field_help(struct: type) -> dict[str, str]:
    """The docstring below each field of a class."""
    [tree] = ast.parse(inspect.getsource(struct)).body
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for field, below in zip(tree.body, tree.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            found[field.target.id] = inspect.cleandoc(ast.literal_eval(below.value))
    return found


def _of_struct(struct: type[Struct], path: str) -> Iterator[str]:
    help_texts, parts = field_help(struct), list[tuple[type[Struct], str]]()
    if path:
        yield f"## {path}\n"
        yield f"{_plain(inspect.cleandoc(struct.__doc__ or ''))}\n"
    for field in msgspec.structs.fields(struct):
        name = f"{path}.{field.encode_name}" if path else field.encode_name
        inner = _struct_in(type_info(field.type))
        if inner is not None:
            parts.append((inner, name))
        if inner is None or path:
            yield f"{'###' if path else '##'} {name}\n"
            yield f"{_plain(help_texts[field.name])}\n"
            yield f"{_kind(type_info(field.type))}. {_default(field)}\n"
    for inner, name in parts:
        yield from _of_struct(inner, name)


def _struct_in(info: Type) -> type[Struct] | None:
    if isinstance(info, Metadata):
        return _struct_in(info.type)
    if isinstance(info, StructType):
        return info.cls
    return _struct_in(info.item_type) if isinstance(info, CollectionType) and hasattr(info, "item_type") else None


def _kind(info: Type) -> str:
    if isinstance(info, Metadata):
        described = (info.extra_json_schema or {}).get("description")
        return str(described).capitalize() if described else _kind(info.type)
    if isinstance(info, EnumType):
        return "One of " + ", ".join(f'`"{member.value}"`' for member in info.cls)
    if isinstance(info, UnionType):
        return _kind(next(one for one in info.types if type(one).__name__ != "NoneType"))
    if isinstance(info, StructType | CollectionType) or type(info).__name__ in {"VarTupleType", "DictType"}:
        listed = isinstance(info, CollectionType)
        return "A list of tables" if listed and _struct_in(info) else "A list of texts" if listed else "A table"
    return _KINDS.get(type(info), "text in quotes").capitalize()


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "It has to be given."
    value: Any = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    written = _written(value)
    return f"Left out: `{written}`." if written else "It may be left out."


def _written(value: Any) -> str:
    """The value as it would stand in the file; empty where that would say little."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        return f'"{value.value}"'
    if isinstance(value, str):
        return f'"{value}"'
    return str(value) if isinstance(value, int | time) else ""


def _plain(text: str) -> str:
    return text.replace("``", "`")
