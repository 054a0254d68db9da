"""Times of day as schools write them."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchard_bot.newsletters.clock_times import clock_times


def shown(text: str) -> list[str]:
    return [
        f"{one.starts:%H:%M}" + (f"-{one.ends:%H:%M}" if one.ends else "") + ("?" if one.unsure else "")
        for one in clock_times(text)
    ]


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("Concert 3.15pm", ["15:15"]),
        ("from 9-10:30", ["09:00-10:30"]),
        ("at half past three", ["15:30"]),
        ("at quarter to nine", ["08:45?"]),
        ("at quarter past twelve", ["12:15"]),
        ("seven o'clock in the evening", ["19:00"]),
        ("at 6 o'clock", ["18:00?"]),
        ("12 noon - 3pm", ["12:00-15:00"]),
        ("at noon", ["12:00"]),
        ("midday", ["12:00"]),
        ("6 to 7.30pm", ["18:00-19:30"]),
        ("11-1pm", ["11:00-13:00"]),
        ("9.30am until 1pm", ["09:30-13:00"]),
        ("2.00pm – 3.00pm", ["14:00-15:00"]),
        ("between 2 and 3pm", ["14:00-15:00"]),
        ("9.15 - 2.45", ["09:15-14:45"]),
        ("at 12.15am", ["00:15"]),
        ("14:00", ["14:00"]),
        ("10.50am", ["10:50"]),
        ("3 p.m.", ["15:00"]),
        ("doors at 5", ["17:00"]),
        ("at 8", ["08:00?"]),
        ("08:30", ["08:30"]),
        ("2.15pm and 9am", ["14:15", "09:00"]),
    ],
)
def test_a_time_is_read(text: str, times: list[str]) -> None:
    assert shown(text) == times


@pytest.mark.parametrize(
    "text",
    [
        "It costs £3.50",
        "£12.30 per child",
        "Year 3 and 4",
        "aged 7-11",
        "30 children",
        "0.45 miles",
        "at 25:00",
        "at 13pm",
        "pages 4-5",
        "one or two",
        "by 20%",
        "version 4.62",
        "from 5pm to 5pm or so",
        "at 00",
    ],
)
def test_figures_that_are_no_time_are_left_alone(text: str) -> None:
    assert [one for one in shown(text) if one != "17:00"] == []


@given(st.integers(1, 12), st.integers(0, 59), st.sampled_from(["am", "pm"]))
def test_every_minute_with_its_half_of_the_day_is_read_exactly(hour: int, minute: int, half: str) -> None:
    wanted = time(hour % 12 + (12 if half == "pm" else 0), minute)
    for text in (f"at {hour}.{minute:02}{half}", f"{hour}:{minute:02} {half}, in the hall"):
        (found,) = clock_times(text)
        assert (found.starts, found.ends, found.unsure) == (wanted, None, False)


@given(st.text(max_size=200))
def test_no_text_breaks_it_and_every_time_stands_where_it_says(text: str) -> None:
    for one in clock_times(text):
        assert 0 <= one.begin < one.end <= len(text)
