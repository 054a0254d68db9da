"""Where things go on: groups that became supergroups, and the topic in which somebody last typed a command."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from orchard_telegram.wire import Message

_REMEMBERED = 1000


class Places:
    """In memory only: a bot that starts anew hears of it again from Telegram. ``on_move(old, new)`` is told of news."""

    def __init__(self, on_move: Callable[[int, int], None]) -> None:
        self._moves: dict[int, int] = {}
        self._topics: OrderedDict[tuple[int, int], int] = OrderedDict()
        self._on_move = on_move

    def now_at(self, chat: int) -> int:
        """The number of this group by now."""
        return self._moves.get(chat, chat)

    def moved(self, old: int, new: int) -> None:
        """Telegram said, in answer to a request, that a group goes on under another number."""
        if self._moves.get(old) != new:
            self._moves[old] = new
            self._on_move(old, new)

    def note(self, message: Message) -> None:
        """Remember the topic of a command, so that what is shown to its author appears there."""
        if message.from_ is None or not message.text.startswith("/") or message.chat.type != "supergroup":
            return
        key = (message.chat.id, message.from_.id)
        self._topics.pop(key, None)
        if message.is_topic_message:
            self._topics[key] = message.message_thread_id
            if len(self._topics) > _REMEMBERED:
                self._topics.popitem(last=False)

    def topic(self, chat: int, person: int) -> int | None:
        """The topic where this person last typed a command; None: the general one."""
        return self._topics.get((chat, person))
