"""Who said yes to what. No row means no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, select

from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.consent import Consent, OptIn
from orchard_bot.storage.tables import consents
from orchard_bot.storage.upsert import replacing

_theirs = (consents.c.community == bindparam("community"), consents.c.person == bindparam("person"))
_to = consents.c.opt_in == bindparam("opt_in")

_GIVE = replacing(consents)
_WITHDRAW = delete(consents).where(*_theirs, _to)
_GIVEN = select(consents.c.opt_in).where(*_theirs)
_EVERYONE = (
    select(consents.c.person, consents.c.choice)
    .where(consents.c.community == bindparam("community"), _to)
    .order_by(consents.c.given_at, consents.c.person)
)


class SqlConsents:
    """See ``features.books.Consents``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def give(self, consent: Consent) -> None:
        """See ``features.books.Consents``. A second yes counts from now, under the version shown now."""
        _GIVE.run(
            self._connection,
            community=consent.community,
            person=consent.person,
            opt_in=consent.to.value,
            given_at=consent.given_at,
            policy=consent.policy,
            choice=consent.choice,
        )

    def withdraw(self, community: str, person: PersonRef, to: OptIn) -> bool:
        """See ``features.books.Consents``. False where there was no yes."""
        values = {"community": community, "person": person, "opt_in": to.value}
        return self._connection.execute(_WITHDRAW, values).rowcount == 1

    def given(self, community: str, person: PersonRef) -> frozenset[OptIn]:
        """See ``features.books.Consents``."""
        rows = self._connection.execute(_GIVEN, {"community": community, "person": person})
        return frozenset(OptIn(name) for name in rows.scalars())

    def everyone(self, community: str, to: OptIn) -> Sequence[PersonRef]:
        """See ``features.books.Consents``. Longest first."""
        return list(self.choices(community, to))

    def choices(self, community: str, to: OptIn) -> Mapping[PersonRef, str]:
        """See ``features.books.Consents``. Longest first."""
        rows = self._connection.execute(_EVERYONE, {"community": community, "opt_in": to.value})
        return {row.person: row.choice for row in rows}
