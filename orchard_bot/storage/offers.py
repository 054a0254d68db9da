"""Open offers: what a button or a typed number means, and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, false, func, select, update

from orchard_bot.chat.refs import AccountRef, PersonRef
from orchard_bot.features.books import Offer
from orchard_bot.storage.tables import offers
from orchard_bot.storage.upsert import unless_there

_columns = [offers.c[name] for name in Offer.__struct_fields__]
_theirs = (offers.c.account == bindparam("account"), offers.c.person == bindparam("person"))
_in_time = offers.c.expires_at > bindparam("now")

# A token is made from the key of its message: the same one again is the same offer, open or not.
_ADD = unless_there(offers)
_BY_TOKEN = select(*_columns).where(offers.c.token == bindparam("token"))
# 0 is the number of an offer that another menu has superseded.
_BY_NUMBER = (
    select(*_columns)
    .where(*_theirs, offers.c.number == bindparam("number"), offers.c.number > 0, _in_time)
    .order_by(offers.c.id.desc())
    .limit(1)
)
_HIGHEST = select(func.coalesce(func.max(offers.c.number), 0)).where(*_theirs, _in_time)
_SUPERSEDE = (
    update(offers)
    .where(offers.c.account == bindparam("via"), offers.c.person == bindparam("whose"), offers.c.stays == false())
    .values(number=0)
)
_CLOSE = delete(offers).where(offers.c.key == bindparam("key"))


class SqlOffers:
    """See ``features.books.Offers``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, offers: Sequence[Offer]) -> None:
        """See ``features.books.Offers``."""
        _ADD.run_all(self._connection, [_to_row(offer) for offer in offers])

    def by_token(self, token: str) -> Offer | None:
        """See ``features.books.Offers``. One past its time too, so that the person can be told."""
        row = self._connection.execute(_BY_TOKEN, {"token": token}).first()
        return _from_row(row) if row else None

    def by_number(self, account: AccountRef, person: PersonRef, number: int, now: datetime) -> Offer | None:
        """See ``features.books.Offers``."""
        values = {"account": account, "person": person, "number": number, "now": now}
        row = self._connection.execute(_BY_NUMBER, values).first()
        return _from_row(row) if row else None

    def highest_number(self, account: AccountRef, person: PersonRef, now: datetime) -> int:
        """See ``features.books.Offers``."""
        values = {"account": account, "person": person, "now": now}
        highest: int = self._connection.execute(_HIGHEST, values).scalar_one()
        return highest

    def supersede(self, account: AccountRef, person: PersonRef) -> None:
        """See ``features.books.Offers``."""
        self._connection.execute(_SUPERSEDE, {"via": account, "whose": person})

    def close(self, key: str) -> None:
        """See ``features.books.Offers``."""
        self._connection.execute(_CLOSE, {"key": key})


def _to_row(offer: Offer) -> dict[str, Any]:
    """Whose it is stands sealed beside the data; the column only finds it."""
    return msgspec.structs.asdict(offer) | {"data": {"person": str(offer.person), "data": offer.data}}


def _from_row(row: Row[Any]) -> Offer:
    sealed = row.data
    return Offer(**{**row._mapping, "person": PersonRef.parse(sealed["person"]), "data": sealed["data"]})
