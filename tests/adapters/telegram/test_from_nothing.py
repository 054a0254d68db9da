"""A newcomer at a terminal: init, doctor, run, and the group's first /rules; the shipped program, nothing called inside."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import signal
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.adapters.telegram.fake.driver import FakeTelegram

PATIENCE = 60.0


class Terminal:
    """A program at a terminal of its own: what it has printed, and what is typed to it."""

    def __init__(self, process: asyncio.subprocess.Process, end: int) -> None:
        self._process, self._end = process, end
        self._printed = b""
        self._news = asyncio.Event()
        asyncio.get_running_loop().add_reader(end, self._read)

    @property
    def printed(self) -> str:
        """All of it, without the escape sequences of colours."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self._printed.decode(errors="replace")).replace("\r\n", "\n")

    def _read(self) -> None:
        try:
            more = os.read(self._end, 4096)
        except OSError:  # the other end is closed
            more = b""
        if not more:
            asyncio.get_running_loop().remove_reader(self._end)
        self._printed += more
        self._news.set()

    async def shows(self, pattern: str) -> re.Match[str]:
        """Wait until it has printed this."""
        try:
            async with asyncio.timeout(PATIENCE):
                while (found := re.search(pattern, self.printed)) is None:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"It never showed {pattern!r}:\n{self.printed}") from None
        return found

    async def asks(self, question: str, answer: str, *, hidden: bool = False) -> None:
        """Wait for the question, and type the answer; ``hidden``: once the terminal no longer shows what is typed."""
        found = await self.shows(question)
        async with asyncio.timeout(PATIENCE):
            while hidden and termios.tcgetattr(self._end)[3] & termios.ECHO:  # noqa: ASYNC110 - terminals tell nobody
                await asyncio.sleep(0)
        self._printed = self.printed[found.end() :].encode()
        os.write(self._end, f"{answer}\n".encode())

    async def ended(self) -> int:
        """How it ended."""
        async with asyncio.timeout(PATIENCE):
            return await self._process.wait()

    def stop(self) -> None:
        """As Ctrl+C does."""
        self._process.send_signal(signal.SIGINT)


@asynccontextmanager
async def at_a_terminal(folder: Path, *words: str) -> AsyncIterator[Terminal]:
    """``orchard-bot …`` in this folder."""
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "orchard_bot.cli", *words),
        cwd=folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "COLUMNS": "200", "NO_COLOR": "1"},
    )
    os.close(theirs)
    terminal = Terminal(process, ours)
    try:
        yield terminal
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        asyncio.get_running_loop().remove_reader(ours)
        os.close(ours)


async def test_from_nothing_to_the_first_rules(tmp_path: Path) -> None:
    async with FakeTelegram() as telegram:
        card = telegram.add_bot()
        head, ben = telegram.add_user("Head"), telegram.add_user("Ben")
        group = telegram.add_group("Larch class", head)
        telegram.add_to(group, ben)

        async with at_a_terminal(tmp_path, "init", "config") as terminal:
            await terminal.asks(r"What is the group called\?.*:", "Larch class")
            await terminal.asks(r"Time zone\?.*:", "")
            await terminal.asks(r"Where does the group live.*:", "telegram")
            await terminal.asks(r"Bot API server\?.*:", telegram.address)
            await terminal.asks(r"The token\?:", card.token, hidden=True)
            code = (await terminal.shows(r"/code (\d{6})"))[1]
            telegram.add_to(group, card.id)
            telegram.promote(group, card.id)
            telegram.post(head, group, f"/code {code}")
            await terminal.shows(r"Administrators here: Head")
            telegram.start(head, card.id)
            await terminal.asks(r"Press Enter when they have.*:", "")
            await terminal.asks(r"Moderators: Head\. Is that everybody\?.*:", "yes")
            assert await terminal.ended() == 0, terminal.printed
            assert card.token not in terminal.printed
        config = tmp_path / "config" / "orchard.toml"
        config.write_text(config.read_text("utf-8").replace("port = 8080", "port = 0"), "utf-8")

        async with at_a_terminal(tmp_path, "doctor", "--config", str(config)) as terminal:
            assert await terminal.ended() == 0, terminal.printed
            assert "telegram/main: connects." in terminal.printed
            assert "Nothing needs doing." in terminal.printed

        async with at_a_terminal(tmp_path, "run", "--config", str(config)) as terminal:
            await terminal.shows("Orchard Bot is running")
            telegram.post(ben, group, "/rules")
            async with asyncio.timeout(PATIENCE):
                while not any("Our code of conduct in short" in one.text for one in telegram.sees(ben, group)):
                    await telegram.until_called()
            assert [one.text for one in telegram.ever_shown(group) if one.author == card.id] == []
            terminal.stop()
            assert await terminal.ended() == 0, terminal.printed
