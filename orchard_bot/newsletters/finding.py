"""From blocks to events: what is announced, when, where, and what to bring. Nothing that is over, nothing without a day."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

import msgspec

from orchard_bot.chat.text import shortened, visible
from orchard_bot.community.newsletter import Doubt, FoundEvent, Newsletter, Source, Trouble
from orchard_bot.newsletters.blocks import Block, Kind
from orchard_bot.newsletters.clock_times import Clock, clock_times
from orchard_bot.newsletters.days import Days, Month, NoSuchDay, days, month_heading
from orchard_bot.newsletters.titles import bring_of, is_heading, place_of, title_of

MOST_EVENTS = 200
YEAR = timedelta(days=366)
_CANCELLED = re.compile(
    r"\b(?:cancell?ed|called off|no longer (?:going ahead|taking place)|will not (?:go ahead|take place))\b",
    re.IGNORECASE,
)
_REPORT = re.compile(
    r"\b(?:thank you|thanks|well done|congratulations|enjoyed|visited|went|raised|attended|performed|had a (?:great|lovely|wonderful)"
    r"|was|were|has been|have been|took part|came)\b",
    re.IGNORECASE,
)
_COMING = re.compile(
    r"\b(?:will|is|are|please|join|come|reminder|don['’]t forget|invited?|takes? place|next|due)\b", re.IGNORECASE
)
_ISSUE = re.compile(
    r"\b(?:newsletter|issue|edition|bulletin|no\.|number|dear (?:parents|families)|published|dated?:)", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9“\"'])(?<!\b[ap]\.m\.\s)|\s*[•▪●;]\s*|\n+")
_NOT_ENDS = re.compile(
    r"(?:\b(?:a\.m|p\.m|Mr|Mrs|Ms|Dr|St|Rd|e\.g|i\.e|etc|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Mon|Tues?|Weds?|Thurs?|Fri|Sat|Sun|No)\.)$"
)


class Finder:
    """Reads the blocks of one document in order. ``issued`` is the day of issue, or today where it has none."""

    def __init__(self, blocks: list[Block], source: Source, today: date) -> None:
        self._blocks, self._source, self._today = blocks, source, today
        self.issued = source.day or today
        self.troubles: list[tuple[Trouble, str]] = []
        self._heading = ""
        self._month: Month | None = None

    def events(self) -> list[FoundEvent]:
        """All of them, each once, in the order of their days."""
        found: dict[tuple[str, date], FoundEvent] = {}
        for block in self._blocks:
            for event in self._of_block(block):
                known = found.get((event.uid, event.day))
                if known is None or known.starts is None and event.starts is not None:
                    found[event.uid, event.day] = event
        merged = _without_echoes(list(found.values()))
        if len(merged) > MOST_EVENTS:
            self.troubles.append((Trouble.CUT, str(MOST_EVENTS)))
        return sorted(merged, key=lambda one: (one.day, one.starts is not None, one.starts or 0, one.title))[
            :MOST_EVENTS
        ]

    def _of_block(self, block: Block) -> Iterator[FoundEvent]:
        lines = [block.text] if block.kind is Kind.ROW else block.text.split("\n")
        for line in lines:
            text = " ".join(visible(line).split())
            month = month_heading(text)
            if month is not None:
                self._month = month
                continue
            any_day = days(text, self.issued, self._month)
            if not any_day:
                if block.kind is Kind.HEADING or is_heading(text):
                    self._heading = text
                    if block.kind is Kind.HEADING:
                        self._month = None
                elif self._follows_up(text):
                    continue
                continue
            parts = [text] if block.kind is Kind.ROW else list(_sentences(text))
            yield from self._of_parts(parts, block)

    def _of_parts(self, parts: list[str], block: Block) -> Iterator[FoundEvent]:
        for number, part in enumerate(parts):
            before = parts[number - 1] if number else ""
            after = parts[number + 1] if number + 1 < len(parts) else ""
            found = days(part, self.issued, self._month)
            for each in found:
                if isinstance(each, NoSuchDay):
                    self.troubles.append((Trouble.NO_SUCH_DATE, each.text))
            real = [each for each in found if isinstance(each, Days)]
            for place, each in enumerate(real):
                end = real[place + 1].begin if place + 1 < len(real) else len(part)
                event = self._event(part, each, end, before, after, block, alone=len(real) == 1)
                if event is not None:
                    yield event

    def _event(
        self, part: str, when: Days, end: int, before: str, after: str, block: Block, *, alone: bool
    ) -> FoundEvent | None:
        if self._is_no_news(part, when, block):
            return None
        clock = _clock_of(part, when, end, alone=alone)
        if clock is None and alone and after and not days(after, self.issued, self._month):
            clock = next(iter(clock_times(after)), None)
        title = title_of(
            part, when, end, clock, heading=self._heading, before=before, row=block.kind is Kind.ROW, alone=alone
        )
        doubts = [*when.doubts]
        if clock is not None and clock.unsure:
            doubts.append(Doubt.HALF_DAY)
        if (when.last or when.first) < self._today:
            doubts.append(Doubt.PAST)
        if when.first > self._today + YEAR:
            doubts.append(Doubt.FAR)
        if not title:
            doubts.append(Doubt.UNTITLED)
            title = shortened(part, 80)
        around = f"{part} {after}" if alone else part
        source = msgspec.structs.replace(self._source, place=block.place)
        return FoundEvent(
            uid=_uid(title, when.first),
            title=title,
            day=when.first,
            last_day=when.last,
            starts=clock.starts if clock else None,
            ends=clock.ends if clock else None,
            place=place_of(around),
            bring=bring_of(around),
            cancelled=bool(_CANCELLED.search(part)),
            source=source,
            sentence=shortened(part, 300),
            doubts=tuple(dict.fromkeys(doubts)),
        )

    def _is_no_news(self, part: str, when: Days, block: Block) -> bool:
        """The day of issue itself, or a report of something that has been."""
        last = when.last or when.first
        if last < self.issued:
            return True
        bare = (part[: when.begin] + part[when.end :]).strip(" ,.:;|–—-")
        if when.first == self.issued and (not bare or _ISSUE.search(bare)):
            return True
        if not bare and not self._heading:
            return True
        return (
            block.kind is Kind.TEXT and bool(_REPORT.search(part)) and not _COMING.search(part) and last <= self.issued
        )

    def _follows_up(self, text: str) -> bool:
        """A line without a day under a heading: the heading stays in force."""
        return bool(text)


def read_blocks(
    blocks: list[Block], source: Source, today: date, troubles: Iterable[tuple[Trouble, str]] = ()
) -> Newsletter:
    """What these blocks announce. The day of issue is looked for in the first of them, unless it is known."""
    if source.day is None:
        source = msgspec.structs.replace(source, day=issue_day(blocks, today))
    finder = Finder(blocks, source, today)
    events = finder.events()
    return Newsletter(source=source, events=tuple(events), troubles=(*troubles, *dict.fromkeys(finder.troubles)))


def issue_day(blocks: list[Block], today: date) -> date | None:
    """The day at the head of a newsletter: alone in its line, or beside the word newsletter."""
    for block in blocks[:12]:
        for line in block.text.split("\n")[:6]:
            text = " ".join(line.split())
            for each in days(text, today):
                if isinstance(each, Days) and each.last is None and Doubt.NO_MONTH not in each.doubts:
                    rest = text[: each.begin] + text[each.end :]
                    few = len(rest.split()) <= 6 and not clock_times(rest)
                    if few and (_ISSUE.search(rest) or not rest.strip(" ,.:;|–—-")):
                        return each.first
    return None


def fingerprint(document: bytes) -> str:
    """SHA-256, 64 hex digits."""
    return hashlib.sha256(document).hexdigest()


def _clock_of(part: str, when: Days, end: int, *, alone: bool) -> Clock | None:
    """The time that belongs to this day: the first behind it, or where it is the only day the first before it."""
    bare = part[: when.begin] + " " * (when.end - when.begin) + part[when.end :]
    times = clock_times(bare)
    behind = [one for one in times if when.end <= one.begin < end]
    before = [one for one in times if one.end <= when.begin]
    first = next(iter(behind), None) or (before[-1] if before and alone else None)
    if first is not None and first.ends is None:
        following = next((one for one in times if one.begin > first.end and one.begin < end), None)
        between = bare[first.end : following.begin] if following else ""
        if (
            following
            and following.ends is None
            and re.search(r"\b(?:finish|end|until|till|pick[- ]?up|back|to)\b", between, re.IGNORECASE)
            and following.starts > first.starts
        ):
            return msgspec.structs.replace(first, ends=following.starts)
    return first


def _sentences(text: str) -> Iterator[str]:
    waiting = ""
    for piece in _SENTENCE_END.split(text):
        whole = f"{waiting} {piece}".strip() if waiting else piece.strip()
        waiting = ""
        if _NOT_ENDS.search(whole):
            waiting = whole
        elif whole:
            yield whole
    if waiting:
        yield waiting


def _uid(title: str, day: date) -> str:
    words = re.sub(r"[^a-z0-9]+", " ", title.lower()).strip()
    return hashlib.sha256(f"{words} {day:%Y-%m}".encode()).hexdigest()[:16]


def _without_echoes(events: list[FoundEvent]) -> list[FoundEvent]:
    """The same thing said twice, in the text and in the list of dates: the fuller one stays."""
    kept: list[FoundEvent] = []
    for event in events:
        twin = next((one for one in kept if one.day == event.day and _alike(one, event)), None)
        if twin is None:
            kept.append(event)
        elif _fullness(event) > _fullness(twin):
            kept[kept.index(twin)] = event
    return kept


def _alike(one: FoundEvent, other: FoundEvent) -> bool:
    if one.starts is not None and other.starts is not None and one.starts != other.starts:
        return False
    first, second = (set(_content_words(each.title)) for each in (one, other))
    return bool(first and second) and len(first & second) >= min(len(first), len(second), 2)


def _content_words(title: str) -> list[str]:
    return [
        word
        for word in re.findall(r"[a-z0-9]+", title.lower())
        if word not in {"the", "a", "an", "for", "of", "our", "and", "in", "at", "to", "year", "class", "school"}
    ]


def _fullness(event: FoundEvent) -> int:
    return sum(bool(part) for part in (event.starts, event.ends, event.place, event.bring)) - len(event.doubts)
