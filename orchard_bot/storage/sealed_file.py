"""A file that only the keys can open: backups and exports. Whether all of it is there, and in order, is known too.

A first line that says what it is, then pieces, each a Fernet token on a line of its own with its number inside.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from orchard_bot.errors import KeyMissing, StorageError
from orchard_bot.storage.database_file import OWNER_ONLY, sync_folder, usable
from orchard_bot.storage.keyring import Keyring

_MAGIC = b"Sealed by Orchard Bot, form 1. The key that belongs to it opens it.\n"
PIECE = 1 << 20
"""Bytes to a piece, so that a large file needs little memory."""
_END = b"end"


def is_sealed(path: Path) -> bool:
    """Whether this file is one of these."""
    with usable(path), path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def write_sealed(path: Path, pieces: Iterable[bytes], keyring: Keyring) -> None:
    """Write a new file, for its owner only, whole or not at all. Raises KeyMissing, StorageFull or StorageError."""
    if path.exists():
        raise StorageError(f"{path} exists already. Choose another name.")
    keyring.open(keyring.seal("tried"))  # without a key, no file is begun
    partial = path.with_name(path.name + ".partial")
    try:
        with usable(path):
            partial.unlink(missing_ok=True)
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
            with os.fdopen(descriptor, "wb") as file:
                file.write(_MAGIC)
                number = 0
                for piece in pieces:
                    file.write(keyring.seal(b"%d:" % number + piece) + b"\n")
                    number += 1
                file.write(keyring.seal(b"%d:" % number + _END) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
            sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def read_sealed(path: Path, keyring: Keyring) -> Iterator[bytes]:
    """Its pieces. Raises KeyMissing for another key; StorageError where some of it is missing or out of order."""
    _ = keyring.keys  # a key that is missing is told apart from another key
    with usable(path), path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise StorageError(f"{path} is no sealed file of Orchard Bot. Choose another file.")
        before: bytes | None = None
        for place, line in enumerate(file):
            number, _, piece = _opened(path, line, keyring).partition(b":")
            if int(number) != place:
                break
            if before is not None:
                yield before
            before = piece
        else:
            if before == _END:
                return
    raise StorageError(f"{path} is not whole. Choose another backup, or copy it again from where it came.")


def _opened(path: Path, line: bytes, keyring: Keyring) -> bytes:
    try:
        return keyring.open(line.strip())
    except KeyMissing as error:
        raise KeyMissing(
            f"The key in {keyring.place} does not open {path}. Put the key that it was made with into that place, or "
            "name its file as key_file under [bot]. If the key is right, the file is damaged: choose another."
        ) from error
