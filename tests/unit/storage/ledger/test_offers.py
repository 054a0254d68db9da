"""What a button or a typed number means, for whom, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from orchard_bot.chat.refs import AccountRef, PersonRef
from orchard_bot.features.books import Offer
from orchard_bot.storage.ledger import SqlLedger

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
US, OTHER = AccountRef("sandbox", "main"), AccountRef("sandbox", "other")
ANN, BEN = PersonRef("sandbox", "ann"), PersonRef("sandbox", "ben")


def offer(token: str, number: int, **other: Any) -> Offer:
    usual: dict[str, Any] = {
        "account": US,
        "person": ANN,
        "community": "oak",
        "action": "rules.topic",
        "data": {"topic": "photos", "page": [1, 2]},
        "key": "menu",
        "once": True,
        "stays": False,
        "version": 1,
        "expires_at": SOON,
    }
    return Offer(token=token, number=number, **{**usual, **other})


def test_an_offer_is_found_by_token_and_by_number(ledger: SqlLedger) -> None:
    ledger.offers.add([offer("a", 1), offer("b", 2)])
    assert ledger.offers.by_token("a") == offer("a", 1)
    assert ledger.offers.by_number(US, ANN, 2, NOW) == offer("b", 2)
    assert ledger.offers.by_token("c") is None
    assert ledger.offers.by_number(US, ANN, 3, NOW) is None


def test_a_number_means_something_to_its_person_and_account_alone(ledger: SqlLedger) -> None:
    ledger.offers.add([offer("a", 1)])
    assert ledger.offers.by_number(US, BEN, 1, NOW) is None
    assert ledger.offers.by_number(OTHER, ANN, 1, NOW) is None


def test_the_newest_offer_under_a_number_counts(ledger: SqlLedger) -> None:
    ledger.offers.add([offer("z", 1)])
    ledger.offers.add([offer("a", 1)])
    assert ledger.offers.by_number(US, ANN, 1, NOW) == offer("a", 1)


def test_an_expired_number_means_nothing(ledger: SqlLedger) -> None:
    ledger.offers.add([offer("a", 1), offer("b", 7, expires_at=NOW)])
    assert ledger.offers.by_number(US, ANN, 1, SOON) is None
    assert ledger.offers.by_number(US, ANN, 7, NOW) is None
    assert ledger.offers.highest_number(US, ANN, NOW) == 1
    assert ledger.offers.highest_number(US, ANN, SOON) == 0


def test_a_superseded_menu_keeps_its_buttons_and_loses_its_numbers(ledger: SqlLedger) -> None:
    ledger.offers.add([offer("menu", 1), offer("alert", 11, stays=True, key="alert"), offer("bens", 1, person=BEN)])
    ledger.offers.supersede(US, ANN)
    assert ledger.offers.by_number(US, ANN, 1, NOW) is None
    assert ledger.offers.by_number(US, ANN, 0, NOW) is None
    assert ledger.offers.by_token("menu") == offer("menu", 0)
    assert ledger.offers.by_number(US, ANN, 11, NOW) == offer("alert", 11, stays=True, key="alert")
    assert ledger.offers.by_number(US, BEN, 1, NOW) == offer("bens", 1, person=BEN)
    assert ledger.offers.highest_number(US, ANN, NOW) == 11


def test_closing_a_message_closes_all_it_offered(ledger: SqlLedger) -> None:
    ledger.offers.add([offer("a", 1), offer("b", 2), offer("c", 3, key="another")])
    ledger.offers.close("menu")
    assert [ledger.offers.by_token(token) for token in "ab"] == [None, None]
    assert ledger.offers.by_token("c") == offer("c", 3, key="another")


def test_the_same_token_again_is_the_same_offer(ledger: SqlLedger) -> None:
    ledger.offers.add([offer("a", 1)])
    ledger.offers.supersede(US, ANN)
    ledger.offers.add([offer("a", 1)])
    assert ledger.offers.by_token("a") == offer("a", 0)


def test_offering_nothing_is_fine(ledger: SqlLedger) -> None:
    ledger.offers.add([])
    assert ledger.offers.highest_number(US, ANN, NOW) == 0
