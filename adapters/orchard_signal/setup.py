"""``orchard-bot init`` for Signal: from a running signal-cli to a group that the bot is in, in a few questions.

The number has to be registered by then (docs/how-to/signal.md): Signal asks a person for that. The group is found by a
one-time code, so that nobody has to look up an id; the moderators are those of its admins who write to the bot, so
that it is known who they are by more than a name.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from orchard_bot.chat.platform import Platform, SetUp, Talk
from orchard_bot.chat.refs import ChatRef, PersonRef
from orchard_bot.chat.text import shown_name
from orchard_bot.setting_up import News, news_of, one_time_code, works
from orchard_signal.client import transport
from orchard_signal.ids import PLATFORM, group_id
from orchard_signal.settings import read

SPOOL = "signal.spool"
_WAIT = 2.0
"""Seconds in which what has been written is here."""

_BEFORE = """\
This needs a running signal-cli with a number of the bot's own, registered: docs/how-to/signal.md, steps 1 to 3.
Never link the bot to a parent's or a moderator's phone."""

_ADD = """\
Now bring {number} into the group:
  1. In the group: Add members, and the number. Then make it an admin, so that it can delete and remove.
  2. Write in the group:  /code {code}
Waiting for the code. (Ctrl+C gives up; nothing has been written yet.)"""

_WRITE = """\
Found the group. The moderators are admins of the group who can be recognised. So each of them writes
any word to {number} in a chat of their own. Admins here: {names}."""


Connect: TypeAlias = Callable[[str, Mapping[str, Any]], Platform]


class Setup:
    """One conversation with the operator. ``connect`` makes the platform from settings."""

    def __init__(self, talk: Talk, account: str, folder: Path, connect: Connect) -> None:
        self._talk, self._account, self._folder, self._connect = talk, account, folder, connect

    async def run(self) -> SetUp:
        """Ask and look."""
        self._talk.say(_BEFORE)
        own = await self._answering()
        with tempfile.TemporaryDirectory() as temporary:
            platform = self._connect(self._account, {**own, "spool": str(Path(temporary) / SPOOL)})
            async with news_of(platform, _WAIT) as news:
                chat, moderators = await self._look(own, news)
        return SetUp({**own, "spool": str((self._folder / SPOOL).resolve())}, chat, moderators)

    async def _answering(self) -> dict[str, str]:
        """Settings with which signal-cli answers for the number."""
        while True:
            own = {
                "transport": self._talk.ask(
                    "signal-cli's own daemon, or signal-cli-rest-api (jsonrpc, rest)?", default="jsonrpc"
                ),
                "url": self._talk.ask("Its address?", default="http://127.0.0.1:8080"),
                "number": self._talk.ask("The bot's number, with the country code?").replace(" ", ""),
            }
            if await works(_reached(own), self._talk):
                return own

    async def _look(self, own: Mapping[str, str], news: News) -> tuple[ChatRef, list[tuple[PersonRef, str]]]:
        code = one_time_code()
        self._talk.say(_ADD.format(number=own["number"], code=code))
        chat = await news.group_with(code)
        admins = await self._admins(own, chat)
        names = ", ".join(admins.values()) or "none but the bot"
        self._talk.say(_WRITE.format(number=own["number"], names=names))
        while True:
            self._talk.ask("Press Enter when they have")
            await news.catch_up(_WAIT)
            here = {aci: name for aci, name in admins.items() if aci in news.wrote}
            if not here:
                self._talk.say("No admin of the group has written to the bot yet.")
                continue
            answer = self._talk.ask(f"Moderators: {', '.join(here.values())}. Is that everybody?", default="yes")
            if answer.lower().startswith("y"):
                return chat, [(PersonRef(PLATFORM, aci), name) for aci, name in here.items()]

    async def _admins(self, own: Mapping[str, str], chat: ChatRef) -> dict[str, str]:
        """The people among the group's admins by ACI, with the names they go by."""
        line = transport(read(own))
        me = await line.open()
        try:
            group, names = (await line.groups()).get(group_id(chat)), await line.names()
        finally:
            await line.close()
        admins = sorted(group.admins - {me}) if group is not None else []
        return {aci: shown_name(names.get(aci) or aci[:8]) for aci in admins}


async def _reached(own: Mapping[str, str]) -> None:
    """Raises where signal-cli does not answer for the number."""
    line = transport(read(own))
    try:
        await line.open()
    finally:
        await line.close()
