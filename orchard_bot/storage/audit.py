"""The audit trail: who did what, when, under which clause and version."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert

from orchard_bot.chat.refs import PersonRef
from orchard_bot.storage.tables import audit

_NOTE = insert(audit).inline()


class SqlAudit:
    """See ``features.books.Audit``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def note(
        self,
        *,
        at: datetime,
        community: str,
        actor: PersonRef | None,
        act: str,
        subject: str,
        clause: str | None,
        policy: str,
    ) -> None:
        """See ``features.books.Audit``."""
        self._connection.execute(
            _NOTE,
            {
                "at": at,
                "community": community,
                "actor": actor,
                "act": act,
                "subject": subject,
                "clause": clause,
                "policy": policy,
            },
        )
