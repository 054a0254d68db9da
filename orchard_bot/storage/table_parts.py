"""What every table is made with: names of constraints, kinds of columns, and what is said about people's data."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Index, MetaData

from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.storage.columns import Ref

schema = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def kept(
    until: str,
    *,
    whose: tuple[str, ...] = (),
    duty: tuple[str, ...] = (),
    words: tuple[str, ...] = (),
    inside: tuple[str, ...] = (),
) -> dict[str, Any]:
    """When a row goes, and which columns concern people.

    ``whose`` says whose row it is; ``duty`` which moderator had to do with it; ``words`` are that person's own words
    and name; ``inside`` may hold what others wrote, or who they are, and is shown to nobody.
    """
    return {"kept": until, "whose": whose, "duty": duty, "words": words, "inside": inside}


def partial(name: str, *columns: str, where: ColumnElement[bool], unique: bool = False) -> Index:
    """An index of some rows only. PostgreSQL's own word for the condition loads its dialect, which costs a tenth of
    the start: an engine for it calls ``say_it_for_postgresql`` first.
    """
    return Index(name, *columns, unique=unique, sqlite_where=where, info={"where": where})


account_ref, chat_ref, message_ref, person_ref = Ref(AccountRef), Ref(ChatRef), Ref(MessageRef), Ref(PersonRef)


def say_it_for_postgresql() -> None:
    """Give the indexes of some rows their condition in PostgreSQL's words too."""
    for table in schema.tables.values():
        for index in table.indexes:
            if "where" in index.info:
                index.dialect_options["postgresql"]["where"] = index.info["where"]
