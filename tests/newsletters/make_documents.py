"""Makes the newsletters that are PDF or Word: ``python tests/newsletters/make_documents.py``, the same bytes each time.

The schools are invented. Each function is one layout.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from docx import Document
from docx.document import Document as WordDocument
from fpdf import FPDF

HERE = Path(__file__).parent / "documents"
MADE = datetime(2026, 1, 1, tzinfo=UTC)


class Page(FPDF):
    """A4 in millimetres, Helvetica, with a few shapes that newsletters have."""

    def __init__(self) -> None:
        super().__init__()
        self.set_creation_date(MADE)
        self.set_margin(18)
        self.add_page()

    def head(self, text: str, size: int = 18) -> None:
        self.set_font("Helvetica", "B", size)
        self.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")
        self.ln(2)

    def words(self, text: str, *, width: float = 0, size: int = 11) -> None:
        self.set_font("Helvetica", "", size)
        self.multi_cell(width, size * 0.47, text, new_x="LMARGIN", new_y="NEXT")
        self.ln(2)

    def rows(self, rows: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
        self.set_font("Helvetica", "", 10)
        with self.table(col_widths=widths, text_align="LEFT") as table:
            for row in rows:
                cells = table.row()
                for cell in row:
                    cells.cell(cell)
        self.ln(3)


def hollybush() -> Page:
    """One column, a heading for each article, two pages."""
    page = Page()
    page.head("Hollybush Primary School", 22)
    page.words("Newsletter - Friday 14th November 2025")
    page.head("Headteacher's welcome", 14)
    page.words(
        "It has been a pleasure to see so many of you at our open evening last week. The children were a credit to the "
        "school and everybody who came said how well they spoke about their learning."
    )
    page.head("Christmas lunch", 14)
    page.words(
        "Christmas lunch will be served on Wednesday 10th December. Please order by Friday 28th November through the "
        "usual app. The price is 2.95 pounds."
    )
    page.head("Year 6 visit to the Houses of Parliament", 14)
    page.words(
        "Year 6 will travel to London on Thursday 27th November. The coach leaves at 7.15am from the front gate, so "
        "please be at school by 7am. Children need a packed lunch and a warm coat."
    )
    page.add_page()
    page.head("Dates to remember", 14)
    for line in (
        "Monday 17th November - Anti-bullying week begins",
        "Tuesday 2nd December - Reception nativity, 9.30am and 2pm",
        "Friday 5th December - Christmas fayre, 3.30pm - 5.30pm",
        "Monday 15th December - KS2 carol service, 6pm, St Mark's Church",
        "Friday 19th December - School closes for Christmas at 1.15pm",
        "Tuesday 6th January - Spring term begins",
    ):
        page.words(line)
    return page


def kestrel_table() -> Page:
    """A table of dates with wrapped cells."""
    page = Page()
    page.head("Kestrel Park Primary: dates for the spring term", 16)
    page.words("Sent home on 9 January 2026")
    page.rows(
        [
            ("Date", "Time", "What", "Notes"),
            ("Tues 13 Jan", "9.00-9.45am", "Phonics meeting for Reception and Year 1 parents, in the small hall", ""),
            (
                "Thurs 22 Jan",
                "",
                "Year 4 visit to the planetarium",
                "Packed lunch in a disposable bag, 12 pounds by ParentPay",
            ),
            ("Fri 6 Feb", "2.30pm", "Year 2 sharing assembly", ""),
            ("16-20 Feb", "", "Half term", ""),
            ("Mon 23 Feb", "", "INSET day", "School closed to children"),
            ("Thurs 5 March", "", "World Book Day", "Dress up as a favourite character"),
            ("Weds 11 March", "3.30 - 7pm", "Parents' evening", "Book through the office"),
            ("Fri 27 March", "1.45pm", "End of term", ""),
        ],
        (24, 24, 60, 50),
    )
    page.words("Please keep this on the fridge. Dates may change; we will tell you in the newsletter.")
    return page


def lime_walk() -> Page:
    """Two columns, written one after the other."""
    page = Page()
    page.head("LIME WALK NEWS", 24)
    page.words("Issue 12 | 19 June 2026")
    left = (
        (
            "Sports day",
            "Sports day is on Wednesday 1st July, starting at 9.30am on the field. Families are welcome to bring a picnic.",
        ),
        (
            "New starters",
            "Stay and play sessions for new starters: Tuesday 23 June at 2pm and Thursday 25 June at 2pm.",
        ),
    )
    right = (
        ("Year 6 leavers", "The leavers' party is on Friday 17 July from 6 to 8pm in the hall. Tickets cost 5 pounds."),
        (
            "End of year",
            "The last day of term is Tuesday 21st July. School finishes at 1.30pm. We return on Thursday 3rd September.",
        ),
    )
    top = page.get_y()
    for column, articles in ((18.0, left), (110.0, right)):
        page.set_y(top)
        for heading, text in articles:
            page.set_x(column)
            page.set_font("Helvetica", "B", 14)
            page.multi_cell(80, 7, heading, new_x="LEFT", new_y="NEXT")
            page.set_x(column)
            page.set_font("Helvetica", "", 11)
            page.multi_cell(80, 5, text, new_x="LEFT", new_y="NEXT")
            page.ln(4)
    return page


def northgate_list() -> Page:
    """Dates at the left, what is on at the right, set by position and not as a table."""
    page = Page()
    page.head("Northgate Infants", 20)
    page.words("Important dates, autumn term 2026. 4 September 2026")
    for day, what in (
        ("Weds 9 Sept", "Class reading session 2.45pm"),
        ("Fri 18 Sept", "Jeans for Genes day"),
        ("Mon 21 - Fri 25 Sept", "Scholastic book fair in the library"),
        ("Thu 1 Oct", "Harvest festival 10am"),
        ("Tue 13 Oct", "Flu immunisations"),
        ("Fri 23 Oct", "Break up for half term"),
        ("Mon 2 Nov", "Back to school"),
        ("5, 12 and 19 Nov", "Bikeability for Year 2"),
    ):
        y = page.get_y()
        page.set_font("Helvetica", "B", 11)
        page.text(18, y, day)
        page.set_font("Helvetica", "", 11)
        page.text(75, y, what)
        page.set_y(y + 8)
    return page


def oakhanger_blocks() -> Page:
    """Boxes with When, Where and Cost."""
    page = Page()
    page.head("Oakhanger School Association", 18)
    page.words("What's coming up - 2 October 2026")
    for title, lines in (
        (
            "Bonfire night",
            ("When: Friday 6th November, 5.30pm - 8pm", "Where: School field", "Cost: 4 pounds a ticket"),
        ),
        (
            "Quiz night",
            ("When: Saturday 21 November at 7.30pm", "Where: Village hall", "Bring: Your own drinks and nibbles"),
        ),
        ("Second-hand uniform sale", ("When: Thursday 8 October", "Time: 3.15pm to 4pm", "Where: Front playground")),
    ):
        page.head(title, 14)
        for line in lines:
            page.words(line)
    return page


def pinewood_scan() -> Page:
    """A first page of text, and a second that is a picture."""
    page = Page()
    page.head("Pinewood Primary newsletter", 18)
    page.words("Friday 6 February 2026")
    page.words("Year 1 will have their Great Fire of London day on Wednesday 11 February. Come dressed for 1666!")
    page.words("We break up on Friday 13 February and return on Monday 23 February.")
    page.add_page()
    page.image(_picture(), x=18, y=18, w=100)
    return page


def yewtree_boxes() -> Page:
    """A sentence for each event, a small headline in the same size, dates in several forms."""
    page = Page()
    page.head("Yew Tree Primary School", 20)
    page.words("Newsletter 3 - week ending 2nd October 2026")
    for line in (
        "HARVEST FESTIVAL",
        "Tuesday 13/10/2026 at 9.15am. Donations for the food bank are welcome.",
        "PARENT FORUM",
        "Weds 14 October, 2.30-3.15pm, community room.",
        "SCHOOL COUNCIL",
        "Elections will be held on Thursday the 8th of October.",
        "YEAR 4 RESIDENTIAL",
        "Meeting for parents: Mon 19 Oct, quarter to four. The trip itself is from 9th to 11th November.",
        "AUTUMN HALF TERM",
        "School closes Fri 23 Oct 3.15pm and opens again Mon 2 Nov.",
    ):
        page.words(line)
    return page


def _picture() -> io.BytesIO:
    from PIL import Image  # noqa: PLC0415 - comes with fpdf2

    made = io.BytesIO()
    Image.new("L", (64, 64), 200).save(made, "PNG")
    made.seek(0)
    return made


def sandpiper() -> WordDocument:
    """Word's own headings, paragraphs and bullets."""
    document = Document()
    document.add_heading("Sandpiper Bay Primary School", 0)
    document.add_paragraph("Newsletter 17, Friday 30 January 2026")
    document.add_heading("Young carers", 2)
    document.add_paragraph("Our young carers group meets every Tuesday at lunchtime.")
    document.add_heading("Internet safety evening", 2)
    document.add_paragraph(
        "All parents are invited to an evening about keeping children safe online on Tuesday 10 February at 6.30pm in the studio."
    )
    document.add_heading("Year 3 Stone Age day", 2)
    document.add_paragraph(
        "Stone Age day will be on Thursday 5th February. Children may come dressed up. We are asking for £6 towards the costs."
    )
    document.add_heading("Diary", 2)
    for line in (
        "Wed 4 Feb: Young Voices, back at school at about 10.30pm",
        "Fri 13 Feb: Last day of half term",
        "Mon 16 to Fri 20 Feb: Half term holiday",
        "Mon 23 Feb: Children back in school",
        "Fri 20 March, 2pm: Mothering Sunday tea in the hall",
    ):
        document.add_paragraph(line, style="List Bullet")
    return document


