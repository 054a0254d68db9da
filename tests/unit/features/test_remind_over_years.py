"""Years of reminders, with the bot switched off at any second: held against a reckoning that shares nothing with it.

The reckoning knows the British clock by its rule (forward on the last Sunday of March, back on the last of October, at
one in the morning UTC) and asks no time-zone database.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from orchard_bot.chat.intents import Say

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

HOUR = timedelta(hours=1)
QUIET_UNTIL, QUIET_FROM = time(7, 30), time(21)
USEFUL_FOR = 6 * HOUR
DAYS_AHEAD = 350

STARTS = st.dates(date(2023, 1, 1), date(2035, 12, 31))
WISHES = st.lists(
    st.tuples(
        st.integers(1, DAYS_AHEAD),
        # One in the morning until two does not exist, or comes twice, on two nights of the year: it is refused then.
        st.integers(0, 24 * 60 - 1).filter(lambda minute: minute // 60 != 1),
    ),
    min_size=1,
    max_size=12,
    unique=True,
)
TURNS = st.lists(
    st.tuples(
        st.integers(0, 11),
        st.sampled_from([-3600, -1, 0, 1, 60, 18_000, 21_600, 21_601]) | st.integers(-86_400, 86_400),
    ),
    max_size=30,
)
"""When it goes on or off, by turns: seconds before or after one of the times that are due."""


def last_sunday(year: int, month: int) -> datetime:
    """One in the morning, UTC; both months have 31 days."""
    last = date(year, month, 31)
    return datetime.combine(last - timedelta(days=last.isoweekday() % 7), time(1), UTC)


def by_the_wall(moment: datetime) -> datetime:
    """What a clock in Britain shows."""
    summer = last_sunday(moment.year, 3) <= moment < last_sunday(moment.year, 10)
    return moment.replace(tzinfo=None) + (HOUR if summer else timedelta())


def in_utc(wall: datetime) -> datetime:
    """The moment when a clock in Britain shows this."""
    [*_, found] = [at for at in (wall.replace(tzinfo=UTC), wall.replace(tzinfo=UTC) - HOUR) if by_the_wall(at) == wall]
    return found


def allowed_from(wall: datetime) -> datetime:
    """``wall`` itself, or the end of the quiet hours that it lies in."""
    if wall.time() >= QUIET_FROM:
        return datetime.combine(wall.date() + timedelta(days=1), QUIET_UNTIL)
    return max(wall, datetime.combine(wall.date(), QUIET_UNTIL))


def reckoned(due: datetime, awake: list[tuple[datetime, datetime]]) -> datetime | None:
    """When something due then is posted by a bot that runs at these times; None where it is left out, or never due."""
    at = due
    while True:
        found = next((max(at, begin) for begin, end in awake if at <= end), None)
        if found is None or found > due + USEFUL_FOR:
            return None
        at = in_utc(allowed_from(by_the_wall(found)))
        if at == found:
            return found


def lived(stage: Stage, until: datetime) -> list[tuple[str, datetime]]:
    """Run from now until then, as the clockwork rings; what was posted, and when."""
    posted: list[tuple[str, datetime]] = []
    while (due := stage.books.clockwork.next_due()) is not None and due <= until:
        said = [one.text.value for one in stage.due(max(due - stage.now, timedelta())) if isinstance(one, Say)]
        posted += [(number, stage.now) for text in said for number in re.findall(r"Event (\d+)", text)]
    stage.now = until
    return posted


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=STARTS, wishes=WISHES, switched=TURNS)
@example(date(2028, 2, 20), [(9, 540)], [(0, 21_600)])  # 29 February, switched on at the last useful second,
@example(date(2028, 2, 20), [(9, 540)], [(0, 21_601)])  # and one later
@example(date(2026, 3, 20), [(9, 450), (9, 1_260)], [])  # the day when the clocks go forward, at both ends of its day
def test_each_is_posted_once_at_its_time_or_late_while_useful_and_never_in_the_quiet_hours(
    new_stage: Callable[[], AbstractContextManager[Stage]],
    first: date,
    wishes: list[tuple[int, int]],
    switched: list[tuple[int, int]],
) -> None:
    with new_stage() as stage:
        stage.set(posts_a_day=len(wishes))
        stage.now = datetime.combine(first, time(12), UTC)
        dues = {}
        for number, (days, minute) in enumerate(wishes):
            wall = datetime.combine(first + timedelta(days=days), time(minute // 60, minute % 60))
            line = f"Event {number} | {wall.day}/{wall.month}/{wall.year} {wall:%H:%M} | Newsletter 12, page 3"
            stage.command(f"/remind {line}", by=stage.mia)
            stage.choose("Yes, post it then", stage.mia)
            dues[str(number)] = in_utc(allowed_from(wall))
        moments = {dues[str(which % len(dues))] + timedelta(seconds=after) for which, after in switched}
        turns = [stage.now, *sorted(one for one in moments if one > stage.now), stage.now + timedelta(days=400)]
        # The last span is one of running, so that nothing is still waiting in the end.
        awake = [pair for place, pair in enumerate(pairwise(turns)) if (len(turns) - place) % 2 == 0]
        posted = []
        for begin, end in awake:
            stage.now = begin
            posted += lived(stage, end)
        expected = {name: at for name, due in dues.items() if (at := reckoned(due, awake)) is not None}
        assert len(posted) == len(expected)
        assert dict(posted) == expected
        assert all(allowed_from(by_the_wall(at)) == by_the_wall(at) for _, at in posted)
        left_out = [text for text in stage.told(stage.mia) if "I didn't post this reminder" in text]
        assert len(left_out) == len(dues) - len(posted)
        assert not stage.books.schedules.upcoming("3b", "remind.post")
