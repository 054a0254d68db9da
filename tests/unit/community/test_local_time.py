"""Dates and times as parents type them: read strictly, never guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orchard_bot.community.local_time import (
    FURTHEST,
    Unclear,
    UnclearTime,
    day_in_full,
    in_full,
    next_time_of_day,
    read_moment,
)

LONDON = "Europe/London"
NOW = datetime(2026, 11, 11, 19, tzinfo=UTC)  # a Wednesday

TODAY = NOW.replace(hour=0, tzinfo=None)
moments = st.datetimes(TODAY + timedelta(days=1), TODAY + timedelta(days=364)).map(
    lambda each: each.replace(second=0, microsecond=0)
)
CHANGES = (date(2027, 3, 28), date(2027, 10, 31))


def read(text: str, now: datetime = NOW) -> str:
    return f"{read_moment(text, now, LONDON).astimezone(ZoneInfo(LONDON)):%a %Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("Sat 14 Nov 18:30", "Sat 2026-11-14 18:30"),
        ("saturday 14th November, 6.30pm", "Sat 2026-11-14 18:30"),
        ("Saturday the 14th of November 2026 at 6:30 PM", "Sat 2026-11-14 18:30"),
        ("14/11 6pm", "Sat 2026-11-14 18:00"),
        ("Sat 14/11/26 18.30", "Sat 2026-11-14 18:30"),
        ("14/11/2026 12am", "Sat 2026-11-14 00:00"),
        ("2026-11-14 08:15", "Sat 2026-11-14 08:15"),
        ("6pm on Saturday 14 November", "Sat 2026-11-14 18:00"),
        ("at noon on 14 Nov", "Sat 2026-11-14 12:00"),
        ("14 Nov midday", "Sat 2026-11-14 12:00"),
        ("14 Nov 12pm", "Sat 2026-11-14 12:00"),
        ("  TOMORROW   8 am ", "Thu 2026-11-12 08:00"),
        ("today 20:00", "Wed 2026-11-11 20:00"),
        ("thurs 09:00", "Thu 2026-11-12 09:00"),
        ("Wednesday 09:00", "Wed 2026-11-18 09:00"),
        ("8 Jan 10am", "Fri 2027-01-08 10:00"),
        ("14 Nov 0:30", "Sat 2026-11-14 00:30"),
        ("1 July 2027 10:00", "Thu 2027-07-01 10:00"),
    ],
)
def test_the_common_ways_to_write_a_time_are_understood(typed: str, means: str) -> None:
    assert read(typed) == means


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", Unclear.UNREADABLE),
        ("14 Nov", Unclear.UNREADABLE),
        ("18:30", Unclear.UNREADABLE),
        ("November 14 18:30", Unclear.UNREADABLE),
        ("some day soon at 6pm", Unclear.UNREADABLE),
        ("tomorrow 6pm please " + "x" * 80, Unclear.UNREADABLE),
        ("31 Nov 18:30", Unclear.NO_SUCH_DAY),
        ("11/25 18:30", Unclear.NO_SUCH_DAY),
        ("29/2/2027 18:30", Unclear.NO_SUCH_DAY),
        ("14 Nov 24:00", Unclear.NO_SUCH_TIME),
        ("14 Nov 18:60", Unclear.NO_SUCH_TIME),
        ("14 Nov 13pm", Unclear.NO_SUCH_TIME),
        ("14 Nov 0am", Unclear.NO_SUCH_TIME),
        ("Fri 14 Nov 18:30", Unclear.WEEKDAY),
        ("14 Nov 9:00", Unclear.MORNING_OR_EVENING),
        ("today 19:00", Unclear.PAST),
        ("1 Nov 18:30", Unclear.PAST),
        ("14/11/2025 18:30", Unclear.PAST),
        ("14/11/2028 18:30", Unclear.TOO_FAR),
        ("28/3/2027 01:30", Unclear.SKIPPED),
        ("31/10/2027 01:30", Unclear.TWICE),
    ],
)
def test_what_is_unclear_is_refused_with_the_reason(typed: str, why: Unclear) -> None:
    with pytest.raises(UnclearTime) as refused:
        read(typed)
    assert refused.value.why is why


def test_the_twenty_ninth_of_february_is_found_in_the_year_that_has_one() -> None:
    assert read("29 Feb 10am", datetime(2027, 11, 11, tzinfo=UTC)) == "Tue 2028-02-29 10:00"


@given(moments)
def test_what_is_said_back_in_full_is_read_as_the_same_time(wanted: datetime) -> None:
    assume(wanted.date() not in CHANGES)
    read_back = read_moment(in_full(wanted), NOW, LONDON)
    assert read_back.astimezone(ZoneInfo(LONDON)).replace(tzinfo=None) == wanted


@given(st.text(max_size=100))
def test_any_text_is_either_a_time_ahead_or_refused(text: str) -> None:
    try:
        moment = read_moment(text, NOW, LONDON)
    except UnclearTime:
        return
    assert NOW < moment <= NOW + FURTHEST


@given(moments, st.times().map(lambda each: each.replace(second=0, microsecond=0)))
def test_the_next_time_of_day_is_ahead_and_within_a_day(local: datetime, at: time) -> None:
    moment = local.replace(tzinfo=UTC)
    found = next_time_of_day(moment, at, LONDON)
    assert moment < found <= moment + timedelta(hours=25)
    shown = found.astimezone(ZoneInfo(LONDON))
    assert shown.time() == at or shown.date() == date(2027, 3, 28)


def test_the_end_of_a_quiet_night_is_the_next_morning() -> None:
    night = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert next_time_of_day(night, time(7, 30), LONDON) == datetime(2026, 7, 2, 6, 30, tzinfo=UTC)


def test_a_day_is_said_with_its_weekday() -> None:
    assert day_in_full(date(2026, 11, 14)) == "Saturday 14 November 2026"