def turnpike_table() -> WordDocument:
    """A table of two columns, the date first."""
    document = Document()
    document.add_paragraph().add_run("Turnpike Lane Nursery and Infants").bold = True
    document.add_paragraph("Dates for your diary, as of 1 May 2026")
    _table(
        document,
        [
            ("Monday 4th May", "Bank Holiday"),
            ("Thursday 7th May", "Polling day: school closed"),
            ("Friday 15th May", "Nursery trip to Merrow Farm, 9.30am-1pm. Bring a snack."),
            ("Tuesday 19th May", "Year 2 multi-skills festival (PE kit)"),
            ("25th - 29th May", "Half Term"),
            ("Friday 12th June", "Father's Day breakfast 8am"),
            ("Wednesday 1st July", "Move-up morning"),
            ("Wednesday 22nd July", "Last day of the summer term - 2pm finish"),
        ],
    )
    return document


def underwood_week() -> WordDocument:
    """A heading for each day of the week, lines below."""
    document = Document()
    document.add_heading("Underwood Academy - week of 8 December 2025", 1)
    for day, lines in (
        ("Monday 8th December", ("Reception nativity dress rehearsal, 1.30pm",)),
        ("Tuesday 9th December", ("9.30am Reception nativity in the main hall", "Year 5 swimming - bring kit")),
        ("Wednesday 10th December", ("Christmas dinner and jumper day",)),
        ("Thursday 11th December", ("KS2 carol concert at 6 o'clock", "Year 6 panto trip, 12.15pm - 4.45pm")),
        ("Friday 12th December", ("Reports go home",)),
    ):
        document.add_paragraph().add_run(day).bold = True
        for line in lines:
            document.add_paragraph(line)
    return document


