"""Builds detectors from options given as a mapping, the way the policy's loader does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias, TypeVar

import pytest

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.observation import Detector, DetectorFactory, Options
from orchard_bot.settings.toml_file import TomlFile, parse_toml
from orchard_bot.settings.toml_lines import KeyPath

T = TypeVar("T")

Build: TypeAlias = Callable[..., Detector]


class GivenOptions:
    """Options that stand in no file."""

    def __init__(self, given: dict[str, object]) -> None:
        self._file: TomlFile = parse_toml("", Path("given.toml"))
        self._given = given

    def read(self, type: type[T]) -> T:
        return self._file.fit(self._given, type, ())

    def refuse(self, *at: str | int, problem: str, fix: str) -> Exception:
        place: KeyPath = at
        return self._file.refuse(place, problem, fix=fix)


@pytest.fixture(scope="session")
def build() -> Build:
    """``build(factory, clause="swearing", **options)``."""

    def made(factory: DetectorFactory, clause: str = "swearing", **options: object) -> Detector:
        return factory(DetectorSpec(name="watcher", clause=clause, note_at=0.75), GivenOptions(options))

    return made


@pytest.fixture
def no_options() -> Options:
    """Options that an operator left alone."""
    return GivenOptions({})
