"""The part ``[adapters.sandbox]`` of the configuration, typed and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from orchard_bot.errors import ConfigError
from orchard_bot.testing.profiles import ALL
from orchard_sandbox.cast import CAST, CastMember, GroupSettings

PLACE = "[adapters.sandbox]"
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}")


class SandboxSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator may set. Every field has a sensible value, so the part may be empty."""

    profile: str = "telegram"
    """Which platform the sandbox behaves like at first; the page can change it."""
    group: GroupSettings = GroupSettings()
    """The class group."""
    people: tuple[CastMember, ...] = CAST
    """Everybody with a phone; left out: two moderators and four parents."""
    opening_scene: bool = True
    """Whether the group has been talking already when the page opens."""
    hosts: tuple[str, ...] = ()
    """Host names, besides localhost and plain addresses, under which browsers may reach the page."""


def read(settings: Mapping[str, Any]) -> SandboxSettings:
    """The settings as given in the file. Raises ``ConfigError`` with the fix where something is wrong."""
    try:
        found = msgspec.convert(dict(settings), SandboxSettings)
    except msgspec.ValidationError as error:
        raise _wrong(str(error), _fix(settings)) from error
    _check_profile(found.profile)
    _check_people(found.people)
    _check_id(found.group.id, "The group's id")
    return found


def _check_profile(name: str) -> None:
    if name not in ALL:
        raise _wrong(f"There is no profile {name!r}.", f"Write one of: {', '.join(ALL)}.")


def _check_people(people: Sequence[CastMember]) -> None:
    for each in people:
        _check_id(each.id, "A person's id")
    ids = [each.id for each in people]
    if len(set(ids)) < len(ids):
        raise _wrong("Two people have the same id.", "Give each entry of people an id of its own.")
    if not any(each.moderator for each in people):
        raise _wrong("Nobody among the people is a moderator.", "Write moderator = true for at least one of them.")


def _check_id(id: str, what: str) -> None:
    if not _ID.fullmatch(id):
        raise _wrong(f"{what} is not usable.", "Use 1 to 31 lower-case letters, digits, '-' and '_', e.g. amira.")


def _fix(settings: Mapping[str, Any]) -> str:
    fields = ", ".join(SandboxSettings.__struct_fields__)
    unknown = [name for name in settings if name not in SandboxSettings.__struct_fields__]
    if unknown:
        return f"Remove {unknown[0]!r}; the settings here are: {fields}."
    return f"Correct the value at the place named. The settings here are: {fields}."


def _wrong(problem: str, fix: str) -> ConfigError:
    return ConfigError(problem, fix=fix, file=PLACE)
