"""Reads the text in pictures in processes of their own, one after the other, and gives up on what takes too long."""

from __future__ import annotations

import asyncio
from typing import Protocol

import msgspec

from orchard_bot.pictures.work import PictureText, Unseen, lacking
from orchard_bot.runtime.own_process import ask

MOST_BYTES = 20_000_000
"""A picture larger than this is not read. (Telegram hands a bot files up to 20 MB.)"""
MOST_ANSWER = 200_000
WALL_SECONDS = 30.0
_WORKER = "orchard_bot.pictures.worker"


class ReadsPictures(Protocol):
    """From a picture to the text in it. Never raises for what is in the picture."""

    @property
    def able(self) -> bool:
        """Whether it has all it needs."""
        ...

    async def read(self, data: bytes) -> PictureText:
        """The text in a picture, as the bytes of its file."""
        ...


class PictureReader:
    """A new process for each picture; ``worker`` is the module that it runs."""

    def __init__(self, *, wall_seconds: float = WALL_SECONDS, at_once: int = 1, worker: str = _WORKER) -> None:
        self._wall_seconds, self._worker = wall_seconds, worker
        self._turn = asyncio.Semaphore(at_once)

    @property
    def able(self) -> bool:
        """See ``ReadsPictures``."""
        return not lacking()

    async def read(self, data: bytes) -> PictureText:
        """See ``ReadsPictures``."""
        if len(data) > MOST_BYTES:
            return PictureText(unseen=Unseen.TOO_LARGE)
        if not self.able:
            return PictureText(unseen=Unseen.NOT_INSTALLED)
        async with self._turn:
            said = await ask(self._worker, data, wall_seconds=self._wall_seconds, most_answer=MOST_ANSWER)
        try:
            return PictureText(unseen=Unseen.TOO_SLOW) if said is None else msgspec.json.decode(said, type=PictureText)
        except msgspec.DecodeError:
            return PictureText(unseen=Unseen.TOO_SLOW)
