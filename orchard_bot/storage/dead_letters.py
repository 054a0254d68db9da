"""Whose moderators are to hear of a letter that died."""

from __future__ import annotations

from sqlalchemy import BindParameter, Connection, bindparam, select

from orchard_bot.chat.intents import AnswerJoin, DeleteMessage, Intent, Remove, Restrict
from orchard_bot.storage.case_row import case_key
from orchard_bot.storage.case_tables import case_alerts, cases
from orchard_bot.storage.letter_row import changed_by
from orchard_bot.storage.tables import offers

_keys: BindParameter[list[str]] = bindparam("keys", expanding=True)
_BY_ALERT = select(case_alerts.c.community).where(case_alerts.c.key.in_(_keys)).limit(1)
_BY_OFFER = select(offers.c.community).where(offers.c.key.in_(_keys), offers.c.community != "").limit(1)
_BY_CASE = select(cases.c.community).where(
    cases.c.community == bindparam("community"), cases.c.number == bindparam("number")
)


def community_of(connection: Connection, intent: Intent) -> str | None:
    """The community a letter is about, as far as anything says so."""
    if isinstance(intent, DeleteMessage | Restrict | Remove | AnswerJoin):
        return intent.mandate.case.partition("/")[0]
    keys = {"keys": [key for key in (intent.key, changed_by(intent)) if key]}
    found: str | None = connection.execute(_BY_ALERT, keys).scalar() or connection.execute(_BY_OFFER, keys).scalar()
    return found or _by_case(connection, intent.subject)


def _by_case(connection: Connection, subject: str) -> str | None:
    try:
        key = case_key(subject)
    except ValueError:
        return None
    found: str | None = connection.execute(_BY_CASE, key).scalar()
    return found
