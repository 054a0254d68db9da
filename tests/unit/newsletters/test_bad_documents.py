"""Documents that are locked, broken, endless or hostile: a clear word each, within bounds."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter

from orchard_bot.community.newsletter import Doubt, Newsletter, Refusal, Trouble
from orchard_bot.newsletters.paragraphs import MOST_CHARACTERS, MOST_PARAGRAPHS, UnreadableDocument
from orchard_bot.newsletters.reading import School, read
from tests.newsletters.make_documents import HERE

SCHOOL = School(today=date(2026, 11, 26))


def refused(data: bytes, name: str, kind: str = "") -> Refusal:
    with pytest.raises(UnreadableDocument) as caught:
        read(data, name, SCHOOL, kind)
    assert str(caught.value).endswith(".")
    return caught.value.why


def told(text: str, school: School = SCHOOL) -> Newsletter:
    return read(text.encode(), "pasted.txt", school)


def pages(count: int) -> bytes:
    pdf = FPDF()
    pdf.set_font("Helvetica", size=11)
    for number in range(count):
        pdf.add_page()
        pdf.cell(text=f"Page {number + 1} of a very long newsletter, Friday 4 December 2026: book fair")
    return bytes(pdf.output())


def test_a_locked_pdf() -> None:
    writer = PdfWriter(PdfReader(io.BytesIO(pages(1))))
    writer.encrypt("secret", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    assert refused(locked.getvalue(), "letter.pdf") is Refusal.ENCRYPTED


@pytest.mark.parametrize("cut", [9, 300, 700])
def test_a_broken_pdf(cut: int) -> None:
    assert refused((HERE / "hollybush.pdf").read_bytes()[:cut], "letter.pdf") is Refusal.BROKEN


def test_a_pdf_of_three_hundred_pages_is_read_as_far_as_is_sensible() -> None:
    found = read(pages(300), "long.pdf", SCHOOL)
    assert (Trouble.CUT, "p. 40") in found.troubles
    assert found.events[0].day == date(2026, 12, 4)


def bomb(parts: int, size: int, name: str = "word/part{}.xml") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(parts):
            archive.writestr(name.format(number), b"\0" * size)
    return made.getvalue()


def test_a_zip_bomb_is_not_unpacked() -> None:
    data = bomb(1, 80_000_000)
    assert len(data) < 100_000
    assert refused(data, "letter.docx") is Refusal.TOO_LARGE
    assert refused(bomb(2001, 1), "letter.docx") is Refusal.TOO_LARGE


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        (b"", "a.txt", Refusal.EMPTY),
        (b" \n\n ", "a.txt", Refusal.EMPTY),
        (b"<html><script>1</script></html>", "a.html", Refusal.EMPTY),
        (b"not a pdf", "a.pdf", Refusal.BROKEN),
        (b"not a calendar", "a.ics", Refusal.BROKEN),
        (b"not a word file", "a.docx", Refusal.BROKEN),
        (b"PK\x03\x04 and no archive", "a.docx", Refusal.BROKEN),
        (bomb(1, 10), "a.docx", Refusal.BROKEN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.doc", Refusal.ENCRYPTED),
        (b"\xff\xd8\xff\xe0 JFIF", "scan", Refusal.PICTURE),
        (b"abc", "scan.jpeg", Refusal.PICTURE),
        (b"MZ\x00\x01\x02", "a.exe", Refusal.UNKNOWN),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:nonsense\nEND:VCALENDAR\n", "a.ics", Refusal.BROKEN),
        (b"<rss><oops", "feed", Refusal.BROKEN),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, name: str, why: Refusal) -> None:
    assert refused(data, name) is why


def test_markup_that_is_nested_without_end() -> None:
    assert refused(b"<html>" + b"<div>" * 20_000 + b"deep", "a.html") is Refusal.BROKEN


def test_scripts_styles_and_what_is_hidden_are_no_words() -> None:
    page = """<html><head><title>News</title></head><body><h1>School news</h1><p>1 December 2026</p>
        <script>Friday 4 December 2026: script</script><style>Friday 4 December 2026: style</style>
        <p style="display: none">Friday 4 December 2026: <b style="display:none">hidden</b></p><!-- Friday 4 December: x -->
        <p>Friday 11 December: carols</p><img src="http://127.0.0.1:1/never-asked-for"></body></html>"""
    (event,) = read(page.encode(), "a.html", SCHOOL).events
    assert (event.title, event.day) == ("Carols", date(2026, 12, 11))


def test_a_scan_is_named_and_not_guessed_at() -> None:
    found = read((HERE / "pinewood-scan.pdf").read_bytes(), "scan.pdf", SCHOOL)
    assert found.troubles == ((Trouble.SCANNED, "p. 2"),)


def test_a_text_without_end_is_cut() -> None:
    assert told("Book fair: 4 December 2026\n\n" * (MOST_PARAGRAPHS + 10)).troubles[-1][0] is Trouble.CUT
    assert told("word " * (MOST_CHARACTERS // 4) + "\n\nBook fair: 4 December 2026").troubles[-1][0] is Trouble.CUT


def test_text_of_other_encodings_is_read() -> None:
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        (event,) = read("Café – Friday 4 December 2026".encode(encoding), "a.txt", SCHOOL).events
        assert event.title == "Café"


def test_a_feed_without_end_is_read_from_its_beginning() -> None:
    item = "<item><title>Fair</title><description>The fair is on Friday 4 December 2026.</description></item>"
    feed = f'<rss version="2.0"><channel><title>News</title>{item * 60}</channel></rss>'
    found = read(feed.encode(), "feed", SCHOOL)
    assert found.troubles == ((Trouble.CUT, ""),)
    assert len(found.events) == 40


def calendar(*lines: str) -> Newsletter:
    entry = ["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:1", "SUMMARY:Club", *lines, "END:VEVENT"]
    return read("\r\n".join([*entry, "END:VCALENDAR", ""]).encode(), "a.ics", SCHOOL)


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART:20261201T090000", "RRULE:FREQ=SECONDLY"],
        ["DTSTART:20261201T090000", "DTEND:20261130T090000"],
        ["DESCRIPTION:no beginning"],
    ],
)
def test_an_entry_that_makes_no_sense_is_left_out_and_named(lines: list[str]) -> None:
    assert calendar(*lines).events == ()
    assert calendar(*lines).troubles == ((Trouble.ODD_ENTRY, "Club"),)


def test_what_recurs_keeps_its_hour_when_the_clocks_change_and_ends_some_time() -> None:
    found = calendar("DTSTART;TZID=Europe/London:20261130T160000", "RRULE:FREQ=WEEKLY").events
    assert len(found) == 57
    assert {f"{event.starts:%H:%M}" for event in found} == {"16:00"}
    daily = calendar("DTSTART;VALUE=DATE:20261130", "RRULE:FREQ=DAILY;UNTIL=20261203").events
    assert [event.day.day for event in daily] == [30, 1, 2, 3]
    assert len(calendar("DTSTART;VALUE=DATE:20261130", "RRULE:FREQ=DAILY").events) == 60


def test_an_evening_that_ends_at_midnight_is_one_day() -> None:
    (event,) = calendar("DTSTART:20261201T190000", "DTEND:20261202T000000").events
    assert (event.day, event.last_day) == (date(2026, 12, 1), None)
    (night,) = calendar("DTSTART:20261201T190000", "DTEND:20261203T100000").events
    assert night.last_day == date(2026, 12, 3)


def test_a_calendar_with_thousands_of_entries_is_cut() -> None:
    entries = "".join(
        f"BEGIN:VEVENT\r\nUID:{n}\r\nSUMMARY:Club\r\nDTSTART;VALUE=DATE:20261201\r\nEND:VEVENT\r\n" for n in range(2001)
    )
    found = read(f"BEGIN:VCALENDAR\r\n{entries}END:VCALENDAR\r\n".encode(), "a.ics", SCHOOL)
    assert found.troubles == ((Trouble.CUT, ""), (Trouble.CUT, ""))
    assert len(found.events) == 300


def test_doubts_are_marked() -> None:
    school = School(
        today=date(2026, 11, 26),
        terms=((date(2026, 9, 2), date(2026, 12, 18)), (date(2027, 1, 5), date(2027, 3, 26))),
        days_off=(date(2026, 12, 4),),
        nation="SCT",
    )
    found = told(
        """Newsletter 27 October 2026
