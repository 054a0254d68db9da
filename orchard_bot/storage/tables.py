"""All tables, those of casework from a file of their own: what each holds, why, and how long.

``info`` is made by ``kept``: in words when a row goes, where the names in backquotes are fields of
``features.house.Retention``, and which columns concern people. /mydata and /forgetme go by that.
Refs are kept in their string form, moments as microseconds since 1970. Nothing here is special to one database.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    and_,
    column,
)

from orchard_bot.chat.refs import MessageRef, PersonRef
from orchard_bot.storage import case_tables
from orchard_bot.storage.columns import Moment, RowId, Sealed, Token
from orchard_bot.storage.table_parts import account_ref, chat_ref, kept, message_ref, partial, person_ref

metadata = case_tables.metadata

kept_texts = Table(
    "kept_texts",
    metadata,
    Column("message", message_ref, primary_key=True),
    Column("community", Text, nullable=False),
    Column("person", person_ref, nullable=False),
    Column("text", Sealed(str), nullable=False),
    Column("labels", JSON, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Index(None, "community", "person"),
    comment="Messages to train the detectors with: only where the poster and a moderator agreed.",
    info=kept(
        "`training_texts`; less where the poster takes back the yes, deletes the message or leaves the group",
        whose=("person",),
        words=("text",),
    ),
)

links = Table(
    "links",
    metadata,
    Column("owner_token", Token, primary_key=True),
    Column("owner", Sealed(PersonRef), nullable=False),
    Column("owner_account", account_ref, nullable=False),
    Column("code", Text, unique=True),
    Column("code_until", Moment, index=True),
    Column("other_token", Token, unique=True),
    Column("other", Sealed(PersonRef)),
    Column("other_account", account_ref),
    Column("both", Boolean, nullable=False),
    Column("agreed", Boolean, nullable=False),
    comment="Moderators who are the same person on two platforms, by their own word on both sides, sealed.",
    info=kept(
        "until either side ends it with /unlink; a code that nobody used, or a yes without the other, for a day",
        whose=("owner_token", "other_token"),
        inside=("owner", "other", "code"),
    ),
)

recent_messages = Table(
    "recent_messages",
    metadata,
    Column("message", message_ref, primary_key=True),
    Column("community", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("author_token", Token, nullable=False, index=True),
    Column("author", Sealed(PersonRef), nullable=False),
    Column("author_name", Sealed(str), nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Index(None, "community", "words"),
    comment="A salted hash of what was written lately, where a forward does not say whose message it was.",
    info=kept(
        "`recent`; only on platforms whose forwards name nobody",
        whose=("author_token",),
        words=("author_name",),
        inside=("words", "author"),
    ),
)

dialogs = Table(
    "dialogs",
    metadata,
    Column("account", account_ref, primary_key=True),
    Column("person", Token, primary_key=True),
    Column("state", Text, nullable=False),
    Column("data", Sealed(dict), nullable=False),
    Column("version", Integer, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    comment="The one question each person may answer in their own words, so that a restart loses no half-told report.",
    info=kept("until it is answered, cancelled or out of time", whose=("person",), inside=("data",)),
)

offers = Table(
    "offers",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("token", Text, nullable=False, unique=True),
    Column("number", Integer, nullable=False),
    Column("account", account_ref, nullable=False),
    Column("person", Token, nullable=False),
    Column("community", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("data", Sealed(dict), nullable=False),
    Column("key", Text, nullable=False, index=True),
    Column("once", Boolean, nullable=False),
    Column("stays", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Index(None, "account", "person", "number"),
    comment="What each button or typed number means, and for whom alone.",
    info=kept("until one is taken, or their time is over", whose=("person",), inside=("data",)),
)

members = Table(
    "members",
    metadata,
    Column("community", Text, primary_key=True),
    Column("person", person_ref, primary_key=True),
    Column("joined_at", Moment, nullable=False),
    Index(None, "person"),
    comment="Who is in which group: decides who may use the bot in private, and is never shown.",
    info=kept("until the person leaves the group", whose=("person",)),
)

welcomes = Table(
    "welcomes",
    metadata,
    Column("community", Text, primary_key=True),
    Column("person", person_ref, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    comment="Who has been welcomed, so that nobody is welcomed twice.",
    info=kept("as long as the person is in the group, and at least `cases`", whose=("person",)),
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
    info=kept(
        "as long as the person is in a group, and at least `cases` after the last sign of them",
        whose=("person",),
        inside=("chat",),
    ),
)

consents = Table(
    "consents",
    metadata,
    Column("community", Text, primary_key=True),
    Column("person", person_ref, primary_key=True),
    Column("opt_in", Text, primary_key=True),
    Column("given_at", Moment, nullable=False),
    Column("policy", Text, nullable=False),
    Column("choice", Text, nullable=False, server_default=""),
    comment="Who said yes to what, under which version of the policy. No row means no.",
    info=kept("until it is withdrawn", whose=("person",)),
)

schedules = Table(
    "schedules",
    metadata,
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("community", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("data", Sealed(dict), nullable=False),
    Column("due", Moment, nullable=False, index=True),
    Column("cron", Text),
    Column("timezone", Text, nullable=False),
    Index(None, "community", "kind"),
    comment="Timers and schedules with their next time: the truth about what is due.",
    info=kept("until it is over or cancelled", whose=("subject",), inside=("data",)),
)

occurrences = Table(
    "occurrences",
    metadata,
    Column("key", Text, primary_key=True),
    Column("occurrence", Text, primary_key=True),
    Column("fired_at", Moment, nullable=False, index=True),
    comment="Which occurrence of a schedule has happened, so that each happens once.",
    info=kept("`handled_ids`"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("community", Text, nullable=False),
    Column("actor", Token),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("clause", Text),
    Column("policy", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index(None, "community", "at"),
    comment="Who (as a stand-in) did what, when, under which clause and version; never a message's text.",
    info=kept("`cases`", whose=("actor",)),
)

audit_ends = Table(
    "audit_ends",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("before", Text, nullable=False),
    Column("last", Text, nullable=False),
    comment="One row: the hash of the last line of the audit trail that was forgotten, and that of its newest.",
    info=kept("always; it says nothing about anybody"),
)

arrivals = Table(
    "arrivals",
    metadata,
    # Counted in the order of arrival, so that the old end can be found without an index on the time.
    Column("id", RowId, primary_key=True),
    Column("event", Text, nullable=False, unique=True),
    Column("at", BigInteger, nullable=False),
    comment="Stand-ins for the ids of events that were handled or queued (at: seconds since 1970), so that none is handled twice.",
    info=kept("`handled_ids`"),
)

_in_lane, _parked = column("parked_at").is_(None), column("parked_at").is_not(None)
queue = Table(
    "queue",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("lane", Text, nullable=False),
    Column("account", account_ref, nullable=False),
    Column("event", Sealed(bytes), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("put_at", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("reference", Text, index=True),
    Column("error", Text),
    Column("parked_at", Moment),
    partial("ix_queue_lane_id", "lane", "id", where=_in_lane),
    partial("ix_queue_parked_at", "parked_at", where=_parked),
    comment="Events that could not be handled at once, whole, in the order of their chats; parked_at: set aside.",
    info=kept("until it is handled, mostly for less than a second; parked ones for `parked`", inside=("event",)),
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
    Column("intent", Sealed(bytes)),
    Column("origin", Sealed(str), nullable=False),
    Column("changes", Text),
    Column("tries", Integer, nullable=False),
    Column("steps_done", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("closed_at", Moment, index=True),
    Column("message", Sealed(MessageRef)),
    Column("private", Boolean),
    Column("why", Text),
    Column("community", Text),
    partial("ix_letters_urgency", "account", "priority", "id", where=_waiting),
    partial("ix_letters_due", "account", "due", "id", where=_waiting),
    partial("ix_letters_order", "destination", "priority", "id", where=_waiting),
    partial("ix_letters_expires_at", "account", "expires_at", where=_open_with_end),
    Index("ix_letters_state", "state", "destination"),
    comment="What the bot wants carried out (waiting, held, sent, dead), and which message it became.",
    info=kept(
        "the words until it is delivered or given up; key and message for `sent` after that",
        whose=("destination",),
        inside=("intent", "origin", "message"),
    ),
)

letter_messages = Table(
    "letter_messages",
    metadata,
    Column("message", Token, primary_key=True),
    Column("letter", ForeignKey("letters.id", ondelete="CASCADE"), nullable=False, index=True),
    comment="Every message that a letter became, the further parts of a long text too, for replies that quote it.",
    info=kept("as long as the letter (`sent`)", inside=("message",)),
)

deferrals = Table(
    "deferrals",
    metadata,
    Column("account", account_ref, primary_key=True),
    Column("destination", Text, primary_key=True),
    Column("until", Moment, nullable=False, index=True),
    comment="Until when a platform asked us to leave a chat, a person or (empty destination) a whole account alone.",
    info=kept("until that moment is past", whose=("destination",)),
)

moves = Table(
    "moves",
    metadata,
    Column("community", Text, primary_key=True),
    Column("chat", chat_ref, nullable=False),
    comment="Where a group goes on after the platform gave it another id.",
    info=kept("as long as the group is used"),
)

feeds = Table(
    "feeds",
    metadata,
    Column("url", Text, primary_key=True),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("looked_at", Moment, nullable=False),
    Column("moved_to", Text, nullable=False),
    Column("failing_since", Moment),
    Column("said_at", Moment),
    Column("why", Text, nullable=False),
    comment="The configured feeds of newsletters: how each answered last.",
    info=kept("as long as the feed is in the settings; it says nothing about anybody"),
)

feed_entries = Table(
    "feed_entries",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("entry", Text, primary_key=True),
    Column("seen_at", Moment, nullable=False, index=True),
    comment="Hashes of what feeds announced, so that nothing is offered to the moderators twice.",
    info=kept("`cases` after it was last in the feed"),
)

erasures = Table(
    "erasures",
    metadata,
    Column("token", Token, primary_key=True),
    Column("person", Sealed(PersonRef), nullable=False),
    Column("asked_at", Moment, nullable=False),
    comment="Who asked to be forgotten while a case still needed something of theirs, so that it goes once it is settled.",
    info=kept("until the last of their cases is settled", whose=("token",), inside=("person",)),
)

seals = Table(
    "seals",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("proof", Sealed(str), nullable=False),
    comment="One row: a word that the right key opens.",
    info=kept("always; it says nothing about anybody", inside=("proof",)),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("clean", Boolean, nullable=False),
    comment="One row: whether the last stop was a clean one.",
    info=kept("always; it says nothing about anybody"),
)
