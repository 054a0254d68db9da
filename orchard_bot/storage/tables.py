"""All tables: what each holds, why, and how long.

``info["kept"]`` says in words when a row goes; the names in backquotes there are fields of ``features.house.Retention``.
Refs are kept in their string form, moments as microseconds since 1970. Nothing here is special to one database.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    and_,
    column,
)

from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.storage.columns import Moment, Ref, RowId

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _partial(name: str, *columns: str, where: ColumnElement[bool], unique: bool = False) -> Index:
    """An index of some rows only. PostgreSQL's own word for the condition loads its dialect, which costs a tenth of
    the start: an engine for it calls ``say_it_for_postgresql`` first.
    """
    return Index(name, *columns, unique=unique, sqlite_where=where, info={"where": where})


account_ref, chat_ref, message_ref, person_ref = Ref(AccountRef), Ref(ChatRef), Ref(MessageRef), Ref(PersonRef)

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
    Column("author_name", Text, nullable=False),
    Column("posted_at", Moment),
    Column("evidence", Text, nullable=False),
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
    Column("settled_at", Moment, index=True),
    Index(None, "community", "code", unique=True),
    Index(None, "community", "state"),
    Index(None, "community", "author"),
    Index(None, "message"),
    # One message has at most one case that is not settled, whoever reports it and however often.
    _partial("uq_cases_live_message", "message", unique=True, where=column("state").in_(("asked", "open", "claimed"))),
    comment="A reported or noticed message until a moderator decides, and the decision: the memory of fair treatment.",
    info={"kept": "`cases` after it is settled; its text and name until evidence_until (`evidence`, `open_case`)"},
)

case_reports = Table(
    "case_reports",
    metadata,
    Column("community", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("reporter", person_ref, primary_key=True),
    Column("account", account_ref, nullable=False),
    Column("at", Moment, nullable=False),
    Column("clause", Text),
    Column("note", Text, nullable=False),
    Column("told", Boolean, nullable=False),
    ForeignKeyConstraint(["community", "number"], ["cases.community", "cases.number"], ondelete="CASCADE"),
    Index(None, "community", "reporter"),
    comment="Who reported a case, so that they can be told how it ended. Never shown to moderators.",
    info={"kept": "as long as the case (`cases`); the note as long as its evidence (`evidence`, `open_case`)"},
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
    info={"kept": "as long as the case (`cases`)"},
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
    info={"kept": "`sightings`"},
)

kept_texts = Table(
    "kept_texts",
    metadata,
    Column("message", message_ref, primary_key=True),
    Column("community", Text, nullable=False),
    Column("person", person_ref, nullable=False),
    Column("text", Text, nullable=False),
    Column("labels", JSON, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Index(None, "community", "person"),
    comment="Messages to train the detectors with: only where the poster and a moderator agreed.",
    info={
        "kept": "`training_texts`; less where the poster takes back the yes, deletes the message or leaves the group"
    },
)

dialogs = Table(
    "dialogs",
    metadata,
    Column("account", account_ref, primary_key=True),
    Column("person", person_ref, primary_key=True),
    Column("state", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    comment="The one question each person may answer in their own words, so that a restart loses no half-told report.",
    info={"kept": "until it is answered, cancelled or past its expires_at"},
)

offers = Table(
    "offers",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("token", Text, nullable=False, unique=True),
    Column("number", Integer, nullable=False),
    Column("account", account_ref, nullable=False),
    Column("person", person_ref, nullable=False),
    Column("community", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("key", Text, nullable=False, index=True),
    Column("once", Boolean, nullable=False),
    Column("stays", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Index(None, "account", "person", "number"),
    comment="What each button or typed number means, and for whom alone.",
    info={"kept": "until its message is answered or changed, or past its expires_at"},
)

members = Table(
    "members",
    metadata,
    Column("community", Text, primary_key=True),
    Column("person", person_ref, primary_key=True),
    Column("joined_at", Moment, nullable=False),
    Index(None, "person"),
    comment="Who is in which group: decides who may use the bot in private, and is never shown.",
    info={"kept": "until the person leaves the group"},
)

welcomes = Table(
    "welcomes",
    metadata,
    Column("community", Text, primary_key=True),
    Column("person", person_ref, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    comment="Who has been welcomed, so that nobody is welcomed twice.",
    info={"kept": "as long as the person is in the group, and at least `cases`"},
)

private_chats = Table(
    "private_chats",
    metadata,
    Column("account", account_ref, primary_key=True),
    Column("person", person_ref, primary_key=True),
    Column("chat", chat_ref),
    Column("opened_at", Moment),
    Column("home", Text),
    Column("reach", Boolean),
    Column("touched_at", Moment, index=True),
    comment="Whom the bot may write to, how the last attempt went, and which group they last spoke about.",
    info={"kept": "as long as the person is in a group, and at least `cases` after the last sign of them"},
)

consents = Table(
    "consents",
    metadata,
    Column("community", Text, primary_key=True),
    Column("person", person_ref, primary_key=True),
    Column("opt_in", Text, primary_key=True),
    Column("given_at", Moment, nullable=False),
    Column("policy", Text, nullable=False),
    comment="Who said yes to what, under which version of the policy. No row means no.",
    info={"kept": "until it is withdrawn"},
)

schedules = Table(
    "schedules",
    metadata,
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("due", Moment, nullable=False, index=True),
    Column("cron", Text),
    Column("timezone", Text, nullable=False),
    Index(None, "community", "kind"),
    comment="Timers and schedules with their next time: the truth about what is due.",
    info={"kept": "until it is over or cancelled"},
)

occurrences = Table(
    "occurrences",
    metadata,
    Column("key", Text, primary_key=True),
    Column("occurrence", Text, primary_key=True),
    Column("fired_at", Moment, nullable=False, index=True),
    comment="Which occurrence of a schedule has happened, so that each happens once.",
    info={"kept": "`handled_ids`"},
)

audit = Table(
    "audit",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("community", Text, nullable=False),
    Column("actor", person_ref),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("clause", Text),
    Column("policy", Text, nullable=False),
    Index(None, "community", "at"),
    comment="Who did what, when, under which clause and version; never a message's text.",
    info={"kept": "`cases`"},
)

arrivals = Table(
    "arrivals",
    metadata,
    # Counted in the order of arrival, so that the old end can be found without an index on the time.
    Column("id", RowId, primary_key=True),
    Column("event", Text, nullable=False, unique=True),
    Column("at", BigInteger, nullable=False),
    comment="Ids of events that were handled or queued (at: seconds since 1970), so that none is handled twice.",
    info={"kept": "`handled_ids`"},
)

_in_lane, _parked = column("parked_at").is_(None), column("parked_at").is_not(None)
queue = Table(
    "queue",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("lane", Text, nullable=False),
    Column("account", account_ref, nullable=False),
    Column("event", LargeBinary, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("put_at", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("reference", Text, index=True),
    Column("error", Text),
    Column("parked_at", Moment),
    _partial("ix_queue_lane_id", "lane", "id", where=_in_lane),
    _partial("ix_queue_parked_at", "parked_at", where=_parked),
    comment="Events that could not be handled at once, whole, in the order of their chats; parked_at: set aside.",
    info={"kept": "until it is handled, mostly for less than a second; parked ones for `parked`"},
    sqlite_autoincrement=True,  # an id is never given twice: its order in the lane depends on it
)

_waiting = column("state") == "waiting"
_open_with_end = and_(column("expires_at").is_not(None), column("state").in_(("waiting", "held")))
letters = Table(
    "letters",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("account", account_ref, nullable=False),
    Column("destination", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("intent", LargeBinary),
    Column("origin", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("changes", Text),
    Column("tries", Integer, nullable=False),
    Column("steps_done", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("closed_at", Moment, index=True),
    Column("message", message_ref),
    Column("private", Boolean),
    Column("why", Text),
    Column("community", Text),
    _partial("ix_letters_urgency", "account", "priority", "id", where=_waiting),
    _partial("ix_letters_due", "account", "due", "id", where=_waiting),
    _partial("ix_letters_order", "destination", "priority", "id", where=_waiting),
    _partial("ix_letters_expires_at", "account", "expires_at", where=_open_with_end),
    Index("ix_letters_state", "state", "destination"),
    comment="What the bot wants carried out (waiting, held, sent, dead), and which message it became.",
    info={"kept": "the words until it is delivered or given up; key and message for `sent` after that"},
)

letter_messages = Table(
    "letter_messages",
    metadata,
    Column("message", message_ref, primary_key=True),
    Column("letter", ForeignKey("letters.id", ondelete="CASCADE"), nullable=False, index=True),
    comment="Every message that a letter became, the further parts of a long text too, for replies that quote it.",
    info={"kept": "as long as the letter (`sent`)"},
)

deferrals = Table(
    "deferrals",
    metadata,
    Column("account", account_ref, primary_key=True),
    Column("destination", Text, primary_key=True),
    Column("until", Moment, nullable=False, index=True),
    comment="Until when a platform asked us to leave a chat, a person or (empty destination) a whole account alone.",
    info={"kept": "until that moment is past"},
)

moves = Table(
    "moves",
    metadata,
    Column("community", Text, primary_key=True),
    Column("chat", chat_ref, nullable=False),
    comment="Where a group goes on after the platform gave it another id.",
    info={"kept": "as long as the group is used"},
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("clean", Boolean, nullable=False),
    comment="One row: whether the last stop was a clean one.",
    info={"kept": "always; it says nothing about anybody"},
)


def say_it_for_postgresql() -> None:
    """Give the indexes of some rows their condition in PostgreSQL's words too."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if "where" in index.info:
                index.dialect_options["postgresql"]["where"] = index.info["where"]
