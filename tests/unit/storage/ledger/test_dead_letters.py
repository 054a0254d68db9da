"""A dead letter is counted for the group that it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from orchard_bot.chat.intents import EditOwn, Intent, Mandate, Remove, TellPrivately
from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.chat.text import PrivateText
from orchard_bot.community.case import Case
from orchard_bot.features.books import Alert, Offer
from orchard_bot.storage.ledger import SqlLedger
from orchard_bot.storage.tables import letters

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
US = AccountRef("sandbox", "main")
GROUP = ChatRef("sandbox", "main", "year 4")
ANN, BEN = PersonRef("sandbox", "ann"), PersonRef("sandbox", "ben")
MANDATE = Mandate(BEN, US, "oak/1", "oak/1:delete")
BY_HAND = PrivateText("Please delete it yourself.")


def tell(key: str, person: PersonRef = ANN, **how: Any) -> TellPrivately:
    return TellPrivately(key=key, account=US, person=person, text=PrivateText("hello"), **how)


def open_case(ledger: SqlLedger, community: str = "oak") -> Case:
    return ledger.cases.open(Case(community=community, number=0, code="", opened_at=NOW, policy="0.1"))


def counted_for(ledger: SqlLedger, intent: Intent) -> dict[str, int]:
    ledger.outbox.add([intent], NOW)
    row = ledger.connection.execute(select(letters.c.id).where(letters.c.key == intent.key)).scalar_one()
    ledger.outbox.die(row, "Gone.", NOW)
    return {name: ledger.health.dead_letters(name) for name in ("oak", "elm")}


def test_a_dead_letter_is_counted_for_the_group_whose_decision_it_carries(ledger: SqlLedger) -> None:
    intent = Remove(key="k", mandate=MANDATE, chat=GROUP, person=ANN, by_hand=BY_HAND)
    assert counted_for(ledger, intent) == {"oak": 1, "elm": 0}


def test_a_dead_alert_and_its_change_are_counted_for_the_group_of_the_case(ledger: SqlLedger) -> None:
    ledger.cases.add_alert(Alert(open_case(ledger).id, BEN, US, "alert"))
    assert counted_for(ledger, tell("alert", BEN)) == {"oak": 1, "elm": 0}
    assert counted_for(ledger, EditOwn(key="change", account=US, of="alert", text=PrivateText("hello again"))) == {
        "oak": 2,
        "elm": 0,
    }


def test_a_dead_letter_with_options_is_counted_for_the_group_of_the_options(ledger: SqlLedger) -> None:
    ledger.offers.add(
        [
            Offer(
                token="t",
                number=1,
                account=US,
                person=ANN,
                community="elm",
                action="rules.topic",
                data={},
                key="menu",
                once=True,
                stays=False,
                version=1,
                expires_at=SOON,
            )
        ]
    )
    assert counted_for(ledger, tell("menu")) == {"oak": 0, "elm": 1}


def test_a_dead_letter_about_a_case_is_counted_for_its_group(ledger: SqlLedger) -> None:
    assert counted_for(ledger, tell("k", subject=open_case(ledger, "elm").id)) == {"oak": 0, "elm": 1}


@pytest.mark.parametrize("subject", ["", "oak/77", "reminder/soon"])
def test_a_dead_letter_of_nobody_is_counted_everywhere_rather_than_nowhere(ledger: SqlLedger, subject: str) -> None:
    assert counted_for(ledger, tell("k", subject=subject)) == {"oak": 1, "elm": 1}
