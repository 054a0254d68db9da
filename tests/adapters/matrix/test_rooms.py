"""Who may do what in a room, by its version, and what its state tells of it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from orchard_bot.errors import Gone
from orchard_matrix.abilities import in_private, in_room
from orchard_matrix.ids import event_id, room_id, user_id
from orchard_matrix.rooms import Room
from orchard_matrix.wire import Event, UnreadableAnswer, event_in, rooms_in, sync_in
from tests.adapters.matrix.scene import chat, message, ref

BOT, ANNA, OLGA = "@bot:school.example", "@anna:school.example", "@olga:school.example"


def state(type: str, content: dict[str, Any], key: str = "", sender: str = OLGA) -> Event:
    """A piece of state."""
    return event_in({"type": type, "content": content, "sender": sender, "state_key": key, "event_id": "$e"})


def made(version: str, levels: dict[str, Any] | None, **more: Any) -> Room:
    """A room of Olga's."""
    room = Room("!room")
    room.apply(state("m.room.create", {"room_version": version, **more}))
    if levels is not None:
        room.apply(state("m.room.power_levels", levels))
    return room


def test_before_version_12_a_creator_is_as_high_as_the_levels_say() -> None:
    assert made("11", {"users": {ANNA: 50}}).level(OLGA) == 0
    assert made("11", None).level(OLGA) == 100
    assert made("11", None).level(ANNA) == 0
    assert made("11", None).needed_to_set("m.room.topic") == 0


@pytest.mark.parametrize("version", ["12", "13", "org.example.experiment"])
def test_since_version_12_creators_stand_above_every_number(version: str) -> None:
    room = made(version, {"users": {}}, additional_creators=[ANNA, 7])
    assert room.level(OLGA) == room.level(ANNA) == math.inf
    assert room.level(BOT) == 0
    assert made(version, {"users": []}, additional_creators="x").level(ANNA) == 0


def test_levels_may_be_text_and_are_what_the_room_says() -> None:
    room = made("9", {"users": {ANNA: "50"}, "users_default": "5", "kick": "x", "events": {"m.room.message": 20}})
    assert (room.level(ANNA), room.level(BOT)) == (50, 5)
    assert (room.needed("kick"), room.needed("invite")) == (50, 0)
    assert (room.needed_to_send("m.room.message"), room.needed_to_send("m.reaction")) == (20, 0)
    assert made("11", {"users": {ANNA: True}}).level(ANNA) == 0


def test_only_state_is_taken_in() -> None:
    room = made("11", None)
    room.apply(event_in({"type": "m.room.encryption", "content": {}, "sender": ANNA}))
    assert not room.encrypted
    room.apply(state("m.room.encryption", {}))
    room.apply(state("m.room.topic", {"topic": "PE"}))
    assert room.encrypted
    room.apply(state("m.room.tombstone", {}))
    assert room.moved is None


def test_a_room_for_two_is_private_as_long_as_nobody_else_is_in_it() -> None:
    room = made("11", None)
    room.apply(state("m.room.member", {"membership": "join"}, OLGA))
    room.apply(state("m.room.member", {"membership": "invite", "is_direct": True}, BOT))
    assert room.partner(BOT) == OLGA
    assert room.partner(ANNA) is None
    room.apply(state("m.room.member", {"membership": "invite"}, ANNA))
    assert room.partner(BOT) is None
    room.apply(state("m.room.member", {"membership": "leave"}, ANNA))
    assert room.partner(BOT) == OLGA
    room.apply(state("m.room.member", {}, OLGA))
    assert room.membership(OLGA) == "leave"


def test_a_bot_at_100_may_do_all_and_one_at_50_may_not_mute() -> None:
    levels = {"users": {BOT: 100}, "events": {"m.room.power_levels": 100}}
    able = in_room(made("11", levels), BOT, 0.2)
    assert [name for name, one in able.named().items() if not one] == ["private_reply_in_group"]
    less = in_room(made("11", {**levels, "users": {BOT: 50}}), BOT, 0.2)
    assert [name for name, one in less.named().items() if not one] == ["private_reply_in_group", "restrict"]
    assert "level 100" in less.restrict.grant
    assert less.per_chat_per_minute == pytest.approx(12)


def test_in_an_encrypted_room_it_is_the_encrypted_messages_that_count() -> None:
    room = made("11", {"users": {}, "events": {"m.room.encrypted": 50}})
    assert in_room(room, BOT, 1).post
    room.encrypted = True
    assert not in_room(room, BOT, 1).post
    assert not in_private(1).post


def test_what_is_no_answer_to_sync_is_refused_and_odd_parts_of_one_are_passed_over() -> None:
    answers: list[object] = [None, [], {}, {"next_batch": 7}]
    for broken in answers:
        with pytest.raises(UnreadableAnswer):
            sync_in(broken, BOT)
    odd = {
        "next_batch": "s1",
        "rooms": {"join": {"!a": 7}, "leave": [], "invite": {"!b": {"invite_state": {"events": [{"type": "x"}, 7]}}}},
        "account_data": {
            "events": [{"type": "m.push_rules"}, {"type": "m.direct", "content": {ANNA: ["!a", 7], "x": 7}}]
        },
    }
    read = sync_in(odd, BOT)
    assert read.joined["!a"].timeline == []
    assert read.invited["!b"].by == ""
    assert read.direct == frozenset({"!a"})
    assert rooms_in({}) == frozenset()


def test_what_is_no_id_is_nowhere() -> None:
    with pytest.raises(Gone):
        user_id(ref("anna"))
    with pytest.raises(Gone):
        room_id(chat("room"))
    with pytest.raises(Gone):
        event_id(message("!r", "x"))
    assert user_id(ref(ANNA)) == ANNA
