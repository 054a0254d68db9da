"""The keys to what is sealed at rest: people's words, names and who reported what.

Sealing is Fernet (AES-128-CBC with HMAC-SHA256) from ``cryptography``; the first key seals, all keys open. They are in
a file beside the database that only its owner can read, one to a line, newest first, or in the environment.
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

from orchard_bot.errors import KeyMissing, StorageError
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
    def beside(cls, database: Path) -> Keyring:
        """The keys of this database, where nothing else is said."""
        return cls(database.with_name(database.name + ".key"))

    @classmethod
    def of(cls, *keys: str) -> Keyring:
        """These keys and no file; a new one where none is given."""
        return cls(Path(os.devnull), {IN_ENVIRONMENT: " ".join(keys or (Fernet.generate_key().decode(),))})

    @property
    def is_there(self) -> bool:
        """Whether there are keys at all."""
        return IN_ENVIRONMENT in self._environment or self.path.exists()

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Newest first."""
        given = self._environment.get(IN_ENVIRONMENT)
        if given is None:
            given = self._read()
        found = tuple(key for line in given.splitlines() if not line.startswith("#") for key in line.split())
        if not found:
            raise KeyMissing(f"There is no key in {self.path}. Put the file back from where you keep a copy of it.")
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
                f"The key in {self.path} does not open what is sealed in the database. "
                "Put back the key that belongs to this database; a backup is of no use without its key."
            ) from error

    def token(self, person: str) -> str:
        """A stand-in for a person that is always the same and says nothing without the key: 32 hex digits."""
        return hmac.new(self._token_secret, person.encode(), hashlib.sha256).hexdigest()[:32]

    def create(self) -> None:
        """Make a first key, readable by its owner only, unless there is one."""
        if not self.is_there:
            _write(self.path, (Fernet.generate_key().decode(),))

    def with_new_key(self) -> Keyring:
        """The same keys behind a new one, for sealing everything again. Nothing is written."""
        return Keyring(self.path, {IN_ENVIRONMENT: " ".join((Fernet.generate_key().decode(), *self.keys))})

    def keep(self, keys: tuple[str, ...]) -> None:
        """Write the file anew with these keys. Raises StorageError where they come from the environment."""
        if self.in_environment:
            raise StorageError(f"The keys come from {IN_ENVIRONMENT}. Change them there; the newest stands first.")
        _write(self.path, keys)
        self.__dict__.clear()
        self.__init__(self.path, self._environment)  # type: ignore[misc]

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
                f"A key in {self.path} is damaged. Put the file back from where you keep a copy of it."
            ) from error

    @cached_property
    def _token_secret(self) -> bytes:
        return hmac.new(base64.urlsafe_b64decode(self.keys[0]), b"orchard-bot people", hashlib.sha256).digest()

    def _read(self) -> str:
        if not self.path.exists():
            raise KeyMissing(
                f"The key to what is sealed in the database is missing: {self.path}. Put it back from where you keep a "
                "copy of it, or name its place as key_file under [bot]."
            )
        with usable(self.path):
            return self.path.read_text(encoding="ascii")


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
