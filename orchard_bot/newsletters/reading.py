"""The door: a document's bytes go in, a ``Newsletter`` comes out. Pure: the same document and day give the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from hashlib import sha256
from pathlib import PurePath
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from orchard_bot.community.newsletter import Doubt, FoundEvent, Newsletter, Refusal, Source, Trouble
from orchard_bot.newsletters.bank_holidays import bank_holidays
from orchard_bot.newsletters.clock_times import Clock
from orchard_bot.newsletters.finding import find
from orchard_bot.newsletters.issue import issue_day, iter_titles
from orchard_bot.newsletters.notes import Draft
from orchard_bot.newsletters.paragraphs import Contents, UnreadableDocument, bounded, tidy

FAR = timedelta(days=366)
MOST_EVENTS = 300
_PICTURES = (".jpg", ".jpeg", ".png", ".heic", ".webp", ".gif")


class School(Struct, frozen=True, kw_only=True):
    """What the reader is told of the school: the day, its zone, its terms (first and last day), and days off."""

    today: date
    timezone: str = "Europe/London"
    terms: tuple[tuple[date, date], ...] = ()
    days_off: tuple[date, ...] = ()
    """INSET days and the like."""
    nation: str = ""
    """Whose bank holidays are days off too: ``ENG``, ``WLS``, ``SCT``, ``NIR``; empty: nobody's."""

    def is_off(self, day: date) -> bool:
        """Whether nobody is at school."""
        return day in self.days_off or bool(self.nation and day in bank_holidays(self.nation, self.today.year))


def read(data: bytes, name: str, school: School, kind: str = "") -> Newsletter:
    """What the document announces. ``name`` is its file name, ``kind`` its media type; either may be empty.

    Raises ``UnreadableDocument`` with a sentence that says what to send instead.
    """
    if not data.strip():
        raise UnreadableDocument(Refusal.EMPTY, "There is nothing in this document.")
    fingerprint = sha256(data).hexdigest()
    file_name = tidy(PurePath(name.replace("\\", "/")).stem.replace("_", " "))[:80]
    source = Source(title=file_name, day=None, place="", fingerprint=fingerprint)
    match _format(data, name.lower(), kind.lower()):
        case "feed":
            return _of_feed(data, source, school)
        case "calendar":
            from orchard_bot.newsletters.calendar_file import read_calendar  # noqa: PLC0415 - each format needs its library

            contents = read_calendar(data, source, school.today, ZoneInfo(school.timezone))
            return _of_calendar(contents, source, school)
        case form:
            return _of_text(_opened(data, form), source, school)


def _format(data: bytes, name: str, kind: str) -> str:
    """By what it begins with; by name or media type only where that says nothing."""
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    lower = head.lower()
    if b"%pdf-" in data[:1024].lower():
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        return "word"
    if lower.startswith(b"begin:vcalendar"):
        return "calendar"
    if re.match(rb"(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*|<\?[^>]*>\s*)*<(?:rss|feed|rdf:rdf)\b", lower, re.DOTALL):
        return "feed"
    if (
        lower.startswith((b"<!doctype html", b"<html"))
        or name.endswith((".html", ".htm"))
        or kind.startswith("text/html")
    ):
        return "html"
    _check_is_text(data, head, name, kind)
    return "text"


def _check_is_text(data: bytes, head: bytes, name: str, kind: str) -> None:
    """Raises for what is no text, and is not what its name says either."""
    if name.endswith((".pdf", ".docx", ".doc", ".ics")) or kind == "application/pdf":
        says = "This file is not what its name says. Save it anew, or paste its text."
        raise UnreadableDocument(Refusal.BROKEN, says)
    if name.endswith(_PICTURES) or head.startswith((b"\xff\xd8\xff", b"\x89PNG", b"GIF8")):
        says = "This is a picture. Send the newsletter as PDF or Word, or paste its text."
        raise UnreadableDocument(Refusal.PICTURE, says)
    if b"\x00" in data[:4096] and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        says = "This kind of file cannot be read. Send a PDF, .docx, .html, .ics or plain text."
        raise UnreadableDocument(Refusal.UNKNOWN, says)


def _opened(data: bytes, form: str) -> Contents:
    # Each format needs its own library; only the one at hand is loaded, in a process that is short of memory.
    if form == "pdf":
        from orchard_bot.newsletters.pdf import read_pdf  # noqa: PLC0415

        return read_pdf(data)
    if form == "word":
        from orchard_bot.newsletters.word import read_word  # noqa: PLC0415

        return read_word(data)
    if form == "html":
        from orchard_bot.newsletters.web_page import read_web_page  # noqa: PLC0415

        return read_web_page(data)
    from orchard_bot.newsletters.plain_text import read_plain_text  # noqa: PLC0415

    return read_plain_text(_decoded(data))


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _of_text(contents: Contents, source: Source, school: School) -> Newsletter:
    paragraphs, cut = bounded(contents.paragraphs)
    day, head = issue_day(paragraphs, school.today)
    title = next(iter_titles(paragraphs), "") or contents.title or source.title
    source = replace(source, title=_without_day(title), day=day)
    drafts, troubles = find(paragraphs, day or school.today, head)
    scanned = any(kind is Trouble.SCANNED for kind, _ in contents.troubles)
    if not paragraphs and not scanned:
        raise UnreadableDocument(Refusal.EMPTY, "There is no text in this document.")
    troubles = [*contents.troubles, *troubles]
    if cut:
        troubles.append((Trouble.CUT, paragraphs[-1].place))
    return _newsletter(source, _merged(drafts), troubles, school)


