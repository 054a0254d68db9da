"""Who is the same person on two platforms. Who they are is sealed; stand-ins find them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, delete, or_, select, update

from orchard_bot.chat.refs import AccountRef, PersonRef
from orchard_bot.features.link import Link
from orchard_bot.storage.case_code import new_code
from orchard_bot.storage.columns import keyring_of
from orchard_bot.storage.tables import links
from orchard_bot.storage.upsert import replacing

CODE_LENGTH = 8
"""Of 16 letters and digits: a guess in the minutes of its life is one in four thousand million."""

_person: BindParameter[Any] = bindparam("person")
_either = or_(links.c.owner_token == _person, links.c.other_token == _person)
_PUT = replacing(links)
_BY_CODE = select(links.c.owner, links.c.owner_account).where(
    links.c.code == bindparam("typed"), links.c.code_until > bindparam("now")
)
_PROPOSE = (
    update(links)
    .where(links.c.owner_token == _person)
    .values(
        code=None,
        code_until=bindparam("till"),
        other_token=bindparam("them"),
        other=bindparam("them_sealed"),
        other_account=bindparam("their_account"),
        both=bindparam("in_both"),
    )
)
_AGREE = (
    update(links)
    .where(links.c.owner_token == _person, links.c.other_token.is_not(None))
    .values(agreed=True, code_until=None)
)
_OF = select(links).where(_either)
_END = delete(links).where(_either)


class SqlLinks:
    """See ``features.books.Links``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._token = keyring_of(connection.dialect).token

    def offer(self, owner: PersonRef, account: AccountRef, now: datetime, until: datetime) -> str:
        """See ``features.books.Links``."""
        code = new_code(lambda one: self.offered(one, now) is not None, CODE_LENGTH)
        _PUT.run(
            self._connection,
            owner_token=owner,
            owner=owner,
            owner_account=account,
            code=self._token(code),
            code_until=until,
            other_token=None,
            other=None,
            other_account=None,
            both=False,
            agreed=False,
        )
        return code

    def offered(self, code: str, now: datetime) -> tuple[PersonRef, AccountRef] | None:
        """See ``features.books.Links``."""
        row = self._connection.execute(_BY_CODE, {"typed": self._token(code), "now": now}).first()
        return (row.owner, row.owner_account) if row else None

    def propose(self, link: Link, until: datetime) -> None:
        """See ``features.books.Links``."""
        values = {"person": link.owner, "them": link.other, "them_sealed": link.other, "till": until}
        self._connection.execute(_PROPOSE, {**values, "their_account": link.other_account, "in_both": link.both})

    def agree(self, owner: PersonRef) -> Link | None:
        """See ``features.books.Links``."""
        return self.of(owner) if self._connection.execute(_AGREE, {"person": owner}).rowcount else None

    def of(self, person: PersonRef) -> Link | None:
        """See ``features.books.Links``."""
        link = _link(self._connection.execute(_OF, {"person": person}).first())
        return link if link is not None and link.agreed else None

    def end(self, person: PersonRef) -> Link | None:
        """See ``features.books.Links``."""
        link = _link(self._connection.execute(_OF, {"person": person}).first())
        self._connection.execute(_END, {"person": person})
        return link


def _link(row: Row[tuple[object, ...]] | None) -> Link | None:
    if row is None or row.other is None:
        return None
    return Link(**{name: row._mapping[name] for name in Link.__struct_fields__})
