"""No row means no; each thing has its own yes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.consent import Consent, OptIn
from orchard_bot.storage.ledger import SqlLedger

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
ANN, BEN = PersonRef("sandbox", "ann"), PersonRef("sandbox", "ben")


def yes(person: PersonRef, to: OptIn, minutes: int = 0, community: str = "oak") -> Consent:
    return Consent(person, community, to, NOW + timedelta(minutes=minutes), "0.1")


def test_nothing_is_given_before_a_yes(ledger: SqlLedger) -> None:
    assert ledger.consents.given("oak", ANN) == frozenset()
    assert ledger.consents.everyone("oak", OptIn.NOTES) == []


def test_each_yes_is_for_one_thing_and_one_community(ledger: SqlLedger) -> None:
    ledger.consents.give(yes(ANN, OptIn.NOTES))
    assert ledger.consents.given("oak", ANN) == {OptIn.NOTES}
    assert ledger.consents.given("elm", ANN) == frozenset()


def test_everyone_is_listed_by_the_time_of_the_last_yes(ledger: SqlLedger) -> None:
    for consent in (
        yes(ANN, OptIn.REMINDERS),
        yes(BEN, OptIn.REMINDERS, 1),
        yes(ANN, OptIn.REMINDERS, 2),
        yes(PersonRef("sandbox", "cat"), OptIn.NOTES),
    ):
        ledger.consents.give(consent)
    assert ledger.consents.everyone("oak", OptIn.REMINDERS) == [BEN, ANN]


def test_a_yes_is_withdrawn_once_and_alone(ledger: SqlLedger) -> None:
    ledger.consents.give(yes(ANN, OptIn.NOTES))
    ledger.consents.give(yes(ANN, OptIn.REMINDERS))
    withdrawn = [ledger.consents.withdraw("oak", ANN, OptIn.NOTES) for _ in range(2)]
    assert withdrawn == [True, False]
    assert ledger.consents.given("oak", ANN) == {OptIn.REMINDERS}
