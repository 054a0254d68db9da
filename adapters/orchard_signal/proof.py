"""Signal's demand for proof that a person runs the account: kept beside the spool, so that ``doctor`` can tell of it."""

from __future__ import annotations

import os
from pathlib import Path


class Proof:
    """Whether proof is wanted. The note holds the challenge's token and nothing else."""

    def __init__(self, spool: Path) -> None:
        self._path = spool.with_name(spool.name + ".proof")
        self._wanted = self._path.exists()

    @property
    def token(self) -> str | None:
        """What the proof is for, "" where Signal did not say; None where none is wanted."""
        return self._path.read_text(encoding="utf-8") if self._wanted else None

    def wanted(self, token: str) -> None:
        """Signal has refused to send until a person proves that it is one."""
        with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(token)
        self._wanted = True

    def given(self) -> None:
        """Messages go out again."""
        if self._wanted:
            self._path.unlink(missing_ok=True)
            self._wanted = False