def violet_bank_terms() -> WordDocument:
    """Term dates with a beginning and an end."""
    document = Document()
    document.add_heading("Violet Bank Primary: term dates 2026-2027", 1)
    document.add_paragraph("Published 12 June 2026")
    _table(
        document,
        [
            ("Term", "Starts", "Ends"),
            ("Autumn term", "Wednesday 2 September 2026", "Friday 18 December 2026"),
            ("Autumn half term", "Monday 26 October 2026", "Friday 30 October 2026"),
            ("Spring term", "Monday 4 January 2027", "Thursday 25 March 2027"),
            ("Spring half term", "Monday 15 February 2027", "Friday 19 February 2027"),
            ("Summer term", "Monday 12 April 2027", "Wednesday 21 July 2027"),
        ],
    )
    document.add_paragraph("INSET days: Tuesday 1 September 2026, Friday 23 October 2026 and Thursday 22 July 2027.")
    document.add_paragraph("May Day bank holiday: Monday 3 May 2027.")
    return document


def zephyr_months() -> WordDocument:
    """A table with a row for each month between the rows of dates."""
    document = Document()
    document.add_heading("Zephyr Hill School calendar", 1)
    document.add_paragraph("Summer term 2026, issued 13 April 2026")
    _table(
        document,
        [
            ("May", "", ""),
            ("Fri 1", "Year 2 SATs information", "9.00"),
            ("Mon 4", "Bank holiday", ""),
            ("Thu 14", "Museum visit Year 3", "9.15 - 2.45"),
            ("June", "", ""),
            ("Mon 1", "INSET day", ""),
            ("Wed 17", "New parents' evening", "6.00pm"),
            ("Sat 27", "Summer fete", "12-3pm"),
            ("July", "", ""),
            ("Thu 9", "Transition day", ""),
            ("Tue 21", "Term ends", "1.30pm"),
        ],
    )
    return document