def _of_calendar(contents: Contents, source: Source, school: School) -> Newsletter:
    source = replace(source, title=contents.title or source.title)
    events = tuple(_doubted(replace(each, source=source), school) for each in contents.events[:MOST_EVENTS])
    troubles = contents.troubles + (((Trouble.CUT, ""),) if len(contents.events) > MOST_EVENTS else ())
    return Newsletter(source=source, events=events, troubles=troubles)


def _of_feed(data: bytes, source: Source, school: School) -> Newsletter:
    from orchard_bot.newsletters.feed import read_feed  # noqa: PLC0415

    feed = read_feed(data)
    source = replace(source, title=feed.title or source.title)
    drafts: list[tuple[Draft, Source]] = []
    troubles: list[tuple[Trouble, str]] = [(Trouble.CUT, "")] if feed.cut else []
    for entry in feed.entries:
        paragraphs, _ = bounded(entry.paragraphs)
        found, more = find(paragraphs, entry.day or school.today, -1)
        own = replace(source, day=entry.day, place=f"“{entry.title}”" if entry.title else "")
        drafts += [(each, own) for each in _merged(found)]
        troubles += more
    events = _with_uids(((each, own) for each, own in drafts), school)
    return Newsletter(source=source, events=events, troubles=tuple(troubles))


def _newsletter(
    source: Source, drafts: Sequence[Draft], troubles: list[tuple[Trouble, str]], school: School
) -> Newsletter:
    if len(drafts) > MOST_EVENTS:
        troubles.append((Trouble.CUT, drafts[MOST_EVENTS].at))
    events = _with_uids(((each, replace(source, place=each.at)) for each in drafts[:MOST_EVENTS]), school)
    return Newsletter(source=source, events=events, troubles=tuple(dict.fromkeys(troubles)))


def _with_uids(drafts: Iterable[tuple[Draft, Source]], school: School) -> tuple[FoundEvent, ...]:
    seen: dict[str, int] = {}
    found: list[FoundEvent] = []
    for each, source in sorted(drafts, key=lambda pair: (pair[0].day, str(pair[0].starts or ""), pair[0].title)):
        key = sha256(f"{' '.join(sorted(_words(each.title)))} {each.day:%Y-%m}".encode()).hexdigest()[:16]
        seen[key] = seen.get(key, 0) + 1
        uid = key if seen[key] == 1 else f"{key}-{seen[key]}"
        found.append(_doubted(_event(each, source, uid), school))
    return tuple(found)


def _event(draft: Draft, source: Source, uid: str) -> FoundEvent:
    doubts = draft.doubts if len(draft.title) > 2 else (*draft.doubts, Doubt.UNTITLED)
    return FoundEvent(
        uid=uid,
        title=draft.title,
        day=draft.day,
        last_day=draft.last_day,
        starts=draft.starts,
        ends=draft.clock.ends if draft.clock else None,
        place=draft.place,
        bring=draft.bring,
        cancelled=draft.cancelled,
        source=source,
        sentence=draft.sentence,
        doubts=doubts,
    )


def _doubted(event: FoundEvent, school: School) -> FoundEvent:
    doubts = list(event.doubts)
    if (event.last_day or event.day) < school.today:
        doubts.append(Doubt.PAST)
    if event.day > school.today + FAR:
        doubts.append(Doubt.FAR)
    covered = [term for term in school.terms if term[0].year <= event.day.year <= term[1].year]
    in_term = any(first <= event.day <= last for first, last in school.terms)
    if event.last_day is None and (school.is_off(event.day) or (covered and not in_term)):
        doubts.append(Doubt.OUTSIDE_TERM)
    return replace(event, doubts=tuple(dict.fromkeys(doubts)))


def _merged(drafts: Sequence[Draft]) -> list[Draft]:
    """The same thing in the diary and in an article is one event."""
    kept: list[Draft] = []
    for each in drafts:
        twin = next((one for one in kept if _same(one, each)), None)
        if twin is None:
            kept.append(each)
            continue
        twin.clock = _richer(twin, each)
        twin.place, twin.bring = twin.place or each.place, twin.bring or each.bring
        twin.last_day = twin.last_day or each.last_day
        twin.cancelled = twin.cancelled or each.cancelled
        if each.listed and not twin.listed and each.title:
            twin.title = each.title
    return kept


def _richer(one: Draft, other: Draft) -> Clock | None:
    if one.clock is None or (other.clock is not None and one.clock.ends is None and other.clock.ends is not None):
        return other.clock
    return one.clock


def _same(one: Draft, other: Draft) -> bool:
    if one.day != other.day or (one.last_day and other.last_day and one.last_day != other.last_day):
        return False
    if one.starts != other.starts and one.clock is not None and other.clock is not None:
        return False
    mine, theirs = _words(one.title), _words(other.title)
    if any(any(map(str.isdigit, word)) for word in mine ^ theirs):
        return False  # Year 3 is not Year 4
    shared = mine & theirs
    return mine == theirs or (bool(shared) and len(shared) >= 0.5 * min(len(mine), len(theirs)))


def _words(title: str) -> set[str]:
    words = re.findall(r"[a-z0-9]+", title.lower().replace("’", "").replace("'", ""))
    return {word for word in words if len(word) > 2 or any(map(str.isdigit, word))} - {
        "the",
        "and",
        "for",
        "our",
        "with",
    }


def _without_day(title: str) -> str:
    said = re.sub(r"[\s|·•–—,:-]+(?:\w+day,?\s+)?\d{1,2}(?:st|nd|rd|th)?\s+\w+,?\s+20\d\d.*$", "", title)
    return (said or title)[:80]
