"""PDF files, by pypdf: the lines of each page, with the columns of tables kept apart and scanned pages named."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

from orchard_bot.community.newsletter import Refusal, Trouble
from orchard_bot.newsletters.paragraphs import Contents, Paragraph, UnreadableDocument, tidy, unwrapped

MOST_PAGES = 40
"""A longer document is read as far as this, and says so."""
LEAST_TEXT = 15
"""Characters below which a page with pictures counts as a scan."""


LONGEST_CELL = 4
"""Lines in a cell of a table."""


class _Piece(Struct):
    """A run of text. ``x``, ``y`` and ``size`` are in points; y grows upwards."""

    text: str
    x: float
    y: float
    size: float


class _Run(Struct):
    """Lines below each other that begin at the same place: a paragraph, or a cell."""

    x: float
    top: float
    bottom: float
    size: float
    lines: list[str]
    heights: list[float]
    ends: list[float]
    """How far each line goes, about."""


def read_pdf(data: bytes) -> Contents:
    """The paragraphs of a PDF. Raises ``UnreadableDocument`` where it is encrypted or broken."""
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableDocument(Refusal.ENCRYPTED, "This PDF is locked with a password. Send it without one.")
        count = len(reader.pages)
        paragraphs: list[Paragraph] = []
        troubles: list[tuple[Trouble, str]] = []
        for number, page in enumerate(reader.pages[:MOST_PAGES], 1):
            found = _page(page, f"p. {number}")
            if sum(len(each.text) for each in found) < LEAST_TEXT and _has_pictures(page):
                troubles.append((Trouble.SCANNED, f"p. {number}"))
            paragraphs += found
        title = str((reader.metadata.title if reader.metadata else None) or "")
    except UnreadableDocument:
        raise
    except RecursionError as error:
        raise _broken() from error
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        NotImplementedError,
    ) as error:
        # pypdf says with any of these that the file is not what it claims to be
        raise _broken() from error
    if count > MOST_PAGES:
        troubles.append((Trouble.CUT, f"p. {MOST_PAGES}"))
    return Contents(paragraphs=tuple(paragraphs), title=title if " " in title else "", troubles=tuple(troubles))


def _broken() -> UnreadableDocument:
    return UnreadableDocument(Refusal.BROKEN, "This PDF is damaged. Save it anew, or paste its text.")


def _page(page: PageObject, place: str) -> list[Paragraph]:
    runs = _runs(_pieces(page))
    sizes = sorted(run.size for run in runs for line in run.lines for _ in line.split())
    body = sizes[len(sizes) // 2] if sizes else 0.0
    found: list[Paragraph] = []
    for row in _rows(runs):
        first = row[0]
        if len(row) > 1:
            cells = tuple(tidy(" ".join(run.lines)) for run in row)
            found.append(Paragraph(text=" – ".join(cells), place=place, cells=cells))
        elif first.size > 1.12 * body and len(first.lines) < 4:
            found.append(Paragraph(text=tidy(" ".join(first.lines)), place=place, heading=True))
        else:
            found += [Paragraph(text=each, place=place) for each in unwrapped(first.lines) if each]
    return found


def _runs(pieces: Sequence[_Piece]) -> list[_Run]:
    """In the order in which the page was written."""
    found: list[_Run] = []
    for piece in pieces:
        end = piece.x + len(piece.text) * piece.size * 0.5
        run = found[-1] if found else None
        same_size = run is not None and abs(run.size - piece.size) < 0.6
        if (
            run is not None
            and abs(run.bottom - piece.y) < 0.35 * piece.size
            and run.x < piece.x < run.ends[-1] + 0.9 * piece.size
        ):
            run.lines[-1] += (
                "" if piece.x - run.ends[-1] < -0.5 * piece.size or run.lines[-1].endswith(" ") else " "
            ) + piece.text
            run.ends[-1], run.size = end, max(run.size, piece.size)
        elif (
            run is not None
            and same_size
            and abs(run.x - piece.x) < 3
            and 0.35 * piece.size < run.bottom - piece.y < 2.1 * piece.size
        ):
            run.lines.append(piece.text)
            run.heights.append(piece.y)
            run.bottom = piece.y
            run.ends.append(end)
        else:
            found.append(_Run(piece.x, piece.y, piece.y, piece.size, [piece.text], [piece.y], [end]))
    return found


def _rows(runs: Sequence[_Run]) -> list[list[_Run]]:
    """Short runs that follow each other and stand side by side on the same height are cells of one row."""
    found: list[list[_Run]] = []
    for run in runs:
        last = found[-1][-1] if found else None
        if last is not None and run.x > last.x + 1 and _beside(last, run):
            if len(found[-1]) == 1:
                found[-1:] = _above(last, run)
            found[-1].append(run)
        else:
            found.append([run])
    return found


def _pieces(page: PageObject) -> list[_Piece]:
    found: list[_Piece] = []

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], _: Any, size: float) -> None:
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scale = abs(tm[3] or tm[0] or 1.0) * abs(cm[3] or cm[0] or 1.0)
        parts = (part for part in text.split("\n") if part.strip())
        found.extend(_Piece(part, x, y, max(size * scale, 1.0)) for part in parts)

    page.extract_text(visitor_text=visit)
    return found


def _above(first: _Run, beside: _Run) -> list[list[_Run]]:
    """The lines above a row apart from the row's first cell: those that reach over to the next."""
    count = 0
    while count < len(first.lines) - 1 and first.ends[count] > beside.x:
        count += 1
    if not count:
        return [[first]]
    parts = [(0, count), (count, len(first.lines))]
    return [
        [
            _Run(
                first.x,
                first.heights[a],
                first.heights[b - 1],
                first.size,
                first.lines[a:b],
                first.heights[a:b],
                first.ends[a:b],
            )
        ]
        for a, b in parts
    ]


def _beside(one: _Run, other: _Run) -> bool:
    """Whether they share a height. Longer texts side by side are the columns of a page."""
    short = len(one.lines) <= LONGEST_CELL and len(other.lines) <= LONGEST_CELL
    return short and one.bottom < other.top + 0.5 * other.size and other.bottom < one.top + 0.5 * one.size


def _has_pictures(page: PageObject) -> bool:
    resources = page.get("/Resources")
    things = resources.get_object().get("/XObject") if resources is not None else None
    return bool(things) or not page.get_contents()
