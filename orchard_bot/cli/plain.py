"""Errors of ours as plain sentences: what is wrong and what to do, without a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from orchard_bot.errors import ConfigError, OrchardError

REFUSED = 1
WRONG_CONFIG = 2


@contextmanager
def plain_refusal() -> Iterator[None]:
    """An ``OrchardError`` inside ends the command with its message: exit code 2 for a wrong file, else 1."""
    try:
        yield
    except BaseExceptionGroup as group:
        known = group.subgroup(OrchardError)
        if known is None or known.exceptions == ():
            raise
        error = _first(known)
        typer.echo(str(error), err=True)
        raise typer.Exit(_code(error)) from None
    except OrchardError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(_code(error)) from None


def _first(group: BaseExceptionGroup[OrchardError]) -> OrchardError:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


def _code(error: OrchardError) -> int:
    return WRONG_CONFIG if isinstance(error, ConfigError) else REFUSED
