"""Pasted text: paragraphs between empty lines, headings by their look."""

from __future__ import annotations

import re

from orchard_bot.newsletters.paragraphs import Contents, Paragraph, tidy, unwrapped

_RULE = re.compile(r"^\s*[=_*~#-]{3,}\s*$")
_MARKED = re.compile(r"^\s*(?:#{1,6}\s+(?P<hash>.+?)#*|[*_]{1,3}(?P<stars>[^*_]+?)[*_]{1,3}:?)\s*$")
_FIGURE = re.compile(r"\d")
_DAY = re.compile(
    r"\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\d[/:]\d|^\W*\d",
    re.IGNORECASE,
)


def read_plain_text(text: str) -> Contents:
    """The paragraphs of a text. A table of tabs or bars keeps its columns."""
    found: list[Paragraph] = []
    run: list[str] = []

    def close() -> None:
        attached = False
        for number, each in enumerate(unwrapped(run)):
            if each:
                heading = number == 0 and _looks_like_heading(each, dated=len(run) > 1)
                attached = attached or (heading and len(run) > 1)
                found.append(Paragraph(text=each, place=f"paragraph {len(found) + 1}", heading=heading))
        if attached:  # a heading on the line above is for these lines alone
            found.append(Paragraph(text="", place="", heading=True))
        run.clear()

    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines):
        marked = _MARKED.match(line)
        cells = _cells(line)
        underlined = number + 1 < len(lines) and bool(_RULE.match(lines[number + 1])) and bool(line.strip())
        if not line.strip() or _RULE.match(line):
            close()
        elif marked or underlined or (not run and _looks_like_heading(line) and line.strip().isupper()):
            close()
            said = tidy((marked["hash"] or marked["stars"]) if marked else line)
            found.append(Paragraph(text=said, place=f"paragraph {len(found) + 1}", heading=True))
        elif len(cells) > 1:
            close()
            if any(re.search(r"\w", cell) for cell in cells):
                joined = " – ".join(cell for cell in cells if cell)
                found.append(Paragraph(text=joined, place=f"paragraph {len(found) + 1}", cells=cells))
        else:
            run.append(line.replace("*", "") if line.count("*") > 1 else line)
    close()
    return Contents(paragraphs=tuple(found))


def _cells(line: str) -> tuple[str, ...]:
    if "\t" in line.strip():
        return tuple(tidy(cell) for cell in line.strip().split("\t"))
    if line.count("|") > 1 or " | " in line:
        return tuple(tidy(cell) for cell in line.strip().strip("|").split("|"))
    return ()


def _looks_like_heading(line: str, *, dated: bool = False) -> bool:
    """``dated``: it may hold figures, a time for instance, but no day of the week and no month."""
    said = line.strip()
    figures = _DAY if dated else _FIGURE
    return (
        len(said) < 60
        and not said.endswith((".", ",", ";", ":"))
        and not figures.search(said)
        and len(said.split()) < 9
    )
