"""The database file on the disk: its folder, its rights, and the lock that keeps a second bot away."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from orchard_bot.errors import StorageBusy, StorageError

OWNER_ONLY = 0o600


class FileLock:
    """An exclusive lock on ``<database>.lock``, held until ``release`` or the end of the process.

    The lock file stays: removing it would let two processes lock two different files of the same name.
    """

    def __init__(self, database: Path) -> None:
        """Take the lock. Raises StorageBusy when somebody has it, StorageError when the folder is not ours."""
        path = database.with_name(database.name + ".lock")
        try:
            self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
        except OSError as error:
            raise unusable(database, error) from error
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

    def __enter__(self) -> FileLock:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.release()


def real_path(database: Path) -> Path:
    """The file's one true path, its folder made if need be, so that two names of it share one lock."""
    try:
        path = database.resolve()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: a symbolic link that leads to itself
        raise unusable(database, error) from error
    return path


def existing(database: Path) -> Path:
    """The path of a database that must be there already. Raises StorageError."""
    if not database.is_file():
        raise StorageError(f"There is no database at {database}. Check the path, or start the bot once to create it.")
    return database.resolve()


def create_for_owner(path: Path) -> None:
    """Make an empty file that only its owner can read, before anything is written into it. Existing files stay."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, OWNER_ONLY))
    except OSError as error:
        raise unusable(path, error) from error


def keep_to_owner(path: Path) -> None:
    """Take everybody else's rights away; SQLite gives its side files the same mode."""
    try:
        path.chmod(OWNER_ONLY)
    except OSError as error:
        raise unusable(path, error) from error


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unusable(path: Path, error: Exception) -> StorageError:
    """The error for a path we cannot use, with the system's reason and what to do."""
    reason = (error.strerror or "unknown reason").lower() if isinstance(error, OSError) else "a link leads to itself"
    return StorageError(
        f"The database {path} cannot be used: {reason}. "
        "Give the bot's user the right to read and write that folder, or set another path for the database."
    )
