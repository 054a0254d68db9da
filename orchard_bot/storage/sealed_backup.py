"""Backups that need the key: a copy of the database in a sealed file, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchard_bot.storage.backup import backup
from orchard_bot.storage.database_file import create_for_owner, existing, real_path, usable
from orchard_bot.storage.keyring import Keyring
from orchard_bot.storage.sealed_file import PIECE, is_sealed, read_sealed, write_sealed


def sealed_backup(source: Path, target: Path, keyring: Keyring) -> None:
    """Write a consistent copy of a database, in use or not, to a new sealed file.

    Raises KeyMissing, StorageFull or StorageError.
    """
    source, target = existing(source), real_path(target)
    copy = source.with_name(source.name + ".to-seal")
    copy.unlink(missing_ok=True)
    try:
        backup(source, copy)
        write_sealed(target, _pieces(copy), keyring)
    finally:
        copy.unlink(missing_ok=True)


@contextmanager
def unsealed(saved: Path, beside: Path, keyring: Keyring) -> Iterator[Path]:
    """The database that is in a backup, sealed or not, as a file for the time of the block.

    Raises KeyMissing for another key than the backup's, StorageError where it is not whole.
    """
    saved = existing(saved)
    if not is_sealed(saved):
        yield saved
        return
    opened = real_path(beside).with_name(beside.name + ".unsealed")
    opened.unlink(missing_ok=True)
    try:
        create_for_owner(opened)
        with usable(opened), opened.open("wb") as file:
            for piece in read_sealed(saved, keyring):
                file.write(piece)
        yield opened
    finally:
        opened.unlink(missing_ok=True)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
