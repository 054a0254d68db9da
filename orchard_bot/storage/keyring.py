"""The keys to what is sealed at rest: people's words, names and who reported what.

Sealing is Fernet (AES-128-CBC with HMAC-SHA256) from ``cryptography``; the first key seals, all keys open. They are in
a file beside the database that only its owner can read, one to a line, newest first, or in the environment.

The last key also makes the stand-ins for people (``Keyring.token``). It stays when the others are changed, so that the
audit trail goes on.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from orchard_bot.errors import KeyMissing
from orchard_bot.storage.database_file import OWNER_ONLY, usable

IN_ENVIRONMENT = "ORCHARD_BOT_KEYS"
"""Keys, newest first, with spaces between them. They come before any file."""
_NEW = "# The keys to the sealed words in the database. Whoever has both can read them. Newest first.\n"


class Keyring:
    """Seals and opens. The keys are read when they are first needed.

    ``path`` is the file of keys. Raises KeyMissing where there is none, or none of its keys opens what is sealed.
    """

    def __init__(self, path: Path, environment: Mapping[str, str] = os.environ) -> None:
        self.path = path
        self._environment = environment

    @classmethod
    def beside(cls, database: Path, key_file: Path | None = None) -> Keyring:
        """The keys of this database: in the file beside it, where no other is named."""
        path = database.resolve()
        return cls(key_file or path.with_name(path.name + ".key"))

    @classmethod
    def of(cls, *keys: str) -> Keyring:
        """These keys and no file; a new one where none is given."""
        return cls(Path(os.devnull), {IN_ENVIRONMENT: " ".join(keys or (Fernet.generate_key().decode(),))})

    @property
    def is_there(self) -> bool:
        """Whether there are keys at all."""
        return IN_ENVIRONMENT in self._environment or self.path.exists()

    @property
    def place(self) -> str:
        """Where they are, in words for an error."""
        return IN_ENVIRONMENT if self.in_environment else str(self.path)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Newest first."""
        given = self._environment.get(IN_ENVIRONMENT)
        if given is None:
            given = self._read()
        found = tuple(key for line in given.splitlines() if not line.startswith("#") for key in line.split())
        if not found:
            raise KeyMissing(f"There is no key in {self.place}. Put it back from where you keep a copy of it.")
        return found

    def seal(self, words: str | bytes) -> bytes:
        """What only the keys can make readable again."""
        return self._fernet.encrypt(words.encode() if isinstance(words, str) else words)

    def open(self, sealed: str | bytes) -> bytes:
        """What was sealed. Raises KeyMissing."""
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise KeyMissing(
                f"The key in {self.place} does not open what is sealed in the database. "
                "Put back the key that belongs to this database; a backup is of no use without its key."
            ) from error

    def token(self, ref: str) -> str:
        """A stand-in for a person or a message, always the same, saying nothing without the key: 32 hex digits."""
        return hmac.new(self._token_secret, ref.encode(), hashlib.sha256).hexdigest()[:32]

    def create(self) -> None:
        """Make the first keys, readable by their owner only, unless there are some."""
        if not self.is_there:
            _write(self.path, (new_key(), new_key()))

    def copy(self, label: str) -> Path:
        """Keep the keys as they are now beside their file, under its name and ``label``."""
        kept = self.path.with_name(f"{self.path.name}.{label}")
        _write(kept, self.keys)
        return kept

    def replaced_by(self, keys: tuple[str, ...]) -> Keyring:
        """Write the file anew with these keys."""
        _write(self.path, keys)
        return Keyring(self.path, self._environment)

    @property
    def in_environment(self) -> bool:
        """Whether the keys come from the environment instead of the file."""
        return IN_ENVIRONMENT in self._environment

    @cached_property
    def _fernet(self) -> MultiFernet:
        try:
            return MultiFernet([Fernet(key) for key in self.keys])
        except ValueError as error:
            raise KeyMissing(
                f"A key in {self.place} is damaged. Put it back from where you keep a copy of it."
            ) from error

    @cached_property
    def _token_secret(self) -> bytes:
        return hmac.new(base64.urlsafe_b64decode(self.keys[-1]), b"orchard-bot people", hashlib.sha256).digest()

    def _read(self) -> str:
        if not self.path.exists():
            raise KeyMissing(
                f"The key to what is sealed in the database is missing: {self.path}. Put it back from where you keep a "
                "copy of it, or name its place as key_file under [bot]."
            )
        with usable(self.path):
            return self.path.read_text(encoding="ascii")


def new_key() -> str:
    """A fresh one."""
    return Fernet.generate_key().decode()


def _write(path: Path, keys: tuple[str, ...]) -> None:
    """All or nothing, and never for a moment readable by others."""
    partial = path.with_name(path.name + ".partial")
    with usable(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(_NEW + "\n".join(keys) + "\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
