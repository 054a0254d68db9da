"""When a schedule is due: in local time, on the nights when the clocks change too."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchard_bot.runtime.alarm import APSchedulerAlarm, next_time, on_the_wall

LONDON = "Europe/London"
ZONES = [LONDON, "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"]


MOMENTS = st.integers(1_577_836_800, 1_893_456_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
"""Between 2020 and 2030."""


def moment(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc, arg-type]


def test_a_schedule_keeps_to_the_clock_on_the_wall_when_summer_begins() -> None:
    first = next_time("0 18 * * *", LONDON, moment(2026, 3, 28, 12))
    assert first == moment(2026, 3, 28, 18)
    assert next_time("0 18 * * *", LONDON, first) == moment(2026, 3, 29, 17)


def test_a_schedule_keeps_to_the_clock_on_the_wall_when_summer_ends() -> None:
    first = next_time("0 18 * * *", LONDON, moment(2026, 10, 24, 12))
    assert first == moment(2026, 10, 24, 17)
    assert next_time("0 18 * * *", LONDON, first) == moment(2026, 10, 25, 18)


def test_a_time_that_the_spring_night_leaves_out_costs_no_other_day_its_turn() -> None:
    found, now = [], moment(2026, 3, 27, 12)
    for _ in range(3):
        following = next_time("30 1 * * *", LONDON, now)
        assert following is not None
        found.append(on_the_wall(following, LONDON))
        now = following
    assert "2026-03-28T01:30:00" in found
    assert "2026-03-30T01:30:00" in found


def test_the_hour_that_comes_twice_has_one_name_so_what_is_due_in_it_happens_once() -> None:
    names, now = [], moment(2026, 10, 24, 12)
    while now < moment(2026, 10, 27, 12):
        following = next_time("30 1 * * *", LONDON, now)
        assert following is not None
        names.append(on_the_wall(following, LONDON))
        now = following
    assert list(dict.fromkeys(names))[:3] == ["2026-10-25T01:30:00", "2026-10-26T01:30:00", "2026-10-27T01:30:00"]
    first, second = moment(2026, 10, 25, 0, 30), moment(2026, 10, 25, 1, 30)
    assert on_the_wall(first, LONDON) == on_the_wall(second, LONDON)


@pytest.mark.parametrize(
    ("days", "named"),
    [
        ("0", {"Sun"}),
        ("7", {"Sun"}),
        ("1", {"Mon"}),
        ("mon", {"Mon"}),
        ("1-5", {"Mon", "Tue", "Wed", "Thu", "Fri"}),
        ("0-1,6", {"Sun", "Mon", "Sat"}),
        ("*", {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}),
    ],
)
def test_days_of_the_week_are_counted_as_cron_counts_them(days: str, named: set[str]) -> None:
    now, found = moment(2026, 1, 1), set()
    for _ in range(8):
        now = next_time(f"0 12 * * {days}", LONDON, now) or now
        found.add(f"{now:%a}")
    assert found == named


def test_a_schedule_that_names_no_day_there_is_has_no_next_time() -> None:
    assert next_time("0 9 30 2 *", LONDON, moment(2026, 1, 1)) is None


@given(
    MOMENTS,
    st.sampled_from(ZONES),
    st.integers(0, 23),
    st.integers(0, 59),
)
def test_the_next_time_is_the_first_minute_after_now_that_reads_so_on_the_wall(
    after: datetime, timezone: str, hour: int, minute: int
) -> None:
    zone = ZoneInfo(timezone)
    found = next_time(f"{minute} {hour} * * *", timezone, after)
    assert found is not None
    assert found > after
    assert found.tzinfo is not None
    expected = _by_counting_minutes(after, zone, hour, minute)
    local = found.astimezone(zone)
    if (local.hour, local.minute) == (hour, minute):
        assert found == expected
    else:  # the wall clock skips this time today: then it is rung within the day, and never before the gap
        assert after < found < expected


def _by_counting_minutes(after: datetime, zone: ZoneInfo, hour: int, minute: int) -> datetime:
    at = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while (at.astimezone(zone).hour, at.astimezone(zone).minute) != (hour, minute):
        at += timedelta(minutes=1)
    return at


@given(MOMENTS, st.sampled_from(ZONES))
def test_the_name_of_an_occurrence_is_what_the_wall_shows(at: datetime, timezone: str) -> None:
    shown = datetime.fromisoformat(on_the_wall(at, timezone))
    assert shown == at.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)


async def test_the_alarm_rings_at_once_for_a_moment_that_has_passed_and_only_the_last_one_set() -> None:
    rung = asyncio.Event()
    never = asyncio.Event()
    alarm = APSchedulerAlarm()
    alarm.start()
    try:
        alarm.set(moment(2100, 1, 1), never.set)
        alarm.set(moment(2020, 1, 1), rung.set)
        async with asyncio.timeout(10):
            await rung.wait()
        alarm.set(None, never.set)
        alarm.set(moment(2100, 1, 1), never.set)
        alarm.set(None, never.set)
        assert not never.is_set()
    finally:
        alarm.stop()
        alarm.stop()


def test_an_alarm_that_was_never_started_can_be_stopped() -> None:
    alarm = APSchedulerAlarm()
    alarm.stop()
    with pytest.raises(ValueError, match="Wrong number of fields"):
        next_time("every day", LONDON, moment(2026, 1, 1))
