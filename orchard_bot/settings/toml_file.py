"""A TOML file that an operator wrote: read, turned into typed settings, and refused in words that help.

read_toml(path)          the raw mapping with its line numbers
file.convert(Type)       the whole file, or one part of it, as a frozen ``msgspec.Struct``
file.refuse(at, …)       the ConfigError for one key, with file and line
load(path, Type)         both at once
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import tomli

from orchard_bot.errors import ConfigError
from orchard_bot.settings.expectations import check
from orchard_bot.settings.toml_lines import KeyPath, lines_of

T = TypeVar("T")


def load(path: Path | str, type: type[T]) -> T:
    """The file at ``path`` as ``type``. Raises ConfigError with file, line and fix."""
    return read_toml(path).convert(type)


def read_toml(path: Path | str) -> TomlFile:
    """The file at ``path``, read and parsed but not yet checked. Raises ConfigError."""
    path = Path(path)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        fix = "Check the path, or run `orchard-bot init` to write a working configuration."
        raise ConfigError("There is no such file.", fix=fix, file=path) from None
    except OSError as error:
        fix = "Give the path of a file that the bot's user may read."
        raise ConfigError(f"The file cannot be read: {error.strerror}.", fix=fix, file=path) from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fix = "Save the file as UTF-8 text."
        raise ConfigError("This line is not UTF-8 text.", fix=fix, file=path, line=line) from error
    return parse_toml(text, path)


def parse_toml(text: str, path: Path | str) -> TomlFile:
    """``text`` as if it stood in the file ``path``. Raises ConfigError where it is not TOML."""
    try:
        return TomlFile(Path(path), text, tomli.loads(text))
    except tomli.TOMLDecodeError as error:
        line = min(error.lineno, text.rstrip().count("\n") + 1)
        raise ConfigError(
            f"This is not valid TOML: {error.msg}.", fix=_syntax_fix(text, line), file=path, line=line
        ) from error


class TomlFile:
    """One file. ``data`` is what the parser read; ``path`` is for messages."""

    def __init__(self, path: Path, text: str, data: dict[str, Any]) -> None:
        self.path = path
        self.data: Mapping[str, Any] = data
        self._text = text

    @cached_property
    def _lines(self) -> Mapping[KeyPath, int]:
        return lines_of(self._text)

    def line_of(self, at: KeyPath) -> int | None:
        """The line of the key path ``at``, or of the nearest thing around it; None at the top of the file."""
        while at:
            if at in self._lines:
                return self._lines[at]
            at = at[:-1]
        return None

    def refuse(self, at: KeyPath, problem: str, *, fix: str) -> ConfigError:
        """The error to raise for what stands at ``at``."""
        return ConfigError(problem, fix=fix, file=self.path, line=self.line_of(at))

    def value(self, at: KeyPath) -> Any:
        """The raw value at ``at``. Raises KeyError or IndexError where there is none."""
        value: Any = self.data
        for step in at:
            value = value[step]
        return value

    def convert(self, type: type[T], at: KeyPath = ()) -> T:
        """What stands at ``at`` as ``type``: no unknown key, no wrong type, nothing missing. Raises ConfigError."""
        return self.fit(self.value(at), type, at)

    def fit(self, raw: Any, type: type[T], at: KeyPath) -> T:
        """``raw`` as ``type``, as if it stood at ``at``. Raises ConfigError."""
        finding = check(raw, type)
        if finding is not None:
            raise self.refuse((*at, *finding.at), finding.problem, fix=finding.fix)
        return msgspec.convert(raw, type, strict=True)


def _syntax_fix(text: str, line: int) -> str:
    lines = text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    _, equals, value = written.partition("=")
    if equals and value.strip()[:1].isalpha() and value.strip() not in ("true", "false"):
        return "Put quotes around the text after the equals sign."
    return "Write key = value, with text in quotes, lists in [ ] and each table's name alone in [brackets]."
