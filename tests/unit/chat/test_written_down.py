"""Events, intents and what waits come back from JSON as they went in, whatever is in their fields."""

import types
import typing
from datetime import UTC, datetime
from enum import Enum

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from orchard_bot.chat.events import Event, EventId, MessagePosted, decode_event, encode_event
from orchard_bot.chat.intents import Choice, Intent, Say, decode_intent, encode_intent
from orchard_bot.chat.letters import Letter, Queued
from orchard_bot.chat.refs import AccountRef
from orchard_bot.chat.steps import Receipt, Step
from orchard_bot.testing.builders import a_message, an_edit

moments = st.datetimes(timezones=st.just(UTC))


def anything(hint: object) -> st.SearchStrategy[typing.Any]:
    """Any value of a type that our words are made of."""
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return st.one_of([anything(part) for part in typing.get_args(hint)])
    if typing.get_origin(hint) is tuple:
        return st.lists(anything(typing.get_args(hint)[0]), max_size=3).map(tuple)
    if hint is datetime:
        return moments
    if hint is int:
        return st.integers(-(2**53), 2**53)
    if isinstance(hint, type) and issubclass(hint, Struct):
        hints = typing.get_type_hints(hint)
        return st.builds(hint, **{name: anything(hints[name]) for name in hint.__struct_fields__})
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    return st.from_type(typing.cast("type[typing.Any]", hint))


@given(anything(Event))
def test_an_event_comes_back_from_json_as_it_was(event: Event) -> None:
    again = decode_event(encode_event(event))
    assert again == event
    assert type(again) is type(event)


@given(anything(Intent))
def test_an_intent_comes_back_from_json_as_it_was(intent: Intent) -> None:
    again = decode_intent(encode_intent(intent))
    assert again == intent
    assert type(again) is type(intent)


@given(anything(Step))
def test_a_step_comes_back_from_json_as_it_was(step: Step) -> None:
    assert msgspec.json.decode(msgspec.json.encode(step), type=Step) == step


@given(anything(Letter), anything(Queued), anything(Receipt))
def test_what_waits_comes_back_from_json_as_it_was(letter: Letter, queued: Queued, receipt: Receipt) -> None:
    for waiting in (letter, queued, receipt):
        assert msgspec.json.decode(msgspec.json.encode(waiting), type=type(waiting)) == waiting


@given(anything(Event))
def test_nothing_can_change_an_event(event: Event) -> None:
    with pytest.raises(AttributeError):
        event.at = datetime(2000, 1, 1, tzinfo=UTC)  # type: ignore[misc]


@given(anything(EventId), anything(EventId))
def test_different_event_ids_have_different_strings(one: EventId, other: EventId) -> None:
    assert (one == other) == (str(one) == str(other))


@pytest.mark.parametrize("data", [b"", b"{", b"{}", b'{"type":"Sanction"}', b'{"type":"Say"}', b"\xff", b"[]", b"null"])
def test_what_was_not_written_by_us_is_refused(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_event(data)
    with pytest.raises(msgspec.DecodeError):
        decode_intent(data)


def test_an_event_is_never_read_as_an_intent() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_intent(encode_event(a_message()))


def test_an_event_knows_the_account_that_saw_it() -> None:
    assert a_message().account == AccountRef("sandbox", "main")


def test_an_edit_shares_the_message_and_not_the_event_id() -> None:
    posted = a_message("befor")
    edited = an_edit(posted, "before")
    assert edited.message == posted.message
    assert edited.id != posted.id
    assert isinstance(edited, MessagePosted)


def test_words_for_one_person_are_no_words_for_a_group() -> None:
    told = b'{"type":"Say","chat":["x","y","z"],"text":["secret"]}'
    with pytest.raises(msgspec.ValidationError):
        decode_intent(told)


def test_a_choice_is_written_small() -> None:
    assert msgspec.json.encode(Choice("t1", "Yes", 1)) == b'["t1","Yes",1]'


def test_each_event_and_intent_has_a_tag_of_its_own() -> None:
    kinds = [*typing.get_args(Event), *typing.get_args(Intent)]
    tags = [kind.__struct_config__.tag for kind in kinds]
    assert len(set(tags)) == len(tags)
    assert Say.__struct_config__.tag == "Say"
