"""Where something is, and what to bring or pay: read from the words around a date."""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z£•])|\s*[\n•;]\s*")
_NO_END = re.compile(
    r"(?:\b(?:a\.m|p\.m|Mr|Mrs|Ms|Miss|Dr|St|Rev|Yr|No|approx|e\.g|i\.e|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Mon|Tues?|Wed|Thurs?|Fri|Sat|Sun|w/b)\.)$",
    re.IGNORECASE,
)
_BRING = re.compile(
    r"\b(?:bring|wear|dressed?|pack(?:ed lunch)?|come in (?:their|your|pe|own|non|mufti|something)|in (?:their )?pe kit"
    r"|wellies|mufti|non[- ]uniform|own clothes|pay(?:ment|able)?|costs?|donations?|tickets? (?:are|cost|£)|entry"
    r"|admission|contributions?|suggested)\b|[£€]\s?\d|\b\d{2}p\b|\bfree (?:entry|of charge|admission)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^(?:bring|wear|cost|costs|price|pay|payment|please bring|what to bring|tickets?|admission|entry|kit)\s*[:–-]\s*",
    re.IGNORECASE,
)
_ROOM = (
    r"(?:[A-Z][\w’']+ ){0,3}(?:(?:school|main|sports|upper|lower|junior|infant|village|church|community|small|large|dining|year \d|front|back|top|big|staff|music|parent) )*"
    r"(?:hall|playground|field|library|classrooms?|gym|studio|playing field|chapel|church|centre|center|room|canteen|theatre|reception"
    r"|office|garden|meadow|pool|park|museum|farm|zoo|court|courts|stadium|cathedral|club|pavilion|orchard|gate|gates|entrance|nursery|quad|foyer|wood|woods)"
)
_PLACE = re.compile(
    rf"\b(?:in|at|on|from|to|outside)\s+(?P<place>(?:the |our |their )?{_ROOM}(?: of [A-Z]\w+)?)\b", re.IGNORECASE
)
_ALONE = re.compile(rf"^(?:the |our )?{_ROOM}$", re.IGNORECASE)
_ONLINE = re.compile(
    r"\b(?P<place>online|on zoom|(?:via|on|over) (?:zoom|teams|google meet|microsoft teams))\b", re.IGNORECASE
)
_WHERE = re.compile(
    r"\b(?:where|venue|location|place|meet(?:ing)? (?:at|point))\s*[:–-]\s*(?P<place>[^.;\n–|]{3,80})", re.IGNORECASE
)


def sentences(text: str) -> list[str]:
    """``text`` in sentences; ``3 p.m. Mrs Hall`` is one."""
    found: list[str] = []
    at = 0
    for match in _SENTENCE.finditer(text):
        if _NO_END.search(text[: match.start()]):
            continue
        found.append(text[at : match.start()])
        at = match.end()
    found.append(text[at:])
    return [said for each in found if (said := each.strip())]


def bring_or_pay(text: str) -> str:
    """The sentences of ``text`` that say what to bring, wear or pay, at most 200 characters."""
    return " ".join(_LABEL.sub("", each) for each in sentences(text) if _BRING.search(each))[:200]


def place_in(text: str) -> str:
    """Where it is, as the words say it; empty where they do not."""
    for pattern in (_WHERE, _PLACE, _ONLINE):
        match = pattern.search(text)
        if match:
            return match["place"].strip(" .,")[:120]
    return ""


def is_place(text: str) -> bool:
    """Whether ``text`` is nothing but a place, such as ``school hall``."""
    return bool(_ALONE.match(text.strip(" .,"))) or bool(_ONLINE.fullmatch(text.strip(" .,")))


def is_bring_or_pay(text: str) -> bool:
    """Whether ``text`` says what to bring, wear or pay."""
    return bool(_BRING.search(text))
