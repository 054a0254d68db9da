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


class _Piece(Struct):
    """A run of text. ``x``, ``y`` and ``size`` are in points; y grows upwards."""

    text: str
    x: float
    y: float
    size: float


class _Line(Struct):
    pieces: list[_Piece]

    @property
    def size(self) -> float:
        return max(piece.size for piece in self.pieces)

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands apart on this line by more than a few spaces."""
        found: list[str] = []
        end = 0.0
        for piece in self.pieces:
            if found and piece.x - end < 1.5 * piece.size:
                found[-1] += ("" if piece.x - end < 0.12 * piece.size else " ") + piece.text
            else:
                found.append(piece.text)
            end = piece.x + len(piece.text) * piece.size * 0.5
        return tuple(cell for each in found if (cell := tidy(each)))


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
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, NotImplementedError) as error:
        # pypdf says with any of these that the file is not what it claims to be
        raise _broken() from error
    if count > MOST_PAGES:
        troubles.append((Trouble.CUT, f"p. {MOST_PAGES}"))
    return Contents(paragraphs=tuple(paragraphs), title=title if " " in title else "", troubles=tuple(troubles))


def _broken() -> UnreadableDocument:
    return UnreadableDocument(Refusal.BROKEN, "This PDF is damaged. Save it anew, or paste its text.")


def _page(page: PageObject, place: str) -> list[Paragraph]:
    lines = _lines(_pieces(page))
    sizes = sorted(line.size for line in lines for _ in line.pieces)
    body = sizes[len(sizes) // 2] if sizes else 0.0
    found: list[Paragraph] = []
    run: list[str] = []
    size = y = 0.0

    def close() -> None:
        found.extend(Paragraph(text=each, place=place) for each in unwrapped(run) if each)
        run.clear()

    for line in lines:
        cells = line.cells
        if not cells:
            continue
        text, at = " ".join(cells), line.pieces[0].y
        if len(cells) > 1:
            close()
            found.append(Paragraph(text=" – ".join(cells), place=place, cells=cells))
        elif line.size > 1.12 * body and len(text) < 90:
            close()
            if found and found[-1].heading and line.size == size and y - at < 1.6 * size:
                found[-1] = Paragraph(text=f"{found[-1].text} {text}", place=place, heading=True)
            else:
                found.append(Paragraph(text=text, place=place, heading=True))
        else:
            if run and not 0 < y - at < 1.9 * line.size:
                close()
            run.append(text)
        size, y = line.size, at
    close()
    return found


def _pieces(page: PageObject) -> list[_Piece]:
    found: list[_Piece] = []

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], font: Any, size: float) -> None:
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scale = abs(tm[3] or tm[0] or 1.0) * abs(cm[3] or cm[0] or 1.0)
        for part in text.split("\n"):
            if part.strip():
                found.append(_Piece(part, x, y, max(size * scale, 1.0)))

    page.extract_text(visitor_text=visit)
    return found


def _lines(pieces: Sequence[_Piece]) -> list[_Line]:
    """In the order in which the page was written; what follows on the same height belongs to the same line."""
    found: list[_Line] = []
    for piece in pieces:
        last = found[-1].pieces[-1] if found else None
        if last is not None and abs(last.y - piece.y) < 0.35 * piece.size and piece.x >= last.x:
            found[-1].pieces.append(piece)
        else:
            found.append(_Line([piece]))
    return found


def _has_pictures(page: PageObject) -> bool:
    resources = page.get("/Resources")
    things = resources.get_object().get("/XObject") if resources is not None else None
    return bool(things) or not page.get_contents()
