"""Everything in one transaction: the books of the features and those of the runtime, on one connection."""

from __future__ import annotations

from itertools import count

from sqlalchemy import Connection

from orchard_bot.storage.arrivals import SqlArrivals
from orchard_bot.storage.audit import SqlAudit
from orchard_bot.storage.cases import SqlCases
from orchard_bot.storage.columns import keyring_of
from orchard_bot.storage.consents import SqlConsents
from orchard_bot.storage.dialogs import SqlDialogs
from orchard_bot.storage.feeds import SqlFeeds
from orchard_bot.storage.health import SqlHealth
from orchard_bot.storage.kept_texts import SqlKeptTexts
from orchard_bot.storage.lane_queue import SqlLaneQueue
from orchard_bot.storage.links import SqlLinks
from orchard_bot.storage.offers import SqlOffers
from orchard_bot.storage.outbox import SqlOutbox
from orchard_bot.storage.people import SqlPeople
from orchard_bot.storage.personal import SqlPersonal
from orchard_bot.storage.purge import SqlPurge
from orchard_bot.storage.recent import SqlRecentMessages
from orchard_bot.storage.savepoint import SqlSavepoint
from orchard_bot.storage.schedules import SqlClockwork, SqlSchedules
from orchard_bot.storage.whereabouts import SqlWhereabouts


class SqlLedger:
    """See ``runtime.ledger.Ledger``. Holds no state of its own: one serves all units on its connection in turn."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._token = keyring_of(connection.dialect).token
        self.cases = SqlCases(connection)
        self.kept_texts = SqlKeptTexts(connection)
        self.recent = SqlRecentMessages(connection)
        self.links = SqlLinks(connection)
        self.dialogs = SqlDialogs(connection)
        self.offers = SqlOffers(connection)
        self.people = SqlPeople(connection)
        self.consents = SqlConsents(connection)
        self.schedules = SqlSchedules(connection)
        self.audit = SqlAudit(connection)
        self.personal = SqlPersonal(connection)
        self.health = SqlHealth(connection)
        self.arrivals = SqlArrivals(connection)
        self.queue = SqlLaneQueue(connection)
        self.outbox = SqlOutbox(connection)
        self.clockwork = SqlClockwork(connection)
        self.whereabouts = SqlWhereabouts(connection)
        self.feeds = SqlFeeds(connection)
        self.purge = SqlPurge(connection)
        self._cursor = connection.connection.cursor()
        self._numbers = count(1)

    def stand_in(self, text: str) -> str:
        """See ``runtime.ledger.Ledger``."""
        return self._token(text)

    def savepoint(self) -> SqlSavepoint:
        """See ``runtime.ledger.Ledger``. They may be nested."""
        return SqlSavepoint(self._cursor.execute, f"point_{next(self._numbers)}")
