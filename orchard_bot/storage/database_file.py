"""The database file on the disk: its folder, its rights, and the lock that keeps a second bot away."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from orchard_bot.errors import StorageBusy, StorageError, StorageFull

OWNER_ONLY = 0o600


class FileLock:
    """An exclusive lock on ``<database>.lock``, held until ``release`` or the end of the process.

    The lock file stays: removing it would let two processes lock two different files of the same name.
    """

    def __init__(self, database: Path) -> None:
        """Take the lock. Raises StorageBusy when somebody has it, StorageError when the folder is not ours."""
        path = database.with_name(database.name + ".lock")
        with usable(database):
            self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.release()
            raise StorageBusy(
                f"Another Orchard Bot is using {database}. Stop it, or give this one a database of its own."
            ) from error

    def release(self) -> None:
        """Let the next process in. May be called more than once."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.release()


def real_path(database: Path) -> Path:
    """The file's one true path, its folder made if need be, so that two names of it share one lock."""
    with usable(database):
        path = database.resolve()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def existing(database: Path) -> Path:
    """The path of a database that must be there already. Raises StorageError."""
    if not database.is_file():
        raise StorageError(f"There is no database at {database}. Check the path, or start the bot once to create it.")
    return database.resolve()


def create_for_owner(path: Path) -> None:
    """Make an empty file that only its owner can read, before anything is written into it. Existing files stay."""
    with usable(path):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY))


def keep_to_owner(path: Path) -> None:
    """Take everybody else's rights away; SQLite gives its side files the same mode."""
    with usable(path):
        path.chmod(OWNER_ONLY)


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def usable(path: Path) -> Iterator[None]:
    """Whatever the system refuses inside becomes a StorageError with its reason and what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull(f"There is no room for {path}. Free some space on its disk.") from error
        reason = (error.strerror or "unknown reason").lower()
        raise _unusable(path, reason) from error
    except RuntimeError as error:  # how Python < 3.13 says it
        raise _unusable(path, "a symbolic link leads to itself") from error


def _unusable(path: Path, reason: str) -> StorageError:
    return StorageError(
        f"The database {path} cannot be used: {reason}. "
        "Give the bot's user the right to read and write that folder, or set another path for the database."
    )
