"""Where groups went, who is in them, and how the last run ended."""

from __future__ import annotations

from datetime import UTC, datetime

from orchard_bot.chat.refs import ChatRef, PersonRef
from orchard_bot.storage.ledger import SqlLedger

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
ANN, BEN = PersonRef("sandbox", "ann"), PersonRef("sandbox", "ben")


def test_a_group_is_where_it_went_last(ledger: SqlLedger) -> None:
    assert ledger.whereabouts.moves() == {}
    for place in ("second", "third"):
        ledger.whereabouts.moved("oak", ChatRef("sandbox", "main", place))
    assert ledger.whereabouts.moves() == {"oak": ChatRef("sandbox", "main", "third")}


def test_everybody_known_is_listed_by_community(ledger: SqlLedger) -> None:
    for community, person in (("oak", ANN), ("oak", BEN), ("elm", ANN)):
        ledger.people.joined(community, person, NOW)
    assert ledger.whereabouts.members() == {"oak": frozenset({ANN, BEN}), "elm": frozenset({ANN})}


def test_a_stop_is_clean_unless_the_last_run_never_said_so(ledger: SqlLedger) -> None:
    assert ledger.whereabouts.start()
    assert not ledger.whereabouts.start()
    ledger.whereabouts.stop()
    assert ledger.whereabouts.start()
