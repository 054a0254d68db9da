"""``orchard-bot init`` for Telegram: from BotFather to a group that the bot is in, in a few questions.

The group is found by a one-time code, so that nobody has to look up a number; the moderators are those of its
administrators who press Start, so that each of them is within reach from the first minute.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from telegram import User
from telegram.error import TelegramError

from orchard_bot.chat.platform import SetUp, Talk
from orchard_bot.chat.refs import ChatRef, PersonRef
from orchard_bot.chat.text import shown_name
from orchard_bot.errors import ConfigError, PlatformError
from orchard_telegram import settings as telegram_settings
from orchard_telegram.client import Client, Known, refusals
from orchard_telegram.ids import PLATFORM
from orchard_telegram.polling import Poller
from orchard_telegram.refusals import Concern
from orchard_telegram.wire import Message

TOKEN_FILE = "telegram.token"  # noqa: S105 - a file's name
_TELEGRAM = "https://api.telegram.org"

_BOTFATHER = """\
A bot is made in a chat with Telegram's own bot, @BotFather:
  1. Open https://t.me/BotFather and press Start.
  2. Send /newbot. Choose a name, and a username that ends in "bot".
  3. BotFather answers with a token: digits, a colon, some 35 letters. Keep it to yourself."""

_ADD = """\
Now bring @{bot} into the group:
  1. In the group: Edit, Administrators, Add administrator, and search for @{bot}.
  2. Leave on: Delete messages, Ban users, Pin messages, Add users. Switch the others off.
  3. Write in the group:  /code {code}
Waiting for the code. (Ctrl+C gives up; nothing has been written yet.)"""

_START = """\
The moderators are administrators of the group who can be written to. So each of them opens
  https://t.me/{bot}
and presses Start. Administrators here: {names}."""


class Setup:
    """One conversation with the operator. Nothing is written before all of it is known."""

    def __init__(self, talk: Talk, account: str, folder: Path) -> None:
        self._talk, self._account, self._folder = talk, account, folder
        self._opened: set[int] = set()

    async def run(self) -> SetUp:
        """Ask and look. Raises ``ConfigError`` where there is a token file already."""
        file = self._folder / TOKEN_FILE
        if file.exists():
            fix = f"Give another folder, or move {file} away first."
            raise ConfigError("There is a token file already; nothing was changed.", fix=fix, file=file)
        self._talk.say(_BOTFATHER)
        api_url = self._talk.ask("Bot API server?", default=_TELEGRAM)
        token, client, me = await self._connected(api_url)
        try:
            found = await self._look(client, me)
        finally:
            await client.close()
        _keep(file, token)
        own = {"token_file": TOKEN_FILE} | ({} if api_url == _TELEGRAM else {"api_url": api_url})
        return SetUp(own, *found)

    async def _connected(self, api_url: str) -> tuple[str, Client, User]:
        while True:
            token = self._talk.ask("The token?", secret=True).strip()
            client = None
            try:
                telegram_settings.check_token(token)
                client = Client(token, api_url)
                return token, client, await client.open()
            except ConfigError as error:
                self._talk.say(f"{error.problem} {error.fix}")
            except PlatformError as error:
                self._talk.say(f"{error} Check the network, and try again.")
            if client is not None:
                await client.close()

    async def _look(self, client: Client, me: User) -> tuple[ChatRef, list[tuple[PersonRef, str]]]:
        poller, bot = Poller(client, Known()), me.username or ""
        code = f"{secrets.randbelow(1_000_000):06}"
        self._talk.say(_ADD.format(bot=bot, code=code))
        there: Message | None = None
        while there is None:
            there = next((one for one in await self._news(poller) if _has_code(one, code)), None)
        await _tidy(client, there)
        self._talk.say(f"Found the group: {shown_name(there.chat.title)}.")
        admins = await _admins(client, there.chat.id)
        names = ", ".join(admins.values()) or "none but the bot"
        self._talk.say(_START.format(bot=bot, names=names))
        moderators = await self._moderators(poller, admins)
        await poller.finish()
        return ChatRef(PLATFORM, self._account, str(there.chat.id)), moderators

    async def _moderators(self, poller: Poller, admins: dict[int, str]) -> list[tuple[PersonRef, str]]:
        while True:
            self._talk.ask("Press Enter when they have")
            await self._news(poller, wait=False)
            here = {id: name for id, name in admins.items() if id in self._opened}
            if not here:
                self._talk.say("No administrator of the group has pressed Start yet.")
                continue
            answer = self._talk.ask(f"Moderators: {', '.join(here.values())}. Is that everybody?", default="yes")
            if answer.lower().startswith("y"):
                return [(PersonRef(PLATFORM, str(id)), name) for id, name in here.items()]

    async def _news(self, poller: Poller, *, wait: bool = True) -> list[Message]:
        """The messages that have come; ``wait`` up to 25 seconds for one. Notes who wrote to the bot in private."""
        received = await poller.next(wait=wait)
        poller.confirm(received)
        messages = [update.message for update in received.updates if update.message is not None]
        self._opened |= {each.from_.id for each in messages if each.from_ and each.chat.type == "private"}
        return messages


def _has_code(message: Message, code: str) -> bool:
    return message.chat.type in {"group", "supergroup"} and code in message.text.split()


async def _tidy(client: Client, message: Message) -> None:
    """The code has done its work; without the right to, it stays."""
    try:
        await client.bot.delete_message(message.chat.id, message.message_id)
    except TelegramError:
        return


async def _admins(client: Client, group: int) -> dict[int, str]:
    """The people among the administrators, by number, with their first names."""
    with refusals(Concern.GROUP):
        found = await client.bot.get_chat_administrators(group)
    return {member.user.id: shown_name(member.user.first_name) for member in found if not member.user.is_bot}


def _keep(file: Path, token: str) -> None:
    """The token alone in a new file that only this user can read."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as opened:
            opened.write(f"{token}\n")
    except OSError as error:
        fix = "Choose a folder that you may write to."
        raise ConfigError(f"The token could not be kept: {error.strerror}.", fix=fix, file=file) from error
