"""Days as British schools write them: ``Friday 4th July``, ``3-7 March``, ``w/b 12 Jan``, ``4/7/26``, ``Friday 4th``.

The day comes before the month. A year that is not given is the one nearest to the day of issue.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import TypeAlias

from msgspec import Struct

from orchard_bot.community.newsletter import Doubt

BACK, AHEAD = timedelta(days=75), timedelta(days=290)
"""Where a day without a year is looked for, around the day of issue."""
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WD = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_MON = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DASH = r"\s*(?:-|–|—|\bto\b|\buntil\b|\btill?\b|\bthrough\b)\s*"
_AND = r"\s*(?:,|&|\+|/|\band\b)\s*"
_YEAR = r"(?:,?\s*(?P<year{0}>20\d\d)\b|\s*['’](?P<short{0}>\d\d)\b)?"


def _one(name: str, *, month: str = "?") -> str:
    day = rf"(?P<day{name}>\d{{1,2}})(?:\s?(?:st|nd|rd|th))?"
    return (
        rf"(?:\b(?P<weekday{name}>{_WD})\b\.?,?\s*(?:the\s+)?)?(?<![\d£.:]){day}(?![\d:]|\.\d)"
        rf"(?:\s*(?:of\s+)?(?P<month{name}>{_MON})\b\.?{_YEAR.format(name)}){month}"
    )


_ORDINAL = r"\d{1,2}(?:\s?(?:st|nd|rd|th))?"
_LIST = re.compile(
    rf"(?:\b(?:{_WD})s?\b\.?,?\s*)?(?<![\d£.:])(?P<list>{_ORDINAL}(?:\s*,\s*(?:(?:{_WD})\b\s+)?{_ORDINAL})+\s*,?\s*(?:and|&)\s*(?:(?:{_WD})\b\s+)?{_ORDINAL})"
    rf"\s*(?:of\s+)?(?P<month>{_MON})\b\.?{_YEAR.format('')}",
    re.IGNORECASE,
)
"""``5, 12 and 19 January``: days of one month."""
_FORMS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        _one("A") + _DASH + _one("B", month=""),
        _one("A") + _AND + _one("B", month=""),
        _one("A", month=""),
        (
            rf"(?:\b(?P<weekdayA>{_WD})\b\.?,?\s*)?\b(?P<monthA>{_MON})\b\.?\s+(?:the\s+)?(?P<dayA>\d{{1,2}})"
            rf"(?:(?:\s?(?:st|nd|rd|th))\b{_YEAR.format('A')}|,?\s+(?P<year2A>20\d\d)\b)"
        ),
        (
            rf"(?:\b(?P<weekdayA>{_WD})\b\.?,?\s*)?(?<![\d/£.])(?P<dayA>\d{{1,2}})/(?P<numberA>\d{{1,2}})"
            r"(?:/(?:(?P<yearA>20\d\d)|(?P<shortA>\d\d)))?(?![\d/])"
        ),
        (
            rf"(?:\b(?P<weekdayA>{_WD})\b\.?,?\s*)?(?<![\d/£.])(?P<dayA>\d{{1,2}})\.(?P<numberA>\d{{1,2}})\."
            r"(?:(?P<yearA>20\d\d)|(?P<shortA>\d\d))(?![\d/])"
        ),
        r"(?<![\d-])(?P<yearA>20\d\d)-(?P<numberA>\d\d)-(?P<dayA>\d\d)(?![\d-])",
        (
            rf"\b(?P<weekdayA>{_WD})\b\.?,?\s+(?:the\s+)?(?P<dayA>\d{{1,2}})(?:st|nd|rd|th)?\b"
            rf"(?:{_DASH}(?:(?P<weekdayB>{_WD})\b\.?,?\s+(?:the\s+)?)?(?P<dayB>\d{{1,2}})(?(weekdayB)(?:st|nd|rd|th)?|(?:st|nd|rd|th))\b)?(?![:.]\d|\s*(?:am|pm)\b)"
        ),
        r"^\W*(?P<dayA>\d{1,2})(?:st|nd|rd|th)?(?:\s*(?:-|–|to|and|&)\s*(?P<dayB>\d{1,2})(?:st|nd|rd|th)?)?\b(?![:.]\d|\s*[ap]\.?m\b|/|\s*[-–]\s*\d{1,2}(?:[:.]\d\d)?\s*[ap]\.?m\b)",
        rf"\b(?:the )(?P<dayA>\d{{1,2}})(?:st|nd|rd|th)\b(?!\s+(?:of|{_MON}|birthday|anniversary|century|place))",
        rf"\b(?P<near>this|next|coming|on)\s+(?:coming\s+)?(?P<weekdayA>{_WD})\b(?!\s*\d)",
        r"\b(?P<tomorrow>tomorrow)\b",
    )
)
_LIST_START, _THE_NTH, _NEAR = len(_FORMS) - 4, len(_FORMS) - 3, len(_FORMS) - 2
_WEEK = re.compile(
    r"\b(?:w\s?/\s?[bc]|wk|week)\.?\s*(?:beginning|commencing|starting|of)?:?\s*(?:the\s+)?$", re.IGNORECASE
)
_ISSUE = re.compile(r"\b(?:issue|newsletter|number|no|edition|vol|volume)\.?\s*$", re.IGNORECASE)
_EVERY = re.compile(r"\b(?:every|each)\s+$", re.IGNORECASE)

Month: TypeAlias = tuple[int, int | None]
"""A month from a heading above: its number, and the year where that is given."""


class Days(Struct, frozen=True):
    """A day, or the first and last of several, and where it stands in the text."""

    first: date
    last: date | None
    begin: int
    end: int
    doubts: tuple[Doubt, ...] = ()


class NoSuchDay(Struct, frozen=True):
    """Something that looks like a day and is none, as it was written."""

    text: str
    begin: int
    end: int


def days(text: str, issued: date, month: Month | None = None) -> list[Days | NoSuchDay]:
    """All days in ``text``, in their order. ``month`` is what a heading above says of days without one."""
    found: list[Days | NoSuchDay] = []
    for match in _LIST.finditer(text):
        found += _listed(match, issued)
    for number, form in enumerate(_FORMS):
        if (number == _LIST_START and month is None) or (number == _THE_NTH and found):
            continue
        for match in form.finditer(text):
            if any(match.start() < one.end and one.begin < match.end() for one in found):
                continue
            if _EVERY.search(text[: match.start()]):
                continue
            if number < 2 and _is_number_of_issue(match):
                continue
            one = _meant(match, text, issued, month)
            if isinstance(one, Days) and one.last is not None and _is_pair(match, number):
                found += [
                    Days(one.first, None, one.begin, one.end, one.doubts),
                    Days(one.last, None, one.begin, one.end),
                ]
            else:
                found.append(one)
    return sorted(found, key=lambda one: one.begin)


def _is_number_of_issue(match: re.Match[str]) -> bool:
    """``Issue 9 – Friday 14 November``, ``No. 31, 15 May``: the first number is no day."""
    between = match.string[match.end("dayA") : match.start("dayB")].strip()
    if _ISSUE.search(match.string[: match.start("dayA")]):
        return True
    return not (match["weekdayA"] or match["monthA"]) and bool(match["weekdayB"] or between == ",")


def _is_pair(match: re.Match[str], form: int) -> bool:
    """Two days, and not from one to the other: ``3 and 5 March``."""
    if form == 1:
        return True
    if "dayB" not in match.re.groupindex or match["dayB"] is None:
        return False
    between = match[0][match.end("dayA") - match.start() : match.start("dayB") - match.start()]
    return re.search(r"\band\b|&", between, re.IGNORECASE) is not None


def _listed(match: re.Match[str], issued: date) -> list[Days | NoSuchDay]:
    month = _place(match["month"], _MONTHS)
    year = int(match["year"]) if match["year"] else 2000 + int(match["short"]) if match["short"] else None
    found: list[Days | NoSuchDay] = []
    for day in re.findall(r"\d+", match["list"]):
        real = _real(year, month, int(day)) if year else _nearest(month, int(day), issued, None)
        begin, end = match.start(), match.end()
        found.append(Days(real, None, begin, end) if real else NoSuchDay(f"{day} {match['month']}", begin, end))
    return found


def month_heading(text: str) -> Month | None:
    """What a heading such as ``July 2026`` or ``DECEMBER`` says of the days below it."""
    match = re.fullmatch(
        rf"\W*(?:dates for |diary dates[ :–-]*)?(?P<month>{_MON})\W*(?P<year>20\d\d)?\W*", text, re.IGNORECASE
    )
    return (_place(match["month"], _MONTHS), int(match["year"]) if match["year"] else None) if match else None


def _meant(match: re.Match[str], text: str, issued: date, month: Month | None) -> Days | NoSuchDay:
    given = match.groupdict()
    begin, end = match.start(), match.end()
    if given.get("tomorrow"):
        return Days(issued + timedelta(days=1), None, begin, end, (Doubt.NO_MONTH,))
    if given.get("near"):
        return Days(_next(issued, given["weekdayA"]), None, begin, end, (Doubt.NO_MONTH,))
    doubts: list[Doubt] = []
    first = _day("A", given, issued, month, doubts)
    last = _day("B", given, issued, month, doubts, after=first) if given.get("dayB") else None
    if first is None or (given.get("dayB") and last is None):
        return NoSuchDay(match[0].strip(), begin, end)
    week = _WEEK.search(text[:begin])
    if week:
        return Days(first, last or first + timedelta(days=4), week.start(), end, tuple(doubts))
    return Days(first, last, begin, end, tuple(dict.fromkeys(doubts)))


def _day(
    name: str,
    given: dict[str, str | None],
    issued: date,
    month: Month | None,
    doubts: list[Doubt],
    after: date | None = None,
) -> date | None:
    weekday, day = given.get("weekday" + name), int(given["day" + name] or 0)
    number = _number(name, given)
    year = _year(name, given)
    if name == "A" and number is None and given.get("monthB"):  # 3-7 March
        number, year = _number("B", given), _year("B", given)
        first_of_two = int(given["dayB"] or 0) < day
        if first_of_two:  # 30 to 3 March: the first day is in the month before
            number = (number or 1) - 1 or 12
    if name == "A" and year is None and given.get("monthB"):
        year = _year("B", given)
        if year is not None and number is not None and number > (_number("B", given) or number):
            year -= 1
    if number is None and after is not None:
        number, year = after.month, after.year
        if day < after.day:
            number, year = after.month % 12 + 1, after.year + after.month // 12
    if number is None and month is not None:
        number, year = month
    if number is None:
        return _without_month(day, weekday, issued, doubts)
    found = _real(year, number, day) if year else _nearest(number, day, issued, after)
    if found is not None and weekday and found.weekday() != _place(weekday, _WEEKDAYS) - 1:
        doubts.append(Doubt.WEEKDAY)
    return found


def _without_month(day: int, weekday: str | None, issued: date, doubts: list[Doubt]) -> date | None:
    months = [
        (issued.year + (issued.month - 1 + ahead) // 12, (issued.month - 1 + ahead) % 12 + 1) for ahead in range(4)
    ]
    found = [each for year, number in months if (each := _real(year, number, day)) and each >= issued]
    if weekday:
        right = next((each for each in found if each.weekday() == _place(weekday, _WEEKDAYS) - 1), None)
        if right is not None:
            return right
        doubts.append(Doubt.WEEKDAY)
    doubts.append(Doubt.NO_MONTH)
    return found[0] if found else None


def _number(name: str, given: dict[str, str | None]) -> int | None:
    word, number = given.get("month" + name), given.get("number" + name)
    return _place(word, _MONTHS) if word else int(number) if number else None


def _year(name: str, given: dict[str, str | None]) -> int | None:
    long, short = given.get("year" + name) or given.get("year2" + name), given.get("short" + name)
    return int(long) if long else 2000 + int(short) if short else None


def _nearest(month: int, day: int, issued: date, after: date | None) -> date | None:
    years = [after.year, after.year + 1] if after else [issued.year - 1, issued.year, issued.year + 1]
    found = [each for year in years if (each := _real(year, month, day))]
    if after:
        return next((each for each in found if each >= after), None)
    return next((each for each in found if issued - BACK <= each <= issued + AHEAD), None)


def _real(year: int, month: int, day: int) -> date | None:
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        return None
    return date(year, month, day)


def _next(issued: date, weekday: str | None) -> date:
    wanted = _place(weekday or "", _WEEKDAYS) - 1
    return issued + timedelta(days=(wanted - issued.weekday() - 1) % 7 + 1)


def _place(word: str, names: tuple[str, ...]) -> int:
    """Counted from 1."""
    return names.index(word.lower()[:3]) + 1
