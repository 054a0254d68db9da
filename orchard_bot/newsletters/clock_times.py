"""Times of day as British schools write them: ``3.15pm``, ``9-10:30``, ``half past three``, ``noon``, ``6 to 7.30pm``."""

from __future__ import annotations

import re
from datetime import time

from msgspec import Struct

_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_HALF = r"(?P<{0}half>[ap])\.?\s?m\b\.?"
_DASH = r"\s*(?:-|–|—|\bto\b|\buntil\b|\btill?\b)\s*"


def _clock(name: str) -> str:
    return rf"(?P<{name}hour>\d{{1,2}})(?:[:.](?P<{name}minute>[0-5]\d))?"


_NOT_BEFORE = r"(?<![\d£$€#/.:-])(?<!£\s)"
_NOT_AFTER = r"(?!\s*(?:%|km\b|kg\b|g\b|p\b|miles?\b|years?\b|months?\b|weeks?\b|days?\b|per\b|st\b|nd\b|rd\b|th\b|[ap]\.?\s?m\b)|[\d/]|:\d|\.\d)"
_RANGE = re.compile(
    rf"{_NOT_BEFORE}{_clock('a')}\s*(?:{_HALF.format('a')})?{_DASH}{_clock('b')}\s*(?:{_HALF.format('b')})?{_NOT_AFTER}",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    rf"\bbetween\s+{_clock('a')}\s*(?:{_HALF.format('a')})?\s+and\s+{_clock('b')}\s*(?:{_HALF.format('b')})?{_NOT_AFTER}",
    re.IGNORECASE,
)
_ONE = re.compile(rf"{_NOT_BEFORE}{_clock('a')}\s*(?:{_HALF.format('a')})?{_NOT_AFTER}", re.IGNORECASE)
_SPOKEN = re.compile(
    r"\b(?:(?P<part>half|quarter|twenty|ten|five) (?P<side>past|to) )?"
    rf"(?P<word>{'|'.join(_WORDS)})(?P<oclock> o['’]?clock)?(?: in the (?P<when>morning|afternoon|evening))?\b",
    re.IGNORECASE,
)
_OCLOCK = re.compile(r"\b(?P<ahour>\d{1,2}) ?o['’]?clock\b(?P<aminute>)(?P<ahalf>)", re.IGNORECASE)
_NOON = re.compile(r"\b(?:12 ?)?(?:noon|midday)\b", re.IGNORECASE)
_LEADS = re.compile(
    r"(?:\b(?:at|from|by|@|until|till|before|after|starts?|starting|begins?|finish(?:es|ing)?|between)|@)\s*$",
    re.IGNORECASE,
)
_MINUTES = {"half": 30, "quarter": 15, "twenty": 20, "ten": 10, "five": 5}


class Clock(Struct, frozen=True):
    """A time or a stretch of time, and where it stands in the text. ``unsure``: morning or evening was guessed."""

    starts: time
    ends: time | None
    begin: int
    end: int
    unsure: bool = False


def clock_times(text: str) -> list[Clock]:
    """All times in ``text``, in their order; a number alone is one only where the words around it say so."""
    text = _NOON.sub(_noon, text)
    found: list[Clock] = []
    for match in (*_RANGE.finditer(text), *_BETWEEN.finditer(text)):
        clock = _range(match, text)
        if clock is not None:
            found.append(clock)
    for pattern in (_OCLOCK, _ONE, _SPOKEN):
        for match in pattern.finditer(text):
            if not any(match.start() < one.end and one.begin < match.end() for one in found):
                clock = (
                    _single(match, text)
                    if pattern is _ONE
                    else _spoken(match)
                    if pattern is _SPOKEN
                    else _oclock(match)
                )
                if clock is not None:
                    found.append(clock)
    return sorted(found, key=lambda one: one.begin)


def _range(match: re.Match[str], text: str) -> Clock | None:
    plain = match.re is _RANGE and not (match["aminute"] or match["bminute"] or match["ahalf"] or match["bhalf"])
    if plain and not _LEADS.search(text[: match.start()]):
        return None
    last, unsure = _time(match["bhour"], match["bminute"], match["bhalf"])
    if last is None:
        return None
    first, guessed = _time(match["ahour"], match["aminute"], match["ahalf"] or match["bhalf"])
    if first is not None and not match["ahalf"] and match["bhalf"] and first > last:
        # 11-1pm: the half of the day is that of the end alone
        first, guessed = _time(match["ahour"], match["aminute"], "a" if match["bhalf"].lower() == "p" else "p")
    if first is not None and not match["bhalf"] and last < first and last.hour < 12:
        last = time(last.hour + 12, last.minute)
    if first is None or last <= first:
        return None
    return Clock(first, last, match.start(), match.end(), unsure or guessed)


def _single(match: re.Match[str], text: str) -> Clock | None:
    if not match["ahalf"] and not match["aminute"] and not _LEADS.search(text[: match.start()]):
        return None
    if not match["ahalf"] and match["aminute"] and "." in match[0] and not _is_timely(match, text):
        return None
    found, unsure = _time(match["ahour"], match["aminute"], match["ahalf"])
    return Clock(found, None, match.start(), match.end(), unsure) if found is not None else None


def _is_timely(match: re.Match[str], text: str) -> bool:
    """``9.30`` is a time unless it looks like a price, a version or a score."""
    hour = int(match["ahour"])
    return 7 <= hour <= 21 or (
        1 <= hour <= 6 and bool(_LEADS.search(text[: match.start()]) or match["aminute"] in ("00", "15", "30", "45"))
    )


def _spoken(match: re.Match[str]) -> Clock | None:
    if not match["part"] and not match["oclock"]:
        return None
    hour = _WORDS.index(match["word"].lower()) + 1
    minute = _MINUTES.get((match["part"] or "").lower(), 0)
    if (match["side"] or "").lower() == "to":
        hour, minute = (hour - 1) or 12, 60 - minute
    half = {"morning": "a", "afternoon": "p", "evening": "p"}.get((match["when"] or "").lower())
    found, unsure = _time(str(hour), f"{minute:02}", half)
    return Clock(found, None, match.start(), match.end(), unsure) if found is not None else None


def _oclock(match: re.Match[str]) -> Clock | None:
    found, unsure = _time(match["ahour"], None, None)
    return Clock(found, None, match.start(), match.end(), unsure) if found is not None else None


def _noon(match: re.Match[str]) -> str:
    """``12 noon`` in figures, in as many characters."""
    return ("12.00pm" if len(match[0]) > 6 else "12pm").ljust(len(match[0]))


def _time(hour: str, minute: str | None, half: str | None) -> tuple[time | None, bool]:
    """The time, and whether the half of the day was guessed: a school day is from 7 to 7."""
    hours, minutes = int(hour), int(minute or 0)
    if half:
        if not 1 <= hours <= 12:
            return None, False
        return time(hours % 12 + (12 if half.lower() == "p" else 0), minutes), False
    if hours > 23 or (len(hour) == 2 and hour[0] == "0" and hours == 0 and not minute):
        return None, False
    if len(hour) == 2 and (hour[0] == "0" or hours > 12):
        return time(hours, minutes), False
    if 1 <= hours <= 7:
        return time(hours + 12, minutes), hours >= 6
    return time(hours, minutes), hours == 8
