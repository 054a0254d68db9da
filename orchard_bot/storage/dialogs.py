"""Open questions: at most one for each person and account."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, delete, select

from orchard_bot.chat.refs import AccountRef, PersonRef
from orchard_bot.features.books import Dialog
from orchard_bot.storage.tables import dialogs
from orchard_bot.storage.upsert import replacing

_theirs = (dialogs.c.account == bindparam("account"), dialogs.c.person == bindparam("person"))

_GET = select(dialogs).where(*_theirs)
_PUT = replacing(dialogs)
_END = delete(dialogs).where(*_theirs)


class SqlDialogs:
    """See ``features.books.Dialogs``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, account: AccountRef, person: PersonRef) -> Dialog | None:
        """See ``features.books.Dialogs``. One past its time too, so that the person can be told."""
        row = self._connection.execute(_GET, {"account": account, "person": person}).first()
        return Dialog(row.state, row.data, row.version, row.expires_at) if row else None

    def put(self, account: AccountRef, person: PersonRef, dialog: Dialog) -> None:
        """See ``features.books.Dialogs``."""
        _PUT.run(
            self._connection,
            account=account,
            person=person,
            state=dialog.state,
            data=dialog.data,
            version=dialog.version,
            expires_at=dialog.expires_at,
        )

    def end(self, account: AccountRef, person: PersonRef) -> bool:
        """See ``features.books.Dialogs``."""
        return self._connection.execute(_END, {"account": account, "person": person}).rowcount == 1
