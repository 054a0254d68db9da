"""Who is known to be in which group: kept in memory, so that an ordinary message need not ask the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from orchard_bot.chat.refs import PersonRef

_NOWHERE: frozenset[str] = frozenset()


class Members:
    """Read from the database at start, kept true by what units of work commit."""

    def __init__(self) -> None:
        self._groups: dict[PersonRef, set[str]] = {}

    def load(self, people: Mapping[str, Iterable[PersonRef]]) -> None:
        """Begin anew with these people, by community."""
        self._groups.clear()
        for community, members in people.items():
            for person in members:
                self.joined(community, person)

    def joined(self, community: str, person: PersonRef) -> None:
        """``person`` is in the group of ``community``."""
        self._groups.setdefault(person, set()).add(community)

    def left(self, community: str, person: PersonRef) -> None:
        """``person`` is no longer there."""
        groups = self._groups.get(person)
        if groups is not None:
            groups.discard(community)
            if not groups:
                del self._groups[person]

    def of(self, person: PersonRef) -> frozenset[str] | set[str]:
        """The ids of the communities this person is known to be in."""
        return self._groups.get(person, _NOWHERE)