def waterside_letter() -> WordDocument:
    """A letter about one trip, in prose."""
    document = Document()
    document.add_paragraph("Waterside C of E Primary School")
    document.add_paragraph("21st April 2026")
    document.add_paragraph("Dear Parents and Carers of Year 4,")
    document.add_paragraph("Visit to Roman Bath House, Friday 15th May 2026").runs[0].bold = True
    document.add_paragraph(
        "As part of our topic we are taking the children to the Roman Bath House on Friday 15th May. We will leave school at "
        "9.00am and return by 3.15pm. The cost of the visit is £11.50."
    )
    document.add_paragraph("Please give consent and pay by Wednesday 6th May.")
    document.add_paragraph(
        "There will be a short meeting for parent helpers on Monday 11th May at 8.45am in the Year 4 classroom."
    )
    document.add_paragraph("Yours sincerely,")
    return document


def _table(document: WordDocument, rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=0, cols=len(rows[0]))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


PDFS: Sequence[Callable[[], Page]] = (
    hollybush,
    kestrel_table,
    lime_walk,
    northgate_list,
    oakhanger_blocks,
    pinewood_scan,
    yewtree_boxes,
)
WORDS: Sequence[Callable[[], WordDocument]] = (
    sandpiper,
    turnpike_table,
    underwood_week,
    violet_bank_terms,
    waterside_letter,
    zephyr_months,
)


def _same_each_time(document: WordDocument) -> bytes:
    """Word's file with fixed times in its archive."""
    document.core_properties.created = document.core_properties.modified = MADE.replace(tzinfo=None)
    document.core_properties.title = ""
    first = io.BytesIO()
    document.save(first)
    second = io.BytesIO()
    with zipfile.ZipFile(first) as old, zipfile.ZipFile(second, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            info = zipfile.ZipInfo(part.filename, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(part))
    return second.getvalue()


def documents() -> dict[str, bytes]:
    """Each document by the name of its file."""
    made = {f"{each.__name__.replace('_', '-')}.pdf": bytes(each().output()) for each in PDFS}
    return made | {f"{each.__name__.replace('_', '-')}.docx": _same_each_time(each()) for each in WORDS}


if __name__ == "__main__":
    for name, content in documents().items():
        (HERE / name).write_bytes(content)
