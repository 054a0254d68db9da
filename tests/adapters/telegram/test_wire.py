"""Updates that cannot be read are counted, cost the others nothing, and do not come again for ever."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orchard_telegram.wire import ALLOWED_UPDATES, UnreadableAnswer, updates_from, updates_in


def update(number: int, **fields: Any) -> dict[str, Any]:
    chat = {"id": 1, "type": "private"}
    return {"update_id": number, "message": {"message_id": 1, "date": 1, "chat": chat, "from": {"id": 1}} | fields}


def answer(*items: object) -> bytes:
    return json.dumps({"ok": True, "result": items}).encode()


def test_updates_come_in_the_order_of_their_numbers() -> None:
    received = updates_in(answer(update(3), update(1), update(2)))
    assert [each.update_id for each in received.updates] == [1, 2, 3]
    assert (received.malformed, received.up_to) == (0, 3)


def test_nothing_new_confirms_nothing() -> None:
    assert updates_in(answer()).up_to is None


@pytest.mark.parametrize(
    ("broken", "up_to"),
    [
        ({"update_id": 9, "message": "?"}, 9),
        ({"update_id": 9, "message": {"date": "yesterday"}}, 9),
        (update(9, date=10**15), 9),
        ({"update_id": "nine"}, 2),
        ({"message": {}}, 2),
        ("what?", 2),
        (None, 2),
    ],
)
def test_one_that_cannot_be_read_is_counted_and_passed(broken: object, up_to: int) -> None:
    received = updates_in(answer(update(2), broken, update(1)))
    assert [each.update_id for each in received.updates] == [1, 2]
    assert (received.malformed, received.up_to) == (1, up_to)


def test_half_a_surrogate_pair_is_not_malformed() -> None:
    received = updates_in(b'{"ok":true,"result":[' + json.dumps(update(1, text="a\ud800")).encode() + b"]}")
    assert [each.message.text for each in received.updates if each.message] == ["a\ud800"]
    assert received.malformed == 0


@pytest.mark.parametrize(
    "payload", [b"", b"<html>", b"[]", b'{"ok":true}', b'{"ok":true,"result":{}}', b'{"result":[{']
)
def test_what_is_no_answer_at_all_is_refused(payload: bytes) -> None:
    with pytest.raises((json.JSONDecodeError, UnreadableAnswer)):
        updates_in(payload)


def test_calls_that_cannot_be_read_are_counted() -> None:
    bodies = [json.dumps(update(2)).encode(), b"{", b'{"update_id": 4, "message": 1}', json.dumps(update(1)).encode()]
    received = updates_from(bodies)
    assert [each.update_id for each in received.updates] == [1, 2]
    assert (received.malformed, received.up_to) == (2, 4)


def test_telegram_is_asked_for_what_it_does_not_tell_unasked() -> None:
    assert "chat_member" in ALLOWED_UPDATES
    assert "update_id" not in ALLOWED_UPDATES
