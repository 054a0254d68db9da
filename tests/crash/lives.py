"""The lives of the bot, as the test sees them: start one, kill it or wait until it has killed itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from tests.crash.bot import Death

ROOT = Path(__file__).parents[2]


class Life:
    """One process of the bot."""

    def __init__(self, pid: int, process: asyncio.subprocess.Process) -> None:
        self._pid, self._process = pid, process
        self._over = False

    def send(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens where it has ended already."""
        if not self._over:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, number)

    async def ended(self) -> int:
        """How it ended: an exit code, or minus the signal that killed it."""
        assert self._process.stdout is not None
        code = int(await self._process.stdout.readline())
        self._over = True
        return code


class Nursery:
    """Gives the bot its lives, one at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._latest: Life | None = None

    async def begin(self, death: Death) -> Life:
        """A new life, with the death it is to die."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode(death) + b"\n")
        await self._process.stdin.drain()
        self._latest = Life(int(await self._process.stdout.readline()), self._process)
        return self._latest

    async def close(self) -> None:
        """No more lives."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        if self._latest is not None:
            self._latest.send(signal.SIGKILL)
        await self._process.wait()


@asynccontextmanager
async def nursery(config: Path, address: str, mutant: str, log: Path) -> AsyncIterator[Nursery]:
    """The process that all lives come from; it ends with the block. What the bots log goes into ``log``."""
    with log.open("wb") as lines:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.crash.bot", str(config), address, mutant),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=lines,
        )
        nursery = Nursery(process)
        try:
            yield nursery
        finally:
            await nursery.close()
