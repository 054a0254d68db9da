"""What has been received and is not yet stored, on disk: both transports forget a message once it is handed over.

One envelope a line, appended and flushed to disk before anybody reads it; emptied as soon as all is stored.
"""

from __future__ import annotations

import os
from pathlib import Path


class Spool:
    """A queue of envelopes that outlives the program. One reader."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.waiting: list[bytes] = []

    def load(self) -> None:
        """What an earlier life left unread."""
        try:
            lines = self._path.read_bytes().split(b"\n")
        except FileNotFoundError:
            lines = [b""]
        self.waiting = [line for line in lines[:-1] if line]  # without a line break it was not written whole

    def add(self, envelope: bytes) -> None:
        """Keep one, for good: it is on the disk when this returns."""
        line = envelope.replace(b"\n", b" ")
        self._write(line + b"\n", os.O_APPEND)
        self.waiting.append(line)

    def forget(self, how_many: int) -> None:
        """The oldest are stored."""
        del self.waiting[:how_many]
        if not self.waiting:
            self._write(b"", os.O_TRUNC)
            return
        beside = self._path.with_name(self._path.name + ".new")
        Spool(beside)._write(b"".join(line + b"\n" for line in self.waiting), os.O_TRUNC)  # noqa: SLF001 - a twin
        beside.replace(self._path)

    def _write(self, data: bytes, how: int) -> None:
        opened = os.open(self._path, os.O_WRONLY | os.O_CREAT | how, 0o600)
        with os.fdopen(opened, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
