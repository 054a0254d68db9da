"""``orchard-bot init`` for Matrix: from an account on a homeserver to a room that the bot is in, in a few questions.

The account has to exist by then (docs/how-to/matrix.md): only who runs the server can make it. The room is found by a
one-time code, so that nobody has to look up an id; the moderators are those whom the room itself lets moderate. The
password is used once, to log the bot's device in, and kept nowhere.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from orchard_bot.chat.platform import Platform, SetUp, Talk
from orchard_bot.chat.refs import ChatRef, PersonRef
from orchard_bot.chat.text import shown_name
from orchard_bot.setting_up import News, news_of, one_time_code, works
from orchard_matrix.ids import PLATFORM

STORE = "matrix-device"
MODERATES = 50
"""The power level that a room asks of who deletes and puts out, where nothing else is set."""
_WAIT = 2.0

_BEFORE = """\
This needs an account of the bot's own on a homeserver: docs/how-to/matrix.md, steps 1 and 2."""

_INVITE = """\
Now bring {user} into the room:
  1. In the room: Invite, and the account. It comes by itself where the inviter is of its own server.
  2. Room settings, Roles and permissions: give it the level Moderator, so that it can delete and remove.
  3. Write in the room:  /code {code}
Waiting for the code. (Ctrl+C gives up.)"""


class Rooms(Platform, Protocol):
    """The platform, and who moderates a room of it."""

    def overseers(self, chat: ChatRef, least: float) -> dict[str, str]:
        """By account, with the names they go by."""
        ...


Connect: TypeAlias = Callable[[str, Mapping[str, Any]], Rooms]


class Setup:
    """One conversation with the operator. ``connect`` makes the platform from settings."""

    def __init__(self, talk: Talk, account: str, folder: Path, connect: Connect) -> None:
        self._talk, self._account, self._connect = talk, account, connect
        self._store = (folder / STORE).resolve()

    async def run(self) -> SetUp:
        """Ask and look."""
        self._talk.say(_BEFORE)
        own = await self._logged_in()
        platform = self._connect(self._account, own)
        async with news_of(platform, _WAIT) as news:
            code = one_time_code()
            self._talk.say(_INVITE.format(user=own["user"], code=code))
            chat = await news.group_with(code)
            moderators = await self._moderators(platform, chat, news)
        return SetUp(own, chat, moderators)

    async def _logged_in(self) -> dict[str, str]:
        """Settings with which the homeserver has accepted the bot, whose device is in the store from now on."""
        while True:
            own = {
                "homeserver": self._talk.ask("The homeserver's address?", default="http://127.0.0.1:8008"),
                "user": self._talk.ask("The bot's account, in full (@orchard:example.org)?"),
                "store": str(self._store),
            }
            word = self._talk.ask("Its password? (It is used once and not kept.)", secret=True)
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "password"
                file.touch(mode=0o600)
                file.write_text(word, encoding="utf-8")
                if await works(self._reached({**own, "password_file": str(file)}), self._talk):
                    return own

    async def _reached(self, own: Mapping[str, str]) -> None:
        """Raises where the homeserver does not accept the account."""
        platform = self._connect(self._account, own)
        try:
            await platform.start()
        finally:
            await platform.stop()

    async def _moderators(self, platform: Rooms, chat: ChatRef, news: News) -> list[tuple[PersonRef, str]]:
        while True:
            found = platform.overseers(chat, MODERATES)
            names = {user: shown_name(name or user) for user, name in found.items()}
            if not names:
                self._talk.ask("Nobody but the bot is Moderator or above in the room. Press Enter when somebody is")
                await news.catch_up(_WAIT)
                continue
            listed = ", ".join(f"{name} ({user})" for user, name in names.items())
            answer = self._talk.ask(f"Moderators: {listed}. Is that everybody?", default="yes")
            if answer.lower().startswith("y"):
                return [(PersonRef(PLATFORM, user), name) for user, name in names.items()]
            self._talk.ask("Give the others the level Moderator in the room. Press Enter when they have it")
            await news.catch_up(_WAIT)
