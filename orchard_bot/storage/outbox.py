"""Letters: intents until they are carried out, or dead. What they say goes as soon as either has happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select, update

from orchard_bot.chat.intents import Intent, decode_intent, encode_intent
from orchard_bot.chat.letters import Letter
from orchard_bot.chat.planning import Sent
from orchard_bot.chat.refs import AccountRef, MessageRef, PersonRef
from orchard_bot.storage.bounded import delete_some
from orchard_bot.storage.columns import keyring_of
from orchard_bot.storage.dead_letters import community_of
from orchard_bot.storage.letter_order import LetterOrder
from orchard_bot.storage.letter_row import (
    COLUMNS,
    HELD,
    WAITING,
    account_of,
    changed_by,
    destination_of,
    from_row,
    private_destination,
)
from orchard_bot.storage.tables import letter_messages, letters
from orchard_bot.storage.upsert import unless_there

LONGEST = timedelta(days=30)
"""How long a letter without an end of its own is kept for somebody who never opens a private chat."""

_this = letters.c.id == bindparam("row")
_is_open = letters.c.state.in_([WAITING, HELD])

_ADD = unless_there(letters)
_DESTINATION = select(letters.c.destination).where(letters.c.key == bindparam("key"))
_STEP = update(letters).where(_this).values(steps_done=bindparam("done"))
# The first message is the one that later changes are about.
_RECEIPT = (
    update(letters)
    .where(_this, letters.c.message.is_(None))
    .values(message=bindparam("made"), private=bindparam("hidden"))
)
_VIA = select(letters.c.account).where(letters.c.key == bindparam("key"))
_MADE = unless_there(letter_messages)
_SENT = update(letters).where(_this).values(state="sent", intent=None, why=None, closed_at=bindparam("then"))
_LATER = update(letters).where(_this, _is_open).values(state=WAITING, due=bindparam("then"), tries=bindparam("many"))
_HOLD = update(letters).where(_this, _is_open).values(state=HELD)
_RELEASE = (
    update(letters)
    .where(letters.c.state == HELD, letters.c.destination == bindparam("place"))
    .values(state=WAITING, due=bindparam("then"))
)
_OPEN_INTENT = select(letters.c.intent).where(_this, _is_open)
_DIE = (
    update(letters)
    .where(_this)
    .values(
        state="dead", intent=None, why=bindparam("reason"), closed_at=bindparam("then"), community=bindparam("whose")
    )
)
_EXPIRED = (
    select(*COLUMNS)
    .where(letters.c.account == bindparam("account"), _is_open, letters.c.expires_at <= bindparam("now"))
    .order_by(letters.c.expires_at, letters.c.id)
    .limit(bindparam("limit"))
)
_SENT_AS = select(letters.c.message, letters.c.private).where(letters.c.key == bindparam("key"))
_KEY_OF = select(letters.c.key).join(letter_messages).where(letter_messages.c.message == bindparam("message"))
_FORGET = delete_some(letters, letters.c.closed_at < bindparam("before"))
_COUNT = select(func.count()).select_from(letters).where(letters.c.state == WAITING)


class SqlOutbox(LetterOrder):
    """See ``runtime.ledger.Outbox``."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._keyring = keyring_of(connection.dialect)

    def add(self, intents: Sequence[Intent], now: datetime) -> None:
        """See ``runtime.ledger.Outbox``."""
        for intent in intents:
            changes = changed_by(intent)
            original = changes and self._connection.execute(_DESTINATION, {"key": changes}).scalar()
            _ADD.run(
                self._connection,
                key=intent.key,
                account=account_of(intent),
                destination=destination_of(intent, original or None, self._keyring),
                priority=int(intent.priority),
                state="waiting",
                intent=encode_intent(intent),
                origin=intent.origin,
                changes=changes,
                tries=0,
                steps_done=0,
                created_at=now,
                due=now,
                expires_at=intent.expires_at or now + LONGEST,
            )

    def step_done(self, id: int, steps_done: int, message: MessageRef | None, private: bool) -> None:
        """See ``runtime.ledger.Outbox``."""
        self._connection.execute(_STEP, {"row": id, "done": steps_done})
        self._keep_receipt(id, message, private)

    def sent(self, id: int, message: MessageRef | None, private: bool, now: datetime) -> None:
        """See ``runtime.ledger.Outbox``. Holds for a letter given up as well: it did go out."""
        self._keep_receipt(id, message, private)
        self._connection.execute(_SENT, {"row": id, "then": now})

    def later(self, id: int, due: datetime, tries: int) -> None:
        """See ``runtime.ledger.Outbox``."""
        self._connection.execute(_LATER, {"row": id, "then": due, "many": tries})

    def hold(self, id: int) -> None:
        """See ``runtime.ledger.Outbox``."""
        self._connection.execute(_HOLD, {"row": id})

    def release(self, account: AccountRef, person: PersonRef, now: datetime) -> int:
        """See ``runtime.ledger.Outbox``. How many there were."""
        values = {"place": private_destination(account, person, self._keyring), "then": now}
        return self._connection.execute(_RELEASE, values).rowcount

    def die(self, id: int, why: str, now: datetime) -> None:
        """See ``runtime.ledger.Outbox``. Nothing happens to a letter that is sent or dead already."""
        intent = self._connection.execute(_OPEN_INTENT, {"row": id}).scalar()
        if intent is not None:
            whose = community_of(self._connection, decode_intent(intent))
            self._connection.execute(_DIE, {"row": id, "reason": why, "then": now, "whose": whose})

    def expired(self, account: AccountRef, now: datetime, limit: int) -> Sequence[Letter]:
        """See ``runtime.ledger.Outbox``. Those without an end of their own are past it after ``LONGEST``."""
        values = {"account": account, "now": now, "limit": limit}
        return [from_row(row) for row in self._connection.execute(_EXPIRED, values)]

    def receipt(self, key: str) -> Sent | None:
        """See ``runtime.ledger.Outbox``. From the first step on that made a message."""
        row = self._connection.execute(_SENT_AS, {"key": key}).first()
        return Sent(row.message, row.private) if row and row.message else None

    def via(self, key: str) -> AccountRef | None:
        """See ``runtime.ledger.Outbox``."""
        found: AccountRef | None = self._connection.execute(_VIA, {"key": key}).scalar()
        return found

    def key_of(self, message: MessageRef) -> str | None:
        """See ``runtime.ledger.Outbox``. The further parts of a long text count too."""
        found: str | None = self._connection.execute(_KEY_OF, {"message": message}).scalar_one_or_none()
        return found

    def forget(self, before: datetime, limit: int = 1000) -> int:
        """See ``runtime.ledger.Outbox``. Sent and dead ones; at most ``limit`` at a time."""
        return self._connection.execute(_FORGET, {"before": before, "limit": limit}).rowcount

    def waiting(self) -> int:
        """See ``runtime.ledger.Outbox``. Without those kept until somebody opens a private chat."""
        return self._connection.execute(_COUNT).scalar_one()

    def _keep_receipt(self, id: int, message: MessageRef | None, private: bool) -> None:
        if message is not None:
            self._connection.execute(_RECEIPT, {"row": id, "made": message, "hidden": private})
            _MADE.run(self._connection, message=message, letter=id)
