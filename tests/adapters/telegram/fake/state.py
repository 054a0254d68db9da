"""Everything the server holds, and how things in it are found."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from msgspec import Struct

from tests.adapters.telegram.fake.clock import ServerClock
from tests.adapters.telegram.fake.model import (
    CHANNEL_BOT,
    GROUP_ANONYMOUS_BOT,
    TELEGRAM_SERVICE,
    Chat,
    Json,
    Message,
    User,
)
from tests.adapters.telegram.fake.queue import UpdateQueue
from tests.adapters.telegram.fake.refusal import NotPossible

CommandScope = tuple[str, int, int]
"""Kind, chat and user: ("default", 0, 0) and so on."""


class Call(Struct, frozen=True):
    """One request that a bot made. ``code`` 0: it got no answer."""

    number: int
    at: datetime
    bot: int
    method: str
    parameters: Json
    code: int = 0
    description: str = ""


class Answer(Struct, frozen=True):
    """What a person saw after pressing a button."""

    query_id: str
    user: int
    text: str
    alert: bool


@dataclass(slots=True)
class Webhook:
    """Where a bot wants its updates delivered."""

    url: str
    secret: str = ""
    max_connections: int = 40
    ip_address: str = ""
    last_error_at: int = 0
    last_error: str = ""


@dataclass(slots=True)
class Bot:
    """A bot's account with BotFather."""

    user: User
    token: str
    queue: UpdateQueue
    launched: datetime
    privacy: bool = True
    webhook: Webhook | None = None
    revoked: bool = False
    logged_out: bool = False
    commands: dict[tuple[CommandScope, str], list[Json]] = field(default_factory=dict)
    known_users: set[int] = field(default_factory=set)

    @property
    def id(self) -> int:
        """The id of its user."""
        return self.user.id


@dataclass(slots=True)
class Press:
    """A button that was pressed and waits for its answer."""

    user: int
    bot: int
    chat: int
    at: datetime
    answered: bool = False


class State:
    """``seed``: ids of people and chats look random, and are the same in every run."""

    def __init__(self, clock: ServerClock, seed: int = 0) -> None:
        self.clock = clock
        self.api_version = "10.3"
        self.users: dict[int, User] = {}
        self.bots: dict[int, Bot] = {}
        self.chats: dict[int, Chat] = {}
        self.private: dict[tuple[int, int], Chat] = {}
        self.presses: dict[str, Press] = {}
        self.files: dict[str, bytes] = {}
        """By file id."""
        self.calls: list[Call] = []
        self.answers: list[Answer] = []
        self._random = random.Random(seed)
        self._private_messages = count(1)
        for id, name, username in (
            (GROUP_ANONYMOUS_BOT, "Group", "GroupAnonymousBot"),
            (CHANNEL_BOT, "Channel", "Channel_Bot"),
        ):
            self.users[id] = User(id, name, username=username, is_bot=True)
        self.users[TELEGRAM_SERVICE] = User(TELEGRAM_SERVICE, "Telegram")

    def new_id(self, low: int = 5_000_000_000, high: int = 7_999_999_999) -> int:
        """An id that nobody has: beyond 32 bits unless told otherwise."""
        while (id := self._random.randint(low, high)) in self.users or -id in self.chats:
            continue
        return id

    def new_key(self) -> str:
        """An opaque id, of a press or a file."""
        return str(self._random.getrandbits(63))

    def keep_file(self, name: str, kind: str, data: bytes) -> Json:
        """Keep a file; gives the Document that shows it."""
        key = f"document{self.new_key()}"
        self.files[key] = data
        shown: Json = {"file_id": key, "file_unique_id": f"u{key}", "file_name": name, "file_size": len(data)}
        return shown | ({"mime_type": kind} if kind else {})

    def file_of(self, message: Message) -> tuple[str, str, bytes] | None:
        """Name, media type and content of what a message shows."""
        shown = message.document
        if shown is None:
            return None
        return shown["file_name"], shown.get("mime_type", ""), self.files[shown["file_id"]]

    def new_secret(self) -> str:
        """The second half of a token."""
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
        return "AA" + "".join(self._random.choices(letters, k=33))

    def next_message_id(self, chat: Chat) -> int:
        """Supergroups and channels count for themselves; all other chats of an account share one sequence."""
        if chat.type in {"supergroup", "channel"}:
            chat.last_message_id += 1
        else:
            chat.last_message_id = next(self._private_messages)
        return chat.last_message_id

    def person(self, user_id: int) -> User:
        """Somebody by id. Raises ``NotPossible``."""
        if user_id not in self.users:
            raise NotPossible("There is nobody with this id: add_user first.")
        return self.users[user_id]

    def bot(self, bot_id: int) -> Bot:
        """A bot by id. Raises ``NotPossible``."""
        if bot_id not in self.bots:
            raise NotPossible("There is no bot with this id: add_bot first.")
        return self.bots[bot_id]

    def group(self, chat_id: int) -> Chat:
        """A group or channel by id. Raises ``NotPossible``."""
        if chat_id not in self.chats:
            raise NotPossible("There is no chat with this id: add_group first.")
        return self.chats[chat_id]

    def place(self, user_id: int, chat_id: int) -> Chat:
        """A chat as this person names it: a group by its id, the private chat with a bot by the bot's id."""
        return self.group(chat_id) if chat_id < 0 else self.private_chat(chat_id, user_id)

    def private_chat(self, bot_id: int, user_id: int) -> Chat:
        """The chat of a person and a bot; it is there from the first look."""
        self.bot(bot_id)
        self.person(user_id)
        return self.private.setdefault((bot_id, user_id), Chat(user_id, "private", bot=bot_id))

    def bots_in(self, chat: Chat) -> list[Bot]:
        """The bots that are in the chat now."""
        if chat.type == "private":
            return [self.bots[chat.bot]]
        return [self.bots[member.user_id] for member in chat.in_it() if member.user_id in self.bots]

    def message(self, chat: Chat, message_id: int) -> Message:
        """A message that is there. Raises ``NotPossible``."""
        if message_id not in chat.messages:
            raise NotPossible("The message is not there, or not any more.")
        return chat.messages[message_id]

    def by_token(self, token: str) -> Bot | None:
        """The bot that this token opens, revoked or not."""
        return next((bot for bot in self.bots.values() if bot.token == token), None)
