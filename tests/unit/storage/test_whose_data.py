"""Every table says when its rows go and which of its columns concern people; none is forgotten in /mydata."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import JSON, Column, Table, Text

from orchard_bot.chat.refs import PersonRef
from orchard_bot.features.house import Retention
from orchard_bot.storage.columns import Ref, Sealed, Token
from orchard_bot.storage.kept_words import kept_in_words
from orchard_bot.storage.plain_words import PLAIN
from orchard_bot.storage.tables import metadata

NOBODYS = {
    "act", "action", "before", "cron", "detector", "hash", "home", "key", "kind", "kept", "last", "occurrence", "opt_in",
    "policy", "reference", "state", "timezone", "verdict", "why", "would", "error", "event", "lane", "changes", "code",
    "clause", "clauses", "labels", "community", "decided_clause", "decided_policy", "remarks", "token",
    "choice", "entry", "etag", "feed", "last_modified", "moved_to", "url",
}  # fmt: skip
"""Columns of text that hold words of the bot's own, or names of things: no person, and nothing anybody wrote."""
TABLES = sorted(metadata.tables.values(), key=lambda table: table.name)


def named(table: Table) -> set[str]:
    return {*table.info["whose"], *table.info["duty"], *table.info["words"], *table.info["inside"]}


def concerns_somebody(column: Column[object]) -> bool:
    kind = column.type
    if isinstance(kind, Ref):
        return kind.kind is PersonRef
    return isinstance(kind, Token | Sealed) or (isinstance(kind, Text | JSON) and column.name not in NOBODYS)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_column_with_a_person_or_their_words_is_left_out(table: Table) -> None:
    subject_of_audit = {"subject"} if table.name == "audit" else set()
    concerned = {column.name for column in table.columns if concerns_somebody(column)}
    assert concerned - subject_of_audit <= named(table)
    assert named(table) <= set(table.columns.keys())


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_says_what_it_is_for_and_until_when(table: Table) -> None:
    assert table.comment
    assert (table.name in PLAIN) == bool(named(table) - {"proof"}), "in words for the person it is about"
    in_words = kept_in_words(table.info["kept"], Retention())
    assert "`" not in in_words
    assert not re.search(r"\b(evidence|open_case|sightings|handled_ids|parked|sent)\b\s*$", in_words)
