"""An event rests in its lane as JSON and comes out as it went in."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchard_bot.chat.events import Event
from orchard_bot.runtime.passage import Parcel, pack, unpack
from orchard_bot.testing.builders import (
    a_message,
    a_newcomer,
    a_press,
    a_private_message,
    an_edit,
    an_opened_chat,
)

EVENTS: list[Event] = [
    a_message("Hello"),
    an_edit(a_message("Hello"), "Hello again"),
    a_private_message("/start"),
    a_newcomer(),
    an_opened_chat(),
    a_press(),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
@pytest.mark.parametrize("only", [None, (), ("watch", "report")])
def test_a_parcel_comes_out_as_it_went_in(event: Event, only: tuple[str, ...] | None) -> None:
    parcel = unpack(pack(event, only))
    assert (parcel.event, parcel.only) == (event, only)
    assert type(parcel.event) is type(event)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.none() | st.lists(st.text(max_size=5)).map(tuple))
def test_any_text_survives_the_way_through_a_lane(text: str, only: tuple[str, ...] | None) -> None:
    event = a_message(text.encode("utf-8", "ignore").decode())
    assert unpack(pack(event, only)) == Parcel(event, only)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"event": {"type": "Unheard"}}', b"\xff"])
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        unpack(data)