Tuesday 3 November - Odd socks day
Friday 4 December - Fair
Tuesday 9 December - Carols
Monday 21 December - Club
Monday 30 November - Choir
Friday 27th - Visitors at 8
Friday 3 March 2028 - Reunion
""",
        school,
    )
    doubts = {event.title: event.doubts for event in found.events}
    assert doubts["Odd socks day"] == (Doubt.PAST,)
    assert doubts["Fair"] == (Doubt.OUTSIDE_TERM,)
    assert doubts["Choir"] == (Doubt.OUTSIDE_TERM,), "St Andrew's Day"
    assert doubts["Carols"] == (Doubt.WEEKDAY,)
    assert doubts["Club"] == (Doubt.OUTSIDE_TERM,)
    assert Doubt.HALF_DAY in doubts["Visitors"]
    assert doubts["Reunion"] == (Doubt.FAR,)


def test_the_same_thing_in_a_corrected_edition_has_the_same_uid() -> None:
    (before,) = told("Newsletter\n\nChristmas fair: Friday 4 December 2026, 3pm").events
    (after,) = told("Newsletter, corrected\n\nChristmas fair: Saturday 5 December 2026, 4pm").events
    assert before.uid == after.uid


def test_more_events_than_anybody_plans_are_cut() -> None:
    lines = "\n".join(
        f"{day} December 2026 - Meeting of group {chr(97 + n)}{n}" for day in range(1, 31) for n in range(11)
    )
    found = told(f"Diary\n\n{lines}")
    assert len(found.events) == 300
    assert found.troubles[-1][0] is Trouble.CUT
