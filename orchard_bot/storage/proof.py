"""Whether the keys at hand are those of a database: found out before a bot begins to write with others."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from orchard_bot.storage.keyring import Keyring
from orchard_bot.storage.sqlite_connection import connect, plain_errors

_TABLE = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'seals'"


def prove(path: Path, keyring: Keyring) -> None:
    """Nothing happens where the keys are right, or nothing is sealed yet.

    Raises KeyMissing where there is no key, or another one than that of the database.
    """
    with plain_errors(), closing(connect(path, read_only=True)) as connection:
        sealed = connection.execute(_TABLE).fetchone() is not None
        proof = connection.execute("SELECT proof FROM seals").fetchone() if sealed else None
    if proof is not None:
        keyring.open(proof[0])
