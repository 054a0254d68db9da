"""Dates and times as parents type them: read strictly, said back in full, refused with the reason.

The day comes before the month. What could be meant in two ways, or never comes, is not guessed at.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from orchard_bot.errors import OrchardError

FURTHEST = timedelta(days=365)
"""How far ahead something may be planned."""
NEARBY = timedelta(days=183)
"""A day without a year is looked for this far ahead, and no further."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS: tuple[str, ...] = ("January", "February", "March", "April", "May", "June", "July")
MONTHS += ("August", "September", "October", "November", "December")

_LONGEST = 80
_WEEKDAY = r"(?P<weekday>mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun|{})".format("|".join(WEEKDAYS).lower())
_MONTH = r"(?P<month>jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|{})".format("|".join(MONTHS).lower())
_DATES = (
    re.compile(r"(?P<year>\d{4})-(?P<number>\d{2})-(?P<day>\d{2})"),
    re.compile(rf"(?:{_WEEKDAY} )?(?P<day>\d{{1,2}})/(?P<number>\d{{1,2}})(?:/(?P<year>\d{{4}}|\d{{2}}))?"),
    re.compile(rf"(?:{_WEEKDAY} )?(?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?: (?P<year>\d{{4}}))?"),
    re.compile(rf"(?P<today>today)|(?P<tomorrow>tomorrow)|{_WEEKDAY}"),
)
_TIME = r"(?:noon|midday|\d{1,2} ?[ap]m|\d{1,2}[:.]\d{2} ?[ap]m|\d{1,2}[:.]\d{2})"
_WHOLE = (
    re.compile(rf"(?P<date>.+?) (?:at )?(?P<time>{_TIME})"),
    re.compile(rf"(?:at )?(?P<time>{_TIME}) (?:on )?(?P<date>.+)"),
)
_CLOCK = re.compile(r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?(?: ?(?P<half>[ap])m)?")


class Unclear(StrEnum):
    """Why a date and time was not accepted."""

    UNREADABLE = "unreadable"
    NO_SUCH_DAY = "no-such-day"
    NO_SUCH_TIME = "no-such-time"
    WEEKDAY = "weekday"
    """The day named does not fall on that weekday."""
    MORNING_OR_EVENING = "morning-or-evening"
    PAST = "past"
    TOO_FAR = "too-far"
    SKIPPED = "skipped"
    """The clocks go forward over it."""
    TWICE = "twice"
    """The clocks go back over it: it comes twice."""


class UnclearTime(OrchardError):
    """A date and time that cannot be taken as it stands. ``why`` says which question to put to the person."""

    def __init__(self, why: Unclear) -> None:
        self.why = why
        super().__init__(f"The date and time was not accepted: {why}.")


def read_moment(text: str, now: datetime, timezone: str) -> datetime:
    """What ``text`` (``Fri 14 Nov, 6.30pm``) means in ``timezone``, in UTC. Raises ``UnclearTime``."""
    typed = " ".join(text.lower().replace(",", " ").split())
    if len(typed) <= _LONGEST:
        for form in _WHOLE:
            whole = form.fullmatch(typed)
            match = whole and next(filter(None, (each.fullmatch(whole["date"]) for each in _DATES)), None)
            if whole and match:
                zone = ZoneInfo(timezone)
                at, today = _time(whole["time"]), now.astimezone(zone).date()
                return _checked(datetime.combine(_day(match, today), at), now, zone)
    raise UnclearTime(Unclear.UNREADABLE)


def in_full(local: datetime) -> str:
    """``Friday 14 November 2026, 18:30``."""
    return f"{day_in_full(local)}, {local:%H:%M}"


def day_in_full(local: date) -> str:
    """``Friday 14 November 2026``."""
    return f"{WEEKDAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]} {local.year}"


def next_time_of_day(moment: datetime, at: time, timezone: str) -> datetime:
    """The first moment after ``moment`` when the clock in ``timezone`` shows ``at`` (or has just skipped it), in UTC."""
    zone = ZoneInfo(timezone)
    day = moment.astimezone(zone).date()
    today, tomorrow = (datetime.combine(day + timedelta(days=days), at, zone).astimezone(UTC) for days in (0, 1))
    return today if today > moment else tomorrow


def _day(match: re.Match[str], today: date) -> date:
    found = match.groupdict()
    if found.get("today"):
        return today
    if found.get("tomorrow"):
        return today + timedelta(days=1)
    weekday = _place(found.get("weekday"), WEEKDAYS)
    if not found.get("day"):
        assert weekday is not None  # the only form left
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    month = int(found["number"]) if found.get("number") else (_place(found.get("month"), MONTHS) or 0) + 1
    day = _dated(int(found["day"]), month, found["year"], today)
    if weekday is not None and day.weekday() != weekday:
        raise UnclearTime(Unclear.WEEKDAY)
    return day


def _dated(day: int, month: int, year: str | None, today: date) -> date:
    if year is not None:
        years = [int(year) + (2000 if len(year) == 2 else 0)]
    else:
        years = [today.year, today.year + 1]
    days = [found for each in years if (found := _real(each, month, day))]
    if not days:
        raise UnclearTime(Unclear.NO_SUCH_DAY)
    return next((found for found in days[1:] if days[0] < today and found - today <= NEARBY), days[0])


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _time(text: str) -> time:
    if text in ("noon", "midday"):
        return time(12)
    match = _CLOCK.fullmatch(text)
    assert match is not None  # _TIME let nothing else through
    hour, minute, half = int(match["hour"]), int(match["minute"] or 0), match["half"]
    if half:
        if not 1 <= hour <= 12:
            raise UnclearTime(Unclear.NO_SUCH_TIME)
        hour = hour % 12 + (12 if half == "p" else 0)
    elif 1 <= hour <= 9 and len(match["hour"]) == 1:
        raise UnclearTime(Unclear.MORNING_OR_EVENING)
    try:
        return time(hour, minute)
    except ValueError:
        raise UnclearTime(Unclear.NO_SUCH_TIME) from None


def _checked(local: datetime, now: datetime, zone: ZoneInfo) -> datetime:
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) != local:
        raise UnclearTime(Unclear.SKIPPED)
    if first != second:
        raise UnclearTime(Unclear.TWICE)
    if first <= now:
        raise UnclearTime(Unclear.PAST)
    if first - now > FURTHEST:
        raise UnclearTime(Unclear.TOO_FAR)
    return first


def _place(word: str | None, names: tuple[str, ...]) -> int | None:
    if word is None:
        return None
    return next(place for place, name in enumerate(names) if name.lower().startswith(word[:3]))
