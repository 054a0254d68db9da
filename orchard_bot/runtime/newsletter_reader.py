"""Reads newsletters in a process of their own, a few at a time, and gives up on what takes too long."""

from __future__ import annotations

import asyncio
from typing import Protocol

import msgspec

from orchard_bot.community.newsletter import Refusal
from orchard_bot.newsletters.reading import School
from orchard_bot.newsletters.work import EXTRA, Answer, Job, lacking, packed
from orchard_bot.runtime.own_process import ask

MOST_BYTES = 20_000_000
"""A document larger than this is not read. (Telegram hands a bot files up to 20 MB.)"""
MOST_ANSWER = 4_000_000
WALL_SECONDS = 30.0
AT_ONCE = 2
_WORKER = "orchard_bot.newsletters.worker"
_SAYS = {
    Refusal.TOO_LARGE: "This document is larger than 20 MB. Send a smaller one, or paste its text.",
    Refusal.TOO_SLOW: "This document takes too long or too much memory to read. Send a shorter one, or paste its text.",
    Refusal.NOT_INSTALLED: f"The libraries that read documents are not installed. Run: pip install 'orchard-bot[{EXTRA}]'",
}


class ReadsNewsletters(Protocol):
    """From a document to what it announces. Never raises for what is in the document."""

    async def read(self, data: bytes, name: str, school: School, kind: str = "") -> Answer:
        """``name`` is a file name, ``kind`` a media type; either may be empty."""
        ...


class NewsletterReader:
    """A new process for each document; ``worker`` is the module that it runs."""

    def __init__(self, *, wall_seconds: float = WALL_SECONDS, at_once: int = AT_ONCE, worker: str = _WORKER) -> None:
        self._wall_seconds, self._worker = wall_seconds, worker
        self._turn = asyncio.Semaphore(at_once)

    async def read(self, data: bytes, name: str, school: School, kind: str = "") -> Answer:
        """See ``ReadsNewsletters``."""
        if len(data) > MOST_BYTES:
            return refused(Refusal.TOO_LARGE)
        if lacking():
            return refused(Refusal.NOT_INSTALLED)
        async with self._turn:
            return await self._in_process(packed(Job(name=name[:200], kind=kind[:100], school=school), data))

    async def _in_process(self, given: bytes) -> Answer:
        said = await ask(self._worker, given, wall_seconds=self._wall_seconds, most_answer=MOST_ANSWER)
        try:
            return refused(Refusal.TOO_SLOW) if said is None else msgspec.json.decode(said, type=Answer)
        except msgspec.DecodeError:
            return refused(Refusal.TOO_SLOW)


def refused(why: Refusal) -> Answer:
    """The answer where a document was not even opened."""
    return Answer(refusal=why, says=_SAYS[why])
