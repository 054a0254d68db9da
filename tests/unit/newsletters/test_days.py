"""Days as British schools write them, read from an issue of Thursday 26 November 2026."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchard_bot.newsletters.days import Days, NoSuchDay, days, month_heading

ISSUED = date(2026, 11, 26)


def shown(text: str, month: tuple[int, int | None] | None = None) -> list[str]:
    said: list[str] = []
    for one in days(text, ISSUED, month):
        if isinstance(one, NoSuchDay):
            said.append(f"no {one.text}")
        else:
            last = f"..{one.last}" if one.last else ""
            said.append(f"{one.first}{last}" + "".join(f" {doubt}" for doubt in one.doubts))
    return said


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Friday 4th December", ["2026-12-04"]),
        ("Fri 4 Dec 2026", ["2026-12-04"]),
        ("Friday the 4th of December", ["2026-12-04"]),
        ("December 4th", ["2026-12-04"]),
        ("Friday, December 4, 2026", ["2026-12-04"]),
        ("4/12/26", ["2026-12-04"]),
        ("04/12/2026", ["2026-12-04"]),
        ("4.12.2026", ["2026-12-04"]),
        ("2026-12-04", ["2026-12-04"]),
        ("4 Dec '26", ["2026-12-04"]),
        ("Friday 4th", ["2026-12-04"]),
        ("3-7 March", ["2027-03-03..2027-03-07"]),
        ("Monday 1 – Friday 5 March", ["2027-03-01..2027-03-05"]),
        ("30 November to 4 December", ["2026-11-30..2026-12-04"]),
        ("30-4 December", ["2026-11-30..2026-12-04"]),
        ("21 December 2026 to 4 January 2027", ["2026-12-21..2027-01-04"]),
        ("21 December – 4 January 2027", ["2026-12-21..2027-01-04"]),
        ("w/b 11 Jan", ["2027-01-11..2027-01-15"]),
        ("week commencing Monday 11th January", ["2027-01-11..2027-01-15"]),
        ("3 and 5 March", ["2027-03-03", "2027-03-05"]),
        ("5, 12 and 19 January", ["2027-01-05", "2027-01-12", "2027-01-19"]),
        ("1, 2 and 31 April 2027", ["2027-04-01", "2027-04-02", "no 31 April"]),
        ("5, 12 & 19 Jan '27", ["2027-01-05", "2027-01-12", "2027-01-19"]),
        ("Mon 7 - Wed 9 December", ["2026-12-07..2026-12-09"]),
        ("Thursday 4th December", ["2026-12-04 weekday"]),
        ("31 November", ["no 31 November"]),
        ("29 February 2027", ["no 29 February 2027"]),
        ("32 January", ["no 32 January"]),
        ("this Friday", ["2026-11-27 no-month"]),
        ("tomorrow", ["2026-11-27 no-month"]),
        ("Monday 4th", ["2027-01-04"]),
        ("Sunday 31st", ["2027-01-31"]),
        ("Wednesday 30th to Thursday 31st", ["2026-12-30..2026-12-31"]),
        ("the 9th", ["2026-12-09 no-month"]),
        ("every Friday 4th December", []),
        ("Issue 9 – Friday 27 November", ["2026-11-27"]),
        ("No. 31, 15 May 2027", ["2027-05-15"]),
        ("Year 4 has 28 children", []),
        ("£4.12", []),
    ],
)
def test_a_day_is_read(text: str, found: list[str]) -> None:
    assert shown(text) == found


def test_below_the_heading_of_a_month_a_number_is_a_day() -> None:
    assert month_heading("JANUARY 2027") == (1, 2027)
    assert month_heading("Dates for May") == (5, None)
    assert month_heading("May we ask you") is None
    assert shown("4th  INSET day", (1, 2027)) == ["2027-01-04"]
    assert shown("11th-14th Assessment", (1, 2027)) == ["2027-01-11..2027-01-14"]
    assert shown("Mon 7 - Wed 9 Tests", (12, None)) == ["2026-12-07..2026-12-09"]
    assert shown("12-3pm Fair", (1, 2027)) == []
    assert shown("4th INSET day") == []


@given(st.dates(ISSUED - timedelta(days=60), ISSUED + timedelta(days=280)))
def test_every_day_of_a_school_year_is_read_in_every_form(day: date) -> None:
    forms = (
        f"{day:%A} {day.day} {day:%B}",
        f"{day:%a} {day.day}th {day:%b}",
        f"{day.day}/{day.month}/{day.year}",
        f"{day:%B} {day.day}th",
        f"{day.day} {day:%b %Y}",
        f"{day:%Y-%m-%d}",
    )
    for text in forms:
        (found,) = days(text, ISSUED)
        assert isinstance(found, Days)
        assert (found.first, found.last, found.doubts) == (day, None, ())


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    for one in days(text, ISSUED, (2, None)):
        assert 0 <= one.begin < one.end <= len(text)
