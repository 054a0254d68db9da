"""Texts to learn from are kept once, come back oldest first, and go by message or by person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from orchard_bot.chat.refs import ChatRef, MessageRef, PersonRef
from orchard_bot.features.books import KeptText
from orchard_bot.storage.ledger import SqlLedger

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
ANN, BEN = (PersonRef("sandbox", name) for name in ("ann", "ben"))


def a_text(number: int, person: PersonRef = ANN, community: str = "oak", minutes: int = 0) -> KeptText:
    return KeptText(
        community=community,
        message=MessageRef(ChatRef("sandbox", "main", community), str(number)),
        person=person,
        text=f"Words {number}",
        labels=("swearing", "disrespect"),
        at=NOW + timedelta(minutes=minutes),
    )


def test_texts_come_back_as_they_were_oldest_first(ledger: SqlLedger) -> None:
    new, old = a_text(1, minutes=5), a_text(2)
    ledger.kept_texts.keep(new)
    ledger.kept_texts.keep(old)
    assert ledger.kept_texts.all() == [old, new]


def test_a_later_word_about_a_message_takes_the_place_of_the_earlier(ledger: SqlLedger) -> None:
    ledger.kept_texts.keep(a_text(1))
    later = msgspec.structs.replace(a_text(1), labels=(), text="Other words")
    ledger.kept_texts.keep(later)
    assert ledger.kept_texts.all() == [later]


def test_a_deleted_message_takes_its_text_along(ledger: SqlLedger) -> None:
    ledger.kept_texts.keep(a_text(1))
    ledger.kept_texts.keep(a_text(2))
    assert ledger.kept_texts.forget_message(a_text(1).message)
    assert not ledger.kept_texts.forget_message(a_text(1).message)
    assert ledger.kept_texts.all() == [a_text(2)]


def test_all_of_one_persons_texts_in_one_group_go_together(ledger: SqlLedger) -> None:
    others = [a_text(3, BEN), a_text(4, ANN, "elm", minutes=1)]
    for one in (a_text(1), a_text(2), *others):
        ledger.kept_texts.keep(one)
    assert ledger.kept_texts.forget_person("oak", ANN) == 2
    assert ledger.kept_texts.forget_person("oak", ANN) == 0
    assert ledger.kept_texts.all() == others
