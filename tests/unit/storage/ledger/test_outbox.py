"""The outbox: urgent first, in order to each destination, nothing twice, nothing lost, no words kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from orchard_bot.chat.intents import (
    AnswerJoin,
    Choice,
    DeleteMessage,
    EditOwn,
    HideCommand,
    Intent,
    Mandate,
    Priority,
    Remove,
    Restrict,
    Say,
    TellPrivately,
    WithdrawOwn,
)
from orchard_bot.chat.planning import Sent
from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.chat.text import PrivateText, PublicText
from orchard_bot.storage.ledger import SqlLedger
from orchard_bot.storage.letter_row import destination_of, private_destination
from orchard_bot.storage.outbox import LONGEST
from orchard_bot.storage.tables import letter_messages, letters
from tests.unit.storage.ledger.keys import KEYS

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
SOON = NOW + timedelta(minutes=1)
US = AccountRef("sandbox", "main")
GROUP = ChatRef("sandbox", "main", "year 4")
ANN, BEN = PersonRef("sandbox", "ann"), PersonRef("sandbox", "ben")
ANNS = private_destination(US, ANN, KEYS)
PRIVATE = ChatRef("sandbox", "main", "dm-ann")
MANDATE = Mandate(BEN, US, "oak/1", "oak/1:delete")
BY_HAND = PrivateText("Please delete it yourself.")


def tell(key: str, person: PersonRef = ANN, **how: Any) -> TellPrivately:
    return TellPrivately(key=key, account=US, person=person, text=PrivateText("a canary sings"), **how)


def edit(key: str, of: str, **how: Any) -> EditOwn:
    return EditOwn(key=key, account=US, of=of, text=PrivateText("a changed canary"), **how)


def message(number: int, chat: ChatRef = PRIVATE) -> MessageRef:
    return MessageRef(chat, str(number))


def due(ledger: SqlLedger, now: datetime = NOW, limit: int = 10, besides: tuple[int, ...] = ()) -> list[str]:
    return [letter.intent.key for letter in ledger.outbox.due(US, now, limit, besides)]


def row_of(ledger: SqlLedger, key: str) -> int:
    found: int = ledger.connection.execute(select(letters.c.id).where(letters.c.key == key)).scalar_one()
    return found


def test_a_letter_comes_out_as_it_was_put_in(ledger: SqlLedger) -> None:
    intent = tell("k", choices=(Choice("t", "Yes", 1),), near=GROUP, origin="report.told", subject="oak/1")
    ledger.outbox.add([intent], NOW)
    (letter,) = ledger.outbox.due(US, NOW, 10, ())
    assert letter.intent == intent
    assert (letter.account, letter.destination, letter.tries, letter.steps_done, letter.created_at) == (
        US,
        ANNS,
        0,
        0,
        NOW,
    )


@pytest.mark.parametrize(
    ("intent", "destination"),
    [
        (Say(key="k", chat=GROUP, text=PublicText("Hello", "greeting")), str(GROUP)),
        (tell("k"), ANNS),
        (HideCommand(key="k", message=message(1, GROUP), author=ANN), str(GROUP)),
        (
            DeleteMessage(
                key="k", mandate=MANDATE, message=message(1, GROUP), author=ANN, posted_at=NOW, by_hand=BY_HAND
            ),
            str(GROUP),
        ),
        (Restrict(key="k", mandate=MANDATE, chat=GROUP, person=ANN, until=SOON, by_hand=BY_HAND), str(GROUP)),
        (Remove(key="k", mandate=MANDATE, chat=GROUP, person=ANN, by_hand=BY_HAND), str(GROUP)),
        (AnswerJoin(key="k", mandate=MANDATE, chat=GROUP, person=ANN, admit=True, by_hand=BY_HAND), str(GROUP)),
    ],
)
def test_every_intent_has_its_destination(ledger: SqlLedger, intent: Intent, destination: str) -> None:
    ledger.outbox.add([intent], NOW)
    (letter,) = ledger.outbox.due(US, NOW, 10, ())
    assert (letter.intent, letter.account, letter.destination) == (intent, US, destination)


def test_a_change_goes_where_its_original_went(ledger: SqlLedger) -> None:
    ledger.outbox.add([tell("k"), Say(key="g", chat=GROUP, text=PublicText("Hello", "greeting"))], NOW)
    for letter in ledger.outbox.due(US, NOW, 10, ()):
        ledger.outbox.sent(letter.id, None, True, NOW)
    ledger.outbox.add([edit("e", "k"), WithdrawOwn(key="w", account=US, of="g")], NOW)
    assert {one.intent.key: one.destination for one in ledger.outbox.due(US, NOW, 10, ())} == {
        "e": ANNS,
        "w": str(GROUP),
    }


def test_a_change_of_something_unknown_goes_out_to_be_refused(ledger: SqlLedger) -> None:
    ledger.outbox.add([edit("e", "long forgotten")], NOW)
    assert due(ledger) == ["e"]
    assert destination_of(edit("e", "long forgotten"), None, KEYS) not in {ANNS, str(GROUP)}


def test_the_same_key_is_the_same_letter(ledger: SqlLedger) -> None:
    ledger.outbox.add([tell("k"), tell("k", BEN)], NOW)
    ledger.outbox.sent(row_of(ledger, "k"), message(1), True, NOW)
    ledger.outbox.add([tell("k")], NOW)
    assert due(ledger) == []


def test_another_account_has_letters_of_its_own(ledger: SqlLedger) -> None:
    ledger.outbox.add([tell("k")], NOW)
    other = AccountRef("sandbox", "other")
    assert ledger.outbox.due(other, NOW, 10, ()) == []
    assert ledger.outbox.next_due(other) is None


def test_the_urgent_goes_first_and_one_for_each_destination(ledger: SqlLedger) -> None:
    ledger.outbox.add(
        [
            tell("late", priority=Priority.REMINDER),
            tell("ben", BEN),
            tell("first", priority=Priority.SAFETY),
            tell("second", priority=Priority.SAFETY),
        ],
        NOW,
    )
    assert due(ledger) == ["first", "ben"]
    assert due(ledger, limit=1) == ["first"]


def test_a_destination_with_a_letter_in_flight_gets_no_other(ledger: SqlLedger) -> None:
    ledger.outbox.add([tell("one"), tell("two"), tell("ben", BEN)], NOW)
    assert due(ledger, besides=(row_of(ledger, "one"),)) == ["ben"]


def test_a_letter_that_is_tried_again_keeps_its_place(ledger: SqlLedger) -> None:
    ledger.outbox.add([tell("one"), tell("two"), tell("urgent", priority=Priority.SAFETY)], NOW)
    ledger.outbox.later(row_of(ledger, "one"), SOON, 1)
    ledger.outbox.sent(row_of(ledger, "urgent"), None, True, NOW)
    assert due(ledger) == []
    assert ledger.outbox.next_due(US) == SOON
    (letter,) = ledger.outbox.due(US, SOON, 10, ())
    assert (letter.intent.key, letter.tries) == ("one", 1)


def test_a_change_waits_for_its_original_and_holds_up_nobody(ledger: SqlLedger) -> None:
    ledger.outbox.add([tell("k"), edit("e", "k", priority=Priority.SAFETY), tell("ben", BEN)], NOW)
    assert due(ledger) == ["k", "ben"]
    ledger.outbox.hold(row_of(ledger, "k"))
    ledger.outbox.sent(row_of(ledger, "ben"), None, True, NOW)
    assert due(ledger) == []
    assert ledger.outbox.next_due(US) is None
    ledger.outbox.release(US, ANN, NOW)
    ledger.outbox.sent(row_of(ledger, "k"), message(1), True, NOW)
    assert due(ledger) == ["e"]


def test_a_change_that_waits_for_a_held_letter_lets_others_pass(ledger: SqlLedger) -> None:
    ledger.outbox.add([tell("k"), edit("e", "k", priority=Priority.ANSWER), tell("next")], NOW)
    ledger.outbox.hold(row_of(ledger, "k"))
    assert due(ledger) == ["next"]
    assert ledger.outbox.next_due(US) == NOW


def test_a_change_comes_after_its_original_has_died_too(ledger: SqlLedger) -> None:
    ledger.outbox.add([tell("k"), edit("e", "k")], NOW)
    ledger.outbox.die(row_of(ledger, "k"), "Blocked.", NOW)
    assert due(ledger) == ["e"]


def test_held_letters_wait_until_the_person_opens_a_chat(ledger: SqlLedger) -> None:
    ledger.outbox.add([tell("k"), tell("ben", BEN)], NOW)
    for key in ("k", "ben"):
        ledger.outbox.hold(row_of(ledger, key))
    assert (due(ledger), ledger.outbox.next_due(US), ledger.outbox.waiting()) == ([], None, 0)
    assert ledger.outbox.release(US, ANN, SOON) == 1
    assert due(ledger, SOON) == ["k"]
    assert ledger.outbox.release(US, ANN, SOON) == 0


def test_a_platform_that_asks_for_patience_is_given_it(ledger: SqlLedger) -> None:
    ledger.outbox.add([tell("k"), tell("ben", BEN)], NOW)
    ledger.outbox.defer_destination(US, ANNS, SOON)
    ledger.outbox.defer_destination(US, ANNS, NOW)
    assert due(ledger) == ["ben"]
    ledger.outbox.sent(row_of(ledger, "ben"), None, True, NOW)
    assert ledger.outbox.next_due(US) == SOON
    ledger.outbox.defer_destination(US, None, SOON + timedelta(minutes=1))
    assert ledger.outbox.next_due(US) == SOON + timedelta(minutes=1)
    assert due(ledger, SOON) == []
    assert due(ledger, SOON + timedelta(minutes=1)) == ["k"]


def test_no_words_stay_once_a_letter_is_sent_or_dead(ledger: SqlLedger) -> None:
    ledger.outbox.add([tell("k", origin="report.told", subject="oak/1"), tell("ben", BEN)], NOW)
    ledger.outbox.sent(row_of(ledger, "k"), message(1), True, NOW)
    ledger.outbox.die(row_of(ledger, "ben"), "The person has blocked the bot.", NOW)
    kept = ledger.connection.execute(select(letters)).all()
    assert not any("canary" in str(row) for row in kept)
    facts = {(row.key, row.origin, row.destination) for row in kept}
    assert ("k", "report.told", ANNS) in facts


def test_a_long_text_is_known_by_all_its_parts_and_changed_by_its_first(ledger: SqlLedger) -> None:
    ledger.outbox.add([tell("k")], NOW)
    row = row_of(ledger, "k")
    assert ledger.outbox.receipt("k") is None
    ledger.outbox.step_done(row, 1, message(1), True)
    assert ledger.outbox.receipt("k") == Sent(message(1), True)
    (letter,) = ledger.outbox.due(US, NOW, 10, ())
    assert letter.steps_done == 1
    ledger.outbox.sent(row, message(2), True, NOW)
    assert ledger.outbox.receipt("k") == Sent(message(1), True)
    assert [ledger.outbox.key_of(message(number)) for number in (1, 2, 3)] == ["k", "k", None]


def test_a_changed_message_still_belongs_to_the_letter_that_made_it(ledger: SqlLedger) -> None:
    ledger.outbox.add([tell("k"), edit("e", "k")], NOW)
    ledger.outbox.sent(row_of(ledger, "k"), message(1), True, NOW)
    ledger.outbox.sent(row_of(ledger, "e"), message(1), True, NOW)
    assert ledger.outbox.key_of(message(1)) == "k"


def test_an_act_that_makes_no_message_has_no_receipt(ledger: SqlLedger) -> None:
    ledger.outbox.add([HideCommand(key="h", message=message(1, GROUP), author=ANN)], NOW)
    ledger.outbox.sent(row_of(ledger, "h"), None, False, NOW)
    assert ledger.outbox.receipt("h") is None
    assert ledger.outbox.receipt("unknown") is None


def test_letters_past_their_time_are_found_held_ones_too(ledger: SqlLedger) -> None:
    ledger.outbox.add([tell("held", expires_at=SOON), tell("ben", BEN, expires_at=SOON), tell("endless")], NOW)
    ledger.outbox.hold(row_of(ledger, "held"))
    assert ledger.outbox.expired(US, NOW, 10) == []
    assert [one.intent.key for one in ledger.outbox.expired(US, SOON, 10)] == ["held", "ben"]
    assert len(ledger.outbox.expired(US, NOW + LONGEST, 10)) == 3
    assert ledger.outbox.expired(AccountRef("sandbox", "other"), NOW + LONGEST, 10) == []


def test_what_went_out_after_all_is_sent(ledger: SqlLedger) -> None:
    ledger.outbox.add([tell("k")], NOW)
    row = row_of(ledger, "k")
    ledger.outbox.die(row, "Too late.", NOW)
    ledger.outbox.sent(row, message(1), True, NOW)
    assert ledger.outbox.receipt("k") == Sent(message(1), True)
    assert ledger.health.dead_letters("oak") == 0


def test_a_sent_letter_neither_dies_nor_waits_again(ledger: SqlLedger) -> None:
    ledger.outbox.add([tell("k")], NOW)
    row = row_of(ledger, "k")
    ledger.outbox.sent(row, message(1), True, NOW)
    ledger.outbox.die(row, "Too late.", NOW)
    ledger.outbox.later(row, SOON, 3)
    ledger.outbox.hold(row)
    assert ledger.outbox.release(US, ANN, SOON) == 0
    assert (due(ledger, SOON), ledger.health.dead_letters("oak")) == ([], 0)


def test_sent_letters_are_forgotten_with_their_messages_and_waiting_ones_kept(ledger: SqlLedger) -> None:
    ledger.outbox.add([tell("k"), tell("waits")], NOW)
    ledger.outbox.sent(row_of(ledger, "k"), message(1), True, NOW)
    assert ledger.outbox.forget(NOW) == 0
    assert ledger.outbox.forget(SOON) == 1
    assert ledger.outbox.receipt("k") is None
    assert ledger.connection.execute(select(letter_messages)).all() == []
    assert ledger.outbox.waiting() == ledger.health.waiting_to_send() == 1
