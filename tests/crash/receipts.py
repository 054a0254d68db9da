"""What went out twice on a platform that knows no keys of ours: by the messages there are, and the receipts for them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from orchard_bot.chat.refs import MessageRef
from orchard_bot.storage.columns import keyring_of
from orchard_bot.storage.sqlite import opened
from orchard_bot.storage.tables import letter_messages, letters
from orchard_bot.testing.sim_message import SimMessage


class ByReceipts(ABC):
    """That part of a ``Ground``."""

    def __init__(self) -> None:
        self._receipts: list[dict[str, MessageRef]] = []
        """What each letter became, as the database knew it at the end of each life."""
        self._known: dict[MessageRef, str] | None = None

    @abstractmethod
    def posted(self) -> set[MessageRef]:
        """Every message of the bot's that ever was."""

    def life_ended(self, database: Path) -> None:
        self._known = None
        known = select(letters.c.key, letters.c.message).where(letters.c.message.is_not(None))
        with opened(database) as connection:
            self._receipts.append({row.key: row.message for row in connection.execute(known)})

    def key_of(self, message: SimMessage, database: Path) -> str | None:
        return self._keys(database).get(message.ref)

    @property
    def sent(self) -> int:
        return len(self.posted())

    def twice(self, database: Path) -> int:
        return len(self.posted() - self._keys(database).keys())

    def sent_again(self) -> Iterator[str]:
        for number, (before, after) in enumerate(zip(self._receipts, self._receipts[1:], strict=False), start=1):
            yield from (
                f"life {number} did {key} again, knowing its receipt"
                for key in before
                if after.get(key, before[key]) != before[key]
            )
        if self._receipts:
            unknown = set(self._receipts[-1].values()) - self.posted()
            yield from (f"there is a receipt for {message}, which was never posted" for message in unknown)

    def _keys(self, database: Path) -> dict[MessageRef, str]:
        """The letter of each message. Asked for between two lives, when nothing changes."""
        if self._known is None:
            found = select(letter_messages.c.message, letters.c.key).join(
                letters, letters.c.id == letter_messages.c.letter
            )
            with opened(database) as connection:
                stand_in = keyring_of(connection.dialect).token
                keys = {row.message: row.key for row in connection.execute(found)}
            tokens = ((message, stand_in(str(message))) for message in self.posted())
            self._known = {message: keys[token] for message, token in tokens if token in keys}
        return self._known
