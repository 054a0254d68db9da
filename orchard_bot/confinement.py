"""A process that opens what a stranger made ties its own hands first."""

from __future__ import annotations

import os
import sys

from msgspec import Struct

_REFUSED = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.remove",
    "os.rename",
    "shutil.",
)


class Limits(Struct, frozen=True, kw_only=True):
    """What the process may use at most."""

    memory: int
    """Bytes of address space."""
    cpu_seconds: int
    open_files: int = 64


def tie_hands(limits: Limits) -> None:
    """No more memory and time than this, no file written, no network, no other program. Cannot be undone."""
    try:
        import resource  # noqa: PLC0415 - Windows has none; the wall clock still holds there
    except ModuleNotFoundError:
        pass
    else:
        for what, most in (
            (resource.RLIMIT_AS, limits.memory),
            (resource.RLIMIT_CPU, limits.cpu_seconds),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_NOFILE, limits.open_files),
        ):
            _, hard = resource.getrlimit(what)
            wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (wanted, wanted))
    sys.addaudithook(_refuse)


def _refuse(event: str, args: tuple[object, ...]) -> None:
    writes = event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if writes or event.startswith(_REFUSED):
        raise PermissionError("what reads a stranger's file may not do this")
