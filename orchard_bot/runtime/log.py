"""The log: what happened, never what was said or by whom. An allow-list of fields, whoever writes the line.

A fault is logged as the kind of error and the places in the code it passed, without its message: an exception's
text may hold anything.
"""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from pathlib import Path
from traceback import extract_tb
from typing import Any, TextIO

import structlog
from structlog.typing import FilteringBoundLogger, WrappedLogger

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "account", "adapter", "community", "detector", "feature", "kind", "error",
        "where", "reference", "count", "seconds", "tries", "version", "revision", "signal", "address", "status",
        "restarts", "malformed", "duplicates", "step", "priority", "backup",
    }
)  # fmt: skip
"""Names of fields that may appear in a line. None of them ever holds text, names or numbers of people."""


def only_allowed(_: WrappedLogger, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drops every field that is not on the list; says how many were dropped."""
    dropped = [name for name in line if name not in ALLOWED]
    for name in dropped:
        del line[name]
    if dropped:
        line["count"] = len(dropped)
        line["kind"] = "fields dropped"
    return line


class Log:
    """Lines for the operator."""

    def __init__(self, logger: FilteringBoundLogger) -> None:
        self._logger = logger

    def info(self, what: str, **fields: object) -> None:
        """Something worth knowing happened."""
        self._logger.info(what, **fields)

    def warning(self, what: str, **fields: object) -> None:
        """Something to look into."""
        self._logger.warning(what, **fields)

    def fault(self, what: str, error: BaseException, **fields: object) -> None:
        """Something of ours or of a platform went wrong."""
        frames = extract_tb(error.__traceback__)[-6:]
        where = " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
        self._logger.error(what, error=type(error).__name__, where=where, **fields)


def make_log(stream: TextIO | None = None, *, json: bool | None = None) -> Log:
    """A log that writes to ``stream`` (stderr by default): readable on a terminal, JSON elsewhere."""
    out = stream or sys.stderr
    as_json = (not out.isatty()) if json is None else json
    finish: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=out.isatty())
    )
    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.WriteLogger(out),
        processors=[
            structlog.processors.add_log_level,
            only_allowed,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            finish,
        ],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        cache_logger_on_first_use=True,
    )
    return Log(logger)


def silent_log() -> Log:
    """A log that writes nothing, for tests and one-off commands."""
    return Log(
        structlog.wrap_logger(None, processors=[_drop], wrapper_class=structlog.make_filtering_bound_logger("critical"))
    )


def _drop(_: WrappedLogger, __: str, ___: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    raise structlog.DropEvent
