"""What an announcement is about, where it is, and what to bring: the words around a day."""

from __future__ import annotations

import re

from orchard_bot.chat.text import shortened
from orchard_bot.newsletters.clock_times import Clock
from orchard_bot.newsletters.days import Days

LONGEST_TITLE = 90
_EDGES = ' \t,.:;|–—-•*▪●·()[]✨🎄📅🗓️⭐!"“”'
_OPENERS = re.compile(
    r"^(?:(?:please note(?: that)?|reminder|a reminder that|just a reminder that|don['’]t forget(?: that)?|remember|also|finally|we are (?:pleased|delighted|excited) to (?:announce|say)(?: that)?"
    r"|save the date|date for your diary|new date|change of date|our|the|a|an|this year['’]s|there (?:will be|is) (?:a|an|our)?|we (?:will be|are) (?:holding|having|hosting|running) (?:a|an|our)?|join us for|come (?:along )?to|on|and|is|will be|held)\b[\s:,–-]*)+",
    re.IGNORECASE,
)
_PREDICATE = re.compile(
    r"\b(?:will|is|are|has|have|takes?|starts?|begins?|which|who|where|being|returns?|break(?:s)? up|visits?|happening|held|please|must|need(?:s|ed)?|should|can)\b",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:[\s,;:–—|(-]+(?:on|at|from|for|in|by|until|to|between|starting|starts?|the|a|is|will be|and|of|with|held|this|next|its?))+$",
    re.IGNORECASE,
)
_HEAD = re.compile(r"^(?:(?:at|from|in|on|until|till?|to|and|for|is|by|the|our)\b[\s,:–-]*)+", re.IGNORECASE)
_PLACE = re.compile(
    r"\b(?:in|at|on)\s+((?:the|our)\s+(?:[a-z]+\s+){0,3}?(?:hall|playground|field|library|church|classrooms?|studio|gym|office|park|pool|centre|theatre|canteen|courtyard|garden|stage|car park)|(?-i:(?:St|The|[A-Z][a-z]+)\.?(?:\s(?:[A-Z][a-z'’]+|of|and|the))*\s(?:Church|Hall|Park|Museum|Farm|Zoo|Theatre|Library|Pool|Centre|Castle|Leisure Centre|School|Woods?|Beach|Abbey|Cathedral|House)))",
    re.IGNORECASE,
)
_BRING = re.compile(
    r"((?:please\s+)?(?:bring|wear|send in|dress in|come in|come dressed|provide|pack|donate|pay|return)\b[^.!?|]{3,120}|(?:cost|price|tickets?|entry|admission|suggested donation)\b[^.!?|]{0,30}£\s?\d+(?:\.\d\d)?[^.!?|]{0,40}|£\s?\d+(?:\.\d\d)?(?:\s(?:per|each|a|for)\b[^.!?|,]{0,40})?)",
    re.IGNORECASE,
)


def is_heading(text: str) -> bool:
    """A short line that is no sentence."""
    return (
        0 < len(text) <= 70
        and len(text.split()) <= 9
        and text[-1] not in ".!?,;"
        and not text.startswith(("•", "-", "*"))
        and any(letter.isalpha() for letter in text)
    )


def title_of(
    part: str, when: Days, end: int, clock: Clock | None, *, heading: str, before: str, row: bool, alone: bool
) -> str:
    """The shortest words that say what it is; empty where nothing does."""
    if row:
        return _of_row(part, when, clock) or _clean(heading)
    ahead, behind = part[: when.begin], part[when.end : end]
    if clock is not None and clock.begin >= when.end and clock.end <= len(part):
        behind = _without(part, clock, when.end, end)
    behind_title, ahead_title = _clean(behind), _clean(_subject(ahead))
    listed = not ahead.strip(_EDGES) or bool(re.fullmatch(r"\W*(?:on|from|date|when)?\W*", ahead, re.IGNORECASE))
    if listed:
        return _clean(_subject_of_list(behind)) or _clean(heading)
    if not alone and not ahead_title:
        return behind_title or _clean(heading)
    if ahead_title and len(ahead_title.split()) <= 9 and not _is_thin(ahead_title):
        return ahead_title
    if heading and not _is_thin(_clean(heading)):
        return _clean(heading)
    return ahead_title or _clean(_subject(behind)) or _clean(before)


def place_of(text: str) -> str:
    """Where it is: a place of the school, or one with a name; empty where none is named."""
    found = _PLACE.search(text)
    return re.sub(r"^(?:the|our)\s+", "", found[1], flags=re.IGNORECASE).strip() if found else ""


def bring_of(text: str) -> str:
    """What to bring, wear or pay; empty where nothing is said."""
    found = _BRING.search(text)
    return shortened(found[1].strip(_EDGES), 120) if found else ""


def _of_row(part: str, when: Days, clock: Clock | None) -> str:
    cells = [cell.strip() for cell in part.split("|")]
    at, rest = 0, []
    for cell in part.split("|"):
        begin, end = at, at + len(cell)
        at = end + 1
        if begin <= when.begin < end:
            cell = part[begin : when.begin] + " " + part[min(when.end, end) : end]
        if clock is not None and begin <= clock.begin < end and clock.begin >= when.end:
            cell = cell.replace(part[clock.begin : clock.end], " ")
        rest.append(_clean(cell))
    del cells
    return next((cell for cell in rest if len(re.findall(r"[A-Za-z]", cell)) >= 3), "")


def _without(part: str, clock: Clock, begin: int, end: int) -> str:
    return part[begin : clock.begin] + " " + part[min(clock.end, end) : end] if clock.begin < end else part[begin:end]


def _subject(text: str) -> str:
    """What stands before the verb."""
    words = text.rsplit(":", 1)[0] if text.rstrip().endswith(":") else text
    opened = _OPENERS.sub("", words.strip(_EDGES))
    cut = _PREDICATE.search(opened)
    return opened[: cut.start()] if cut and cut.start() > 2 else opened


def _subject_of_list(text: str) -> str:
    stripped = _HEAD.sub("", text.strip(_EDGES))
    first = re.split(r"(?<=[a-z)])[.!?]\s|\s[|]\s|;\s", stripped)[0]
    return first if len(first) <= LONGEST_TITLE else _subject(first)


def _clean(text: str) -> str:
    title = " ".join(text.split()).strip(_EDGES)
    for _ in range(3):
        title = _TAIL.sub("", title).strip(_EDGES)
        title = _HEAD.sub("", title).strip(_EDGES)
    return shortened(title, LONGEST_TITLE) if len(re.findall(r"[A-Za-z]", title)) >= 3 else ""


def _is_thin(title: str) -> bool:
    """Words that say nothing alone."""
    return (
        bool(
            re.fullmatch(
                r"(?:it|they|we|you|children|the children|pupils|parents|this|there|school|date|dates?|when|time|all|everyone|all children)(?: (?:will|are|is))?",
                title,
                re.IGNORECASE,
            )
        )
        or len(title) < 3
    )
