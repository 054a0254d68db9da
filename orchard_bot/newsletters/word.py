"""Word documents, by python-docx: paragraphs and tables in their order. What unpacks to too much is refused unopened."""

from __future__ import annotations

import io
import zipfile

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.exceptions import OpcError
from docx.table import Table
from docx.text.paragraph import Paragraph as WordParagraph
from lxml.etree import LxmlError

from orchard_bot.community.newsletter import Refusal
from orchard_bot.newsletters.paragraphs import Contents, Paragraph, UnreadableDocument, tidy

MOST_UNPACKED = 60_000_000
"""Bytes of all parts together, pictures and all."""
MOST_XML = 12_000_000
"""Bytes of one part of XML."""
MOST_PARTS = 2_000


def read_word(data: bytes) -> Contents:
    """The paragraphs of a .docx. Raises ``UnreadableDocument`` where it is broken, locked, or a bomb."""
    _check(data)
    try:
        document = Document(io.BytesIO(data))
        paragraphs = _paragraphs(document)
        title = document.core_properties.title or ""
    except (OpcError, LxmlError, KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile, OSError) as error:
        raise _broken() from error
    return Contents(paragraphs=tuple(paragraphs), title=title if " " in title and title != "Word Document" else "")


def _broken() -> UnreadableDocument:
    return UnreadableDocument(Refusal.BROKEN, "This Word document is damaged. Save it anew, or paste its text.")


def _check(data: bytes) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        says = "This is an old Word document (.doc), or one with a password. Save it as .docx without one, or as PDF."
        raise UnreadableDocument(Refusal.ENCRYPTED, says)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _broken() from error
    xml = max((part.file_size for part in parts if part.filename.endswith((".xml", ".rels"))), default=0)
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED or xml > MOST_XML:
        raise UnreadableDocument(
            Refusal.TOO_LARGE, "This Word document unpacks to far more than a newsletter holds. Send it as PDF."
        )


def _paragraphs(document: WordDocument) -> list[Paragraph]:
    found: list[Paragraph] = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            found += _rows(block, len(found))
        else:
            for line in block.text.split("\n"):
                if text := tidy(line):
                    place = f"paragraph {len(found) + 1}"
                    found.append(Paragraph(text=text, place=place, heading=_is_heading(block, text)))
    return found


def _rows(table: Table, before: int) -> list[Paragraph]:
    found: list[Paragraph] = []
    for row in table.rows:
        cells: list[str] = []
        seen: set[object] = set()
        for cell in row.cells:
            if cell._tc not in seen:  # noqa: SLF001 - merged cells are given once for each column
                seen.add(cell._tc)  # noqa: SLF001
                cells.append("\n".join(tidy(each.text) for each in cell.paragraphs).strip())
        place = f"paragraph {before + len(found) + 1}"
        if len(cells) == 1:
            lines = [tidy(line) for line in cells[0].split("\n") if tidy(line)]
            found += [Paragraph(text=line, place=place) for line in lines]
        elif any(cells):
            texts = tuple(tidy(cell) for cell in cells)
            found.append(Paragraph(text=" – ".join(text for text in texts if text), place=place, cells=texts))
    return found


def _is_heading(paragraph: WordParagraph, text: str) -> bool:
    style = (paragraph.style.name or "") if paragraph.style is not None else ""
    if style.startswith(("Heading", "Title", "Subtitle")):
        return True
    runs = [run for run in paragraph.runs if run.text.strip()]
    return len(text) < 80 and not text.endswith(".") and bool(runs) and all(run.bold for run in runs)
