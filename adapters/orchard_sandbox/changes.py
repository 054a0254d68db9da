"""Word that something in the sandbox has changed, for every page that is open."""

from __future__ import annotations

import asyncio


class Changes:
    """A counter to wait on. Any number of pages may wait at once."""

    def __init__(self) -> None:
        self.version = 0
        self._news = asyncio.Event()
        self._open = True

    def note(self) -> None:
        """Something changed."""
        self.version += 1
        self._wake()

    def open(self) -> None:
        """Let pages wait again after ``close``."""
        self._open = True

    def close(self) -> None:
        """Let nobody wait any longer, so that a web server with open streams can stop."""
        self._open = False
        self._wake()

    async def after(self, version: int, patience: float) -> int | None:
        """The version as soon as it differs from ``version``, or after ``patience`` seconds; None when closed."""
        try:
            async with asyncio.timeout(patience):
                while self._open and self.version == version:
                    await self._news.wait()
        except TimeoutError:
            pass
        return self.version if self._open else None

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
