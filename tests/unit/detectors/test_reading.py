"""A reading bounds what is scanned and keeps spans true to the original."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orchard_bot.detectors.reading import HEAD, LONGEST, TAIL, Reading


def test_an_ordinary_message_is_scanned_whole() -> None:
    reading = Reading("See you at three")
    assert reading.scanned == reading.original
    assert reading.span(4, 7) == (4, 7)


def test_of_a_very_long_text_the_head_and_the_tail_are_scanned() -> None:
    text = "a" * HEAD + "b" * 100_000 + "c" * TAIL
    reading = Reading(text)
    assert set(reading.scanned) == {"a", "c", "\n", "\x00"}
    start, end = reading.span(len(reading.scanned) - 5, len(reading.scanned))
    assert (start, end) == (len(text) - 5, len(text))
    assert reading.span(HEAD - 2, HEAD) == (HEAD - 2, HEAD)


@given(st.integers(LONGEST - 3, LONGEST + 9), st.data())
def test_spans_lie_in_the_original_around_the_limit(length: int, data: st.DataObject) -> None:
    reading = Reading("x" * length)
    start = data.draw(st.integers(0, len(reading.scanned) - 1))
    end = data.draw(st.integers(start + 1, len(reading.scanned)))
    left, right = reading.span(start, end)
    assert 0 <= left < right <= length
