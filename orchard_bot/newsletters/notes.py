"""What has been read of a document so far: the events, what stands under the present heading, what made no sense."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, time

from orchard_bot.community.newsletter import Doubt, Trouble
from orchard_bot.newsletters.clock_times import Clock
from orchard_bot.newsletters.days import Days, Month, NoSuchDay, days
from orchard_bot.newsletters.details import bring_or_pay, place_in
from orchard_bot.newsletters.paragraphs import Paragraph
from orchard_bot.newsletters.titles import is_generic

SENTENCE = 300
_NOT_AN_EVENT = re.compile(
    r"\b(?:next (?:newsletter|edition|issue)|born|copyright|©|published|printed|last updated|updated on|version|ofsted (?:inspect|report)\w*"
    r"|established|founded|registered|letter dated|dated|minutes of|anniversary of|birthdays?|since)\b",
    re.IGNORECASE,
)
_NOT_THEN = re.compile(
    r"\b(?:moved|postponed|rearranged|changed|rescheduled)\b[^.]*?\bfrom\s*$|\b(?:not|reserve|rain(?:y day)?|wet weather|back-?up|instead of|rather than|originally(?: planned)?(?: for| on)?|previously|was(?: due| planned)?(?: to be)?(?: on| for)?)\s*(?:date|day)?\s*$",
    re.IGNORECASE,
)
_CANCELLED = re.compile(
    r"\b(?:cancell?ed|called off|will not (?:now )?(?:take place|go ahead)|not going ahead|no longer (?:taking place|going ahead))\b",
    re.IGNORECASE,
)


_CANCELLED_EDGE = re.compile(
    r"^\W*(?:now )?(?:cancell?ed|called off)\b[\W]*|[\s\W]*\b(?:(?:is|are|has been|have been|now)\s+)*(?:cancell?ed|called off)\W*$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Draft:
    """An event while it is being read."""

    title: str
    day: date
    last_day: date | None
    clock: Clock | None
    place: str
    bring: str
    at: str
    """Where in the document."""
    sentence: str
    doubts: tuple[Doubt, ...]
    cancelled: bool = False
    listed: bool = False
    """From a list or a table, not from prose."""

    @property
    def starts(self) -> time | None:
        """When it starts."""
        return self.clock.starts if self.clock else None


@dataclass(slots=True)
class Block:
    """What stands under one heading, while it is being read."""

    heading: str = ""
    month: Month | None = None
    open: list[Draft] = field(default_factory=list)
    """Events to which the sentences below may add."""
    label_title: str = ""
    day: Days | None = None
    """A date that stood alone on its line: what follows is on that day."""
    columns: tuple[str, ...] = ()
    day_at: str = ""
    clock: Clock | None = None
    """A time in the heading, for what stands below without one."""


class Notes:
    """``issued``: the day of issue, or today where the document says none."""

    def __init__(self, issued: date) -> None:
        self.issued = issued
        self.found: list[Draft] = []
        self.troubles: list[tuple[Trouble, str]] = []
        self.block = Block()

    def days(self, text: str) -> list[Days | NoSuchDay]:
        """The days in ``text``, with the month of the heading above."""
        return days(text, self.issued, self.block.month)

    def real_days(self, text: str, given: Paragraph) -> list[Days]:
        """The same; what is no day is noted as a trouble."""
        real: list[Days] = []
        for one in self.days(text):
            if isinstance(one, Days):
                if not _NOT_THEN.search(text[: one.begin]):
                    real.append(one)
            else:
                self.troubles.append((Trouble.NO_SUCH_DATE, f"{one.text}, {given.place}".strip(", ")))
        return real

    def heading(self) -> str:
        """The heading above, where it names something."""
        return "" if is_generic(self.block.heading) else self.block.heading

    def close_day(self) -> None:
        """A date alone with nothing below it belongs to the heading above."""
        day, block = self.block.day, self.block
        if day is not None and not block.open and self.heading():
            given = Paragraph(text=block.heading, place=block.day_at)
            self.add(block.heading, day, None, block.heading, given, listed=True)
        block.day = None

    def add(
        self, title: str, one: Days, clock: Clock | None, said: str, given: Paragraph, *, listed: bool = False
    ) -> Draft | None:
        """An event, open to what the next sentences say. None for what is no event: a birthday, the next newsletter."""
        if is_no_event(title) or (listed and is_no_event(said[:60])):
            return None
        clock = clock or self.block.clock
        doubts = list(one.doubts)
        if clock is not None and clock.unsure:
            doubts.append(Doubt.HALF_DAY)
        draft = Draft(
            title=_CANCELLED_EDGE.sub("", title) or title,
            day=one.first,
            last_day=one.last,
            clock=clock,
            place=place_in(said),
            bring=bring_or_pay(said),
            at=given.place,
            sentence=said[:SENTENCE],
            doubts=tuple(dict.fromkeys(doubts)),
            cancelled=bool(_CANCELLED.search(said)),
            listed=listed,
        )
        self.found.append(draft)
        same = self.block.open and self.block.open[-1].sentence == draft.sentence
        self.block.open = [*self.block.open, draft] if same else [draft]
        return draft


def is_no_event(text: str) -> bool:
    """Whether the words are about a birthday, the next newsletter or the printer, and announce nothing."""
    return bool(_NOT_AN_EVENT.search(text))
