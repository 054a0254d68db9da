"""Letters as rows, and where they go: group letters to a chat, private ones to a person through an account."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row, literal_column

from orchard_bot.chat.intents import (
    CloseChoices,
    DeleteMessage,
    EditOwn,
    EditSaid,
    HideCommand,
    Intent,
    TellPrivately,
    WithdrawOwn,
    decode_intent,
)
from orchard_bot.chat.letters import Letter
from orchard_bot.chat.refs import AccountRef, PersonRef
from orchard_bot.storage.keyring import Keyring
from orchard_bot.storage.tables import letters

# Written into the statements: a partial index is only used where its condition can be seen.
WAITING: ColumnElement[str] = literal_column("'waiting'")
HELD: ColumnElement[str] = literal_column("'held'")

COLUMNS = tuple(letters.c[name] for name in Letter.__struct_fields__)


def from_row(row: Row[Any]) -> Letter:
    """The letter in a row of ``COLUMNS`` that is still to be sent."""
    return Letter(**{**row._mapping, "intent": decode_intent(row.intent)})


def private_destination(account: AccountRef, person: PersonRef, keyring: Keyring) -> str:
    """What letters to this person through this account have as their destination: who it is needs the key."""
    return f"{account}|{keyring.token(str(person))}"


def changed_by(intent: Intent) -> str | None:
    """The key of the earlier letter whose message this one changes or takes back."""
    return intent.of if isinstance(intent, EditOwn | EditSaid | WithdrawOwn | CloseChoices) else None


def account_of(intent: Intent) -> AccountRef:
    """Through which account it goes."""
    match intent:
        case TellPrivately() | EditOwn() | WithdrawOwn() | CloseChoices():
            return intent.account
        case HideCommand() | DeleteMessage():
            return intent.message.chat.via
        case _:
            return intent.chat.via


def destination_of(intent: Intent, of_original: str | None, keyring: Keyring) -> str:
    """Where it goes. ``of_original``: the destination of the letter that it changes, where that is known."""
    match intent:
        case TellPrivately():
            return private_destination(intent.account, intent.person, keyring)
        case EditOwn() | WithdrawOwn() | CloseChoices():
            return of_original or f"{intent.account}|{intent.of}"
        case HideCommand() | DeleteMessage():
            return str(intent.message.chat)
        case _:
            return str(intent.chat)
