"""HTML, by BeautifulSoup: what a reader sees of it. Scripts, styles and forms are no text; nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import NavigableString
from bs4.exceptions import ParserRejectedMarkup

from orchard_bot.community.newsletter import Refusal
from orchard_bot.newsletters.paragraphs import Contents, Paragraph, UnreadableDocument, tidy

_UNSEEN = ("script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "form", "head", "nav")
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def read_web_page(data: bytes | str) -> Contents:
    """The paragraphs of an HTML page or of a piece of one. Raises ``UnreadableDocument`` for markup past reading."""
    try:
        soup = BeautifulSoup(data, "html.parser")
    except (ParserRejectedMarkup, RecursionError, AssertionError) as error:
        raise _broken() from error
    title = tidy(soup.title.get_text(" ")) if soup.title else ""
    for tag in soup.find_all(_UNSEEN):
        tag.decompose()
    for tag in soup.find_all(style=lambda style: bool(style) and "display:none" in style.replace(" ", "").lower()):
        if not tag.decomposed:
            tag.decompose()
    try:
        found = list(_paragraphs(soup))
    except RecursionError as error:
        raise _broken() from error
    numbered = tuple(
        Paragraph(text=each.text, place=f"paragraph {number}", heading=each.heading, cells=each.cells)
        for number, each in enumerate(found, 1)
    )
    return Contents(paragraphs=numbered, title=title)


def _broken() -> UnreadableDocument:
    return UnreadableDocument(Refusal.BROKEN, "This web page is nested too deeply to be read. Paste its text instead.")


def _paragraphs(node: Tag) -> Iterator[Paragraph]:
    run: list[str] = []
    bold = True
    for child in node.children:
        if isinstance(child, Tag) and (child.name in _BLOCKS or child.find(_BLOCKS) is not None):
            yield from _closed(run, heading=bold and node.name not in _HEADINGS)
            run, bold = [], True
            yield from _block(child)
        elif isinstance(child, Tag) and child.name == "br":
            yield from _closed(run, heading=bold)
            run, bold = [], True
        elif isinstance(child, Tag):
            text = child.get_text(" " if child.find("br") else "")
            run.append(text)
            bold = bold and (child.name in {"strong", "b"} or not text.strip())
        elif isinstance(child, NavigableString) and not isinstance(child, Comment):
            run.append(str(child))
            bold = bold and not str(child).strip()
    yield from _closed(run, heading=bold or node.name in _HEADINGS)


def _block(tag: Tag) -> Iterator[Paragraph]:
    if tag.name == "tr":
        cells = [cell for cell in tag.find_all(["td", "th"], recursive=False) if isinstance(cell, Tag)]
        if len(cells) > 1 and not any(cell.find("tr") or len(cell.find_all("p")) > 2 for cell in cells):
            texts = tuple(tidy(cell.get_text(" ")) for cell in cells)
            yield Paragraph(text=" – ".join(text for text in texts if text), place="", cells=texts)
            return
    if tag.name == "dt":
        described = tag.find_next_sibling()
        if isinstance(described, Tag) and described.name == "dd":
            yield Paragraph(
                text=f"{tidy(tag.get_text(' '))} – {tidy(described.get_text(' '))}", place="", heading=False
            )
            return
    if tag.name == "dd" and isinstance(before := tag.find_previous_sibling(), Tag) and before.name == "dt":
        return
    if tag.name in _HEADINGS:
        yield from _closed([tag.get_text(" ")], heading=True)
        return
    yield from _paragraphs(tag)


def _closed(run: list[str], *, heading: bool) -> Iterator[Paragraph]:
    text = tidy("".join(run))
    if text:
        yield Paragraph(text=text, place="", heading=heading and len(text) < 90)
