"""Finds what is installed: adapters, detectors and features, ours and other people's, by entry point."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar, cast

from orchard_bot.chat.platform import PlatformFactory
from orchard_bot.detectors.observation import DetectorFactory
from orchard_bot.errors import MissingExtra, OrchardError
from orchard_bot.features.feature import Feature

T = TypeVar("T")


class TwiceInstalled(OrchardError):
    """Two installed packages provide the same name. Uninstall one of them."""


def adapters() -> dict[str, EntryPoint]:
    """The adapters installed, by name; not imported yet, because each may need an extra."""
    return _named("orchard_bot.adapters")


def adapter(name: str) -> PlatformFactory | None:
    """The adapter of this name. Raises ``MissingExtra`` where its libraries are not installed."""
    entry = adapters().get(name)
    return cast(PlatformFactory, _load(entry)) if entry else None


def detectors() -> dict[str, DetectorFactory]:
    """Every detector installed, by name."""
    return {name: cast(DetectorFactory, _load(entry)) for name, entry in _named("orchard_bot.detectors").items()}


def features() -> list[Feature]:
    """Every feature installed, in the order of their names."""
    return [cast(Feature, _load(entry)) for _, entry in sorted(_named("orchard_bot.features").items())]


def _named(group: str) -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=group):
        if entry.name in found and found[entry.name].value != entry.value:
            raise TwiceInstalled(f"Two installed packages provide {entry.name!r} in {group}. Uninstall one of them.")
        found[entry.name] = entry
    return found


def _load(entry: EntryPoint) -> object:
    try:
        return entry.load()
    except ModuleNotFoundError as error:
        raise MissingExtra(entry.name, error.name or "?") from error
