"""Reads what the bot says: its own ``wording.toml``, and on top of it the sentences an operator has put differently."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from types import MappingProxyType

from msgspec import Struct

from orchard_bot.community.wording import Wording
from orchard_bot.settings.expectations import suggestion
from orchard_bot.settings.toml_file import TomlFile, read_toml

DEFAULT = Path(__file__).parent.parent / "wording.toml"
LABEL = "choice."
LABEL_LIMIT = 40
ENTRY_LIMIT = 900


class _Sections(Struct, frozen=True, forbid_unknown_fields=True):
    public: dict[str, str] = {}
    private: dict[str, str] = {}


def load_wording(
    path: Path | None = None,
    *,
    own: Path = DEFAULT,
    more_public: Mapping[str, str] = MappingProxyType({}),
    more_private: Mapping[str, str] = MappingProxyType({}),
) -> Wording:
    """The wording, with the entries of the operator's file at ``path`` in place of the bot's own.

    ``more_public`` and ``more_private`` are sentences that features from other packages bring; an operator may put
    those differently too.

    Raises ConfigError, with file, line and fix, for an entry the bot does not have, one in the wrong section, a
    field it cannot fill in, an empty or overlong text.
    """
    bots = _own(own)
    ours = _Sections({**more_public, **bots.public}, {**more_private, **bots.private})
    if path is None:
        return Wording(ours.public, ours.private)
    file = read_toml(path)
    theirs = file.convert(_Sections)
    _check(file, theirs)
    _compare(file, "public", theirs.public, ours.public, ours.private)
    _compare(file, "private", theirs.private, ours.private, ours.public)
    return Wording({**ours.public, **theirs.public}, {**ours.private, **theirs.private})


def _own(path: Path) -> _Sections:
    file = read_toml(path)
    sections = file.convert(_Sections)
    _check(file, sections)
    for key in sections.private:
        if key in sections.public:
            problem = f"'{key}' is public and private."
            raise file.refuse(("private", key), problem, fix="Give this one another key.")
    return sections


def _check(file: TomlFile, sections: _Sections) -> None:
    for section, entries in (("public", sections.public), ("private", sections.private)):
        for key, text in entries.items():
            limit = LABEL_LIMIT if key.startswith(LABEL) else ENTRY_LIMIT
            if not text.strip():
                raise file.refuse((section, key), f"'{key}' is empty.", fix="Write what the bot should say.")
            if len(text) > limit:
                problem = f"'{key}' has {len(text)} characters; {limit} is the most."
                raise file.refuse((section, key), problem, fix="Say it more briefly.")
            _fields(file, section, key, text)


def _compare(
    file: TomlFile, section: str, theirs: Mapping[str, str], own: Mapping[str, str], other: Mapping[str, str]
) -> None:
    for key, text in theirs.items():
        at = (section, key)
        if key in other:
            right = "private" if section == "public" else "public"
            raise file.refuse(at, f"'{key}' is not {section}.", fix=f"Move it under [{right}].")
        if key not in own:
            raise file.refuse(at, f"The bot says nothing called '{key}'.", fix=suggestion(key, own))
        known = _fields(file, section, key, own[key])
        for field in sorted(_fields(file, section, key, text) - known):
            fix = suggestion(field, known) if known else "This sentence has no fields: take the braces out."
            raise file.refuse(at, f"'{key}' has no field {{{field}}}.", fix=fix)


def _fields(file: TomlFile, section: str, key: str, text: str) -> frozenset[str]:
    """The names between braces; nothing but plain names is allowed there."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        parts = [("", "", "", "")]
    for _, name, form, conversion in parts:
        if name is not None and (not name.isidentifier() or form or conversion):
            fix = "Write fields as {name}; a brace that is meant to be read is written twice: {{ or }}."
            raise file.refuse((section, key), f"The braces in '{key}' cannot be read.", fix=fix)
    return frozenset(name for _, name, _, _ in parts if name is not None)
