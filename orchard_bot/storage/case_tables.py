"""The tables of casework: what was reported or noticed, by whom, who was told, and what came of it."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKeyConstraint, Index, Integer, Table, Text, column

from orchard_bot.chat.refs import PersonRef
from orchard_bot.storage.columns import Moment, RowId, Sealed, Token
from orchard_bot.storage.table_parts import account_ref, kept, message_ref, partial, person_ref, schema

metadata = schema

cases = Table(
    "cases",
    metadata,
    Column("community", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("policy", Text, nullable=False),
    Column("clauses", JSON, nullable=False),
    Column("safety", Boolean, nullable=False),
    Column("message", message_ref),
    Column("author", person_ref),
    Column("author_name", Sealed(str), nullable=False),
    Column("posted_at", Moment),
    Column("evidence", Sealed(str), nullable=False),
    Column("evidence_until", Moment, index=True),
    Column("edited", Boolean, nullable=False),
    Column("remarks", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("claimed_by", person_ref),
    Column("claimed_until", Moment),
    Column("verdict", Text),
    Column("decided_by", person_ref),
    Column("decided_at", Moment),
    Column("decided_policy", Text),
    Column("decided_clause", Text),
    Column("appealed_at", Moment),
    Column("settled_at", Moment, index=True),
    Index(None, "community", "code", unique=True),
    Index(None, "community", "state"),
    Index(None, "community", "author"),
    Index(None, "message"),
    # One message has at most one case that is not settled, whoever reports it and however often.
    partial("uq_cases_live_message", "message", unique=True, where=column("state").in_(("asked", "open", "claimed"))),
    comment="A reported or noticed message until a moderator decides, and the decision: the memory of fair treatment.",
    info=kept(
        "`cases` after it is settled; its text and name `evidence` after that, or `open_case` where nobody decides",
        whose=("author",),
        duty=("claimed_by", "decided_by"),
        words=("author_name", "evidence"),
    ),
)

case_reports = Table(
    "case_reports",
    metadata,
    Column("community", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("reporter", Token, primary_key=True),
    Column("account", account_ref, nullable=False),
    Column("at", Moment, nullable=False),
    Column("clause", Text),
    Column("note", Sealed(str), nullable=False),
    Column("told", Boolean, nullable=False),
    ForeignKeyConstraint(["community", "number"], ["cases.community", "cases.number"], ondelete="CASCADE"),
    Index(None, "community", "reporter"),
    comment="That somebody reported a case, and what they wrote; who it was is a token that says nothing without the key.",
    info=kept(
        "as long as the case (`cases`); the words as long as those of the case (`evidence`, or `open_case`)",
        whose=("reporter",),
        words=("note",),
    ),
)

reporters = Table(
    "reporters",
    metadata,
    Column("community", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("token", Token, primary_key=True),
    Column("person", Sealed(PersonRef), nullable=False),
    ForeignKeyConstraint(["community", "number"], ["cases.community", "cases.number"], ondelete="CASCADE"),
    comment="Who reported a case, sealed, so that they can be told how it ended. Never shown to moderators.",
    info=kept("as long as the case (`cases`)", whose=("token",), inside=("person",)),
)

case_alerts = Table(
    "case_alerts",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("community", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("moderator", person_ref, nullable=False),
    Column("account", account_ref, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    ForeignKeyConstraint(["community", "number"], ["cases.community", "cases.number"], ondelete="CASCADE"),
    Index(None, "community", "number"),
    comment="Which letters told which moderators about a case, so that they can be changed when it is decided.",
    info=kept("as long as the case (`cases`)", duty=("moderator",)),
)

case_conflicts = Table(
    "case_conflicts",
    metadata,
    Column("community", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("moderator", person_ref, primary_key=True),
    ForeignKeyConstraint(["community", "number"], ["cases.community", "cases.number"], ondelete="CASCADE"),
    comment="Which moderators have said that a case concerns them, so that they are not shown it again.",
    info=kept("as long as the case (`cases`)", duty=("moderator",)),
)

sightings = Table(
    "sightings",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("community", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("detector", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("would", Text, nullable=False),
    Column("rehearsal", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "community", "at"),
    Index(None, "at"),
    comment="What the watch noticed, without text or person: for rehearsal reports and thresholds.",
    info=kept("`sightings`"),
)
