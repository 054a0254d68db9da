"""From paragraphs to events: list lines, rows of tables, blocks of ``When: … Where: …`` and sentences of prose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from orchard_bot.community.newsletter import Doubt, Trouble
from orchard_bot.newsletters.clock_times import Clock, clock_times
from orchard_bot.newsletters.days import Days, Month, NoSuchDay, days, month_heading
from orchard_bot.newsletters.details import bring_or_pay, is_bring_or_pay, is_place, place_in, sentences
from orchard_bot.newsletters.paragraphs import Paragraph, tidy, unbulleted
from orchard_bot.newsletters.titles import from_list, from_sentence, is_generic, trimmed

_LABELLED = re.compile(
    r"^(?P<label>what|event|title|activity|when|date|dates|day|time|times|where|venue|location|place|meet at|cost|price|pay|payment|bring|please bring|wear|kit|tickets?|who|year group)"
    r"\s*(?::|–|—|-\s)\s*(?P<value>.+)$",
    re.IGNORECASE,
)
_WHAT = frozenset({"what", "event", "title", "activity"})
_WHEN = frozenset({"when", "date", "dates", "day", "time", "times"})
_WHERE = frozenset({"where", "venue", "location", "place", "meet at"})
_PAY = frozenset({"cost", "price", "pay", "payment", "bring", "please bring", "wear", "kit", "ticket", "tickets"})
_OVER = re.compile(
    r"\b(?:went|visited|enjoyed|raised|won|took part|took place|performed|came|had a|had an|was|were|thank you to|thanks to|well done"
    r"|welcomed|celebrated|last (?:week|monday|tuesday|wednesday|thursday|friday|term)|attended|learned|learnt|joined us)\b",
    re.IGNORECASE,
)
_TO_COME = re.compile(
    r"\b(?:will|please|is on|are on|join us|invited|welcome to|coming|upcoming|next|to be held|reminder|must|moved to|postponed|now on|cancelled"
    r"|rearranged|instead|starts|opens|returns?|ends|closes|deadline|by|until|need|can|should|remember)\b",
    re.IGNORECASE,
)
_NOT_AN_EVENT = re.compile(
    r"\b(?:next (?:newsletter|edition|issue)|born|copyright|©|published|printed|last updated|updated on|version|ofsted (?:inspect|report)\w*"
    r"|established|founded|registered|letter dated|dated|minutes of|anniversary of|birthdays?|since)\b",
    re.IGNORECASE,
)
_ISSUE = re.compile(
    r"\b(?:newsletter|issued?|bulletin|edition|news|no\.? ?\d+|vol|number \d+|dates?|updated?|dear|published|sent (?:home|out)|as of|coming up|round-up"
    r"|what['’]s on|diary|letter|from the)\b|#\d+",
    re.IGNORECASE,
)
_CANCELLED = re.compile(r"\b(?:cancell?ed|called off|will not (?:now )?(?:take place|go ahead)|not going ahead|no longer (?:taking place|going ahead))\b", re.IGNORECASE)
_MOVED_FROM = re.compile(r"\b(?:moved|postponed|rearranged|changed|rescheduled)\b[^.]*?\bfrom\s*$|\b(?:not|instead of|rather than|originally(?: planned)?(?: for| on)?|previously|was(?: due| planned)?(?: to be)?(?: on| for)?)\s*$", re.IGNORECASE)
_LEAVES = re.compile(r"\b(?:leav(?:es?|ing)|departs?|opens?|starts?|starting|begins?|kick[- ]?off|doors|gates|arrive|drop[- ]off|come at|meet at)\b", re.IGNORECASE)
_FINISHES = re.compile(r"\b(?:finish(?:es)?|ends?|closes?|collect(?:ion|ed)?|pick[- ]?up)\b", re.IGNORECASE)
_LAST_DAY = re.compile(r"\b(?:last day|break(?:s|ing)? up|end of (?:the )?(?:\w+ )?(?:term|year)|term ends|closes)\b", re.IGNORECASE)
_BACK = re.compile(r"\b(?:back|return(?:s|ing)?|home|collect(?:ion|ed)?|pick(?:ed)?[- ]?up)\b[^.;,]{0,30}$", re.IGNORECASE)
_CONTINUES = re.compile(r"^(?:it|this|they|doors|gates|the event|children|parents|pupils|please|tickets?|we|all|there|bring|wear|arrive|meet|drop[- ]off|everyone|each|cost|entry|come|refreshments|families|your child|year|you|in the|at the|time|where|from)\b", re.IGNORECASE)
SENTENCE = 300


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
class _Block:
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


class Finder:
    """Reads one document, paragraph by paragraph. ``issued``: the day of issue, or today where it says none."""

    def __init__(self, issued: date, head: int = 0) -> None:
        self.issued = issued
        self._head = head
        self.found: list[Draft] = []
        self.troubles: list[tuple[Trouble, str]] = []
        self._block = _Block()
        self._title_month: Month | None = None

    def read(self, paragraphs: Iterable[Paragraph]) -> None:
        """All of them, in their order."""
        for number, each in enumerate(paragraphs):
            if number <= self._head and not each.cells and (number < self._head or not days(each.text, self.issued) or self._is_issue_line(each.text)):
                continue  # the name of the school, and the day of issue
            self._one(each)
        self._close_day()

    def _one(self, given: Paragraph) -> None:
        text = unbulleted(given.text)
        month = month_heading(text)
        if month is not None:
            self._close_day()
            self._block = _Block(heading="", month=month)
        elif given.cells and len(given.cells) > 1:
            self._row(given)
        elif given.heading and not self._days(text):
            self._close_day()
            self._block = _Block(heading=text, month=self._block.month if is_generic(text) else None)
        else:
            self._text(text, given)

    def _is_issue_line(self, text: str) -> bool:
        return any(isinstance(one, Days) and one.first == self.issued for one in self._days(text))

    def _days(self, text: str) -> list[Days | NoSuchDay]:
        return days(text, self.issued, self._block.month)

    # Lines and sentences

    def _text(self, text: str, given: Paragraph) -> None:
        labelled = _LABELLED.match(text)
        if labelled:
            self._labelled(labelled["label"].lower(), labelled["value"], text, given)
            return
        found = self._real_days(text, given)
        alone = _is_alone(text, found)
        if alone is not None and not clock_times(text[: alone.begin] + " " + text[alone.end :]):
            self._close_day()
            self._block.day, self._block.day_at, self._block.open = alone, given.place, []
            return
        if self._block.day is not None and not found:
            self._under_day(text, given)
            return
        if found:
            self._close_day()
        if _is_list_line(text, found):
            self._line(text, found, given)
            return
        for each in sentences(text):
            self._sentence(each, text, given)

    def _real_days(self, text: str, given: Paragraph) -> list[Days]:
        real: list[Days] = []
        for one in self._days(text):
            if isinstance(one, Days):
                real.append(one)
            else:
                self.troubles.append((Trouble.NO_SUCH_DATE, f"{one.text}, {given.place}".strip(", ")))
        return real

    def _under_day(self, text: str, given: Paragraph) -> None:
        """A line below a date that stood alone."""
        day = self._block.day
        assert day is not None
        clocks = clock_times(text)
        rest = _without(text, [(one.begin, one.end) for one in clocks])
        if self._block.open and (not clocks or _CONTINUES.match(text)) and (_CONTINUES.match(text) or is_place(text) or is_bring_or_pay(text)):
            self._add(text)
        else:
            self._draft(from_list(rest) or self._block.heading, day, clocks[0] if clocks else None, text, given, listed=True)

    def _close_day(self) -> None:
        """A date alone with nothing below it belongs to the heading above."""
        day, block = self._block.day, self._block
        if day is not None and not block.open and block.heading and not is_generic(block.heading):
            given = Paragraph(text=block.heading, place=block.day_at)
            self._draft(block.heading, day, None, block.heading, given, listed=True)
        block.day = None

    def _line(self, text: str, found: Sequence[Days], given: Paragraph) -> None:
        """``Fri 4 July – Sports day, 9.30am, field``: one event for each date in it."""
        clocks = _beginnings(_masked(text, found))
        rest = _without(text, [(one.begin, one.end) for one in (*found, *clocks)])
        first = found[0]
        before, after = trimmed(text[: first.begin]), trimmed(_without(text[first.begin :], [(one.begin - first.begin, one.end - first.begin) for one in (*found, *clocks) if one.begin >= first.begin]))
        title = from_list(before if len(before) > 3 and not is_generic(before) else after) or from_list(rest) or self._heading()
        if len(before) > 3 and is_generic(before) and not after:
            title = self._heading() or from_list(before)
        for number, one in enumerate(found):
            upto = found[number + 1].begin if number + 1 < len(found) else len(text)
            self._draft(title, one, _clock_of(one, clocks, upto, len(found)), text, given, listed=True)

    def _heading(self) -> str:
        return "" if is_generic(self._block.heading) else self._block.heading

    def _sentence(self, said: str, whole: str, given: Paragraph) -> None:
        found = [one for one in self._real_days(said, given) if not _MOVED_FROM.search(said[: one.begin])]
        found = [one for one in found if self._is_announced(one, said, found)]
        if not found or _NOT_AN_EVENT.search(said):
            if not found and self._block.open:
                self._add(said)
            return
        clocks = _beginnings(_masked(said, found))
        spans = [(one.begin, one.end) for one in (*found, *clocks)]
        title, at = "", 0
        for number, one in enumerate(found):
            upto = found[number + 1].begin if number + 1 < len(found) else len(said)
            before = _without(said[at : one.begin], [(a - at, b - at) for a, b in spans if at <= a and b <= one.begin])
            after = _without(said[one.end :], [(a - one.end, b - one.end) for a, b in spans if a >= one.end])
            if number == 0 or len(re.sub(r"\W|\b(?:and|or|on|then|both)\b", "", before)) > 3:
                title = self._titled(from_sentence(before, after), said[: one.begin], said)
            self._draft(title, one, _clock_of(one, clocks, upto, len(found)), said if len(said) > 40 else whole, given)
            at = one.end

    def _titled(self, own: str, before: str, said: str) -> str:
        """The heading for what it is about; the sentence's own words for what else is said under it."""
        heading = self._heading()
        if not heading or not own:
            return heading or own
        if re.search(r"\b(?:by|before|deadline\b.*)\s*$", before, re.IGNORECASE) and self._block.open:
            return f"{from_list(heading)}: {own[:1].lower()}{own[1:]}"[:80]
        return heading if not self._block.open or self._fits_heading(said) else own

    def _fits_heading(self, said: str) -> bool:
        return bool(_words(said) & _words(self._block.heading))

    def _is_announced(self, one: Days, said: str, found: Sequence[Days]) -> bool:
        """Not what a report says of something that is over."""
        last = one.last or one.first
        over, to_come = bool(_OVER.search(said)), bool(_TO_COME.search(said))
        if last < self.issued and (over or (self.issued - last).days > 60):
            return False
        return not (over and not to_come and Doubt.NO_MONTH in one.doubts)

    def _add(self, said: str) -> None:
        """A sentence without a date adds to the events that are open."""
        clocks = _beginnings(said)
        if _FINISHES.search(said) and not _LEAVES.search(said):
            clocks = clocks if any(_LAST_DAY.search(one.sentence) for one in self._block.open) else []
        if not (is_bring_or_pay(said) or is_place(said) or _CONTINUES.match(said) or place_in(said) or clocks):
            return
        place, bring = said.strip(" .") if is_place(said) else place_in(said), bring_or_pay(said)
        for one in self._block.open:
            if one.clock is None and clocks and not bring:
                one.clock = clocks[0]
            one.place = one.place or place
            if bring and bring not in one.bring:
                one.bring = f"{one.bring} {bring}".strip()[:200]

    # When: … Where: …

    def _labelled(self, label: str, value: str, text: str, given: Paragraph) -> None:
        block = self._block
        if label in _WHAT:
            self._close_day()
            block.label_title, block.open = from_list(value), []
        elif label in _WHEN:
            found, clocks = self._real_days(value, given), clock_times(value)
            clocks = clock_times(_masked(value, found)) if found else clocks
            if not clocks and "time" in label:
                clocks = [one for one in clock_times(f"at {value}")]
            if found:
                block.open = []
                title = block.label_title or self._heading() or from_list(_without(value, [(one.begin, one.end) for one in (*found, *clocks)]))
                for number, one in enumerate(found):
                    upto = found[number + 1].begin if number + 1 < len(found) else len(value)
                    self._draft(title, one, _clock_of(one, clocks, upto, len(found)), f"{title}. {text}", given, listed=True)
            elif clocks:
                for draft in block.open:
                    draft.clock = draft.clock or clocks[0]
        elif label in _WHERE:
            for draft in block.open:
                draft.place = draft.place or tidy(value)[:120]
        elif label in _PAY:
            for draft in block.open:
                draft.bring = f"{draft.bring} {tidy(value)}".strip()[:200]

    # Tables

    def _row(self, given: Paragraph) -> None:
        cells = given.cells
        names = tuple(_column(cell) for cell in cells)
        if sum(bool(name) for name in names) >= 2 and not any(self._days(cell) for cell in cells):
            self._close_day()
            self._block = _Block(heading=self._block.heading, month=self._block.month, columns=names)
            return
        columns = self._block.columns if len(self._block.columns) == len(cells) else ("",) * len(cells)
        dated = [(number, found) for number, cell in enumerate(cells) if (found := self._real_days(cell, given))]
        if not dated:
            labelled = _LABELLED.match(f"{cells[0]}: {' '.join(cells[1:])}") if len(cells) == 2 else None
            if labelled and self._block.open:
                self._labelled(labelled["label"].lower(), labelled["value"], given.text, given)
            elif self._block.day is not None:
                self._under_day(given.text, given)
            return
        when = next((pair for pair in dated if columns[pair[0]] == "when"), dated[0])
        if len(cells) > 2 and len({number for number, _ in dated}) > 1 and not any(columns):
            return self._grid(given)
        self._close_day()
        number, found = when
        if columns.count("when") == 2 and len(dated) == 2:
            found = [Days(dated[0][1][0].first, dated[1][1][0].first, 0, 0, (*dated[0][1][0].doubts, *dated[1][1][0].doubts))]
        clock = self._clock_in_row(cells, columns, number, found)
        title, place, bring = self._rest_of_row(cells, columns, number, found)
        for one in found:
            draft = self._draft(title or self._heading(), one, clock, given.text, given, listed=True)
            if draft is not None:
                draft.place, draft.bring = place or draft.place, bring or draft.bring
        return None

    def _grid(self, given: Paragraph) -> None:
        """A row in which each cell has a date of its own, as in a week's plan."""
        for cell in given.cells:
            self._text(cell, Paragraph(text=cell, place=given.place))

    def _clock_in_row(self, cells: Sequence[str], columns: Sequence[str], when: int, found: Sequence[Days]) -> Clock | None:
        own = _masked(cells[when], found)
        order = [n for n, name in enumerate(columns) if name == "time"] + [n for n in range(len(cells)) if columns[n] != "time"]
        for n in order:
            text = own if n == when else cells[n]
            clocks = clock_times(text) or (clock_times(f"at {text}") if columns[n] == "time" else [])
            if clocks:
                return clocks[0]
        return None

    def _rest_of_row(self, cells: Sequence[str], columns: Sequence[str], when: int, found: Sequence[Days]) -> tuple[str, str, str]:
        title = place = bring = ""
        for n, cell in enumerate(cells):
            spans = [(one.begin, one.end) for one in found] if n == when else []
            clocks = clock_times(_masked(cell, found) if n == when else cell)
            rest = trimmed(_without(cell, spans + [(one.begin, one.end) for one in clocks]))
            if n == when and columns[n] == "when" and len(rest) < 4 or not rest or columns[n] == "time":
                continue
            if columns[n] == "where":
                place = rest
            elif columns[n] == "bring":
                bring = "" if rest in {"-", "–", "n/a", "none"} else cell.strip()
            elif columns[n] == "what":
                title = from_list(rest)
            elif is_place(rest):
                place = place or rest
            elif not title and columns[n] != "who":
                title = from_list(rest)
            elif is_bring_or_pay(rest):
                bring = bring or rest
        return title, place, bring

    def _draft(self, title: str, one: Days, clock: Clock | None, said: str, given: Paragraph, *, listed: bool = False) -> Draft | None:
        if _NOT_AN_EVENT.search(title) or (listed and _NOT_AN_EVENT.search(said[:60])):
            return None
        doubts = list(one.doubts)
        if clock is not None and clock.unsure:
            doubts.append(Doubt.HALF_DAY)
        draft = Draft(
            title=title,
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
        same = self._block.open and self._block.open[-1].sentence == draft.sentence
        self._block.open = [*self._block.open, draft] if same else [draft]
        return draft


def _beginnings(text: str) -> list[Clock]:
    """The times in ``text``, without those at which people are back."""
    return [one for one in clock_times(text) if not _BACK.search(text[: one.begin])]


def _is_alone(text: str, found: Sequence[Days]) -> Days | None:
    """The date, where a line holds nothing else."""
    if len(found) != 1:
        return None
    rest = trimmed(text[: found[0].begin] + " " + text[found[0].end :])
    return found[0] if len(re.sub(r"\W|\b(?:on|the|date|day)\b", "", rest)) == 0 else None


def _is_list_line(text: str, found: Sequence[Days]) -> bool:
    """A date first, then what is on; or what is on, then the date, and no sentence."""
    if not found:
        return False
    lead = text[: found[0].begin]
    if not re.search(r"\w", lead):
        return not re.search(r"\.\s+[A-Z]", text) or len(text) < 200
    verbs = re.search(r"\b(?:is|are|will|was|were|please|we|you|has|have|join|need|should|can)\b", text, re.IGNORECASE)
    return len(text) < 110 and verbs is None and not text.rstrip().endswith((".", "!"))


def _masked(text: str, found: Iterable[Days | Clock]) -> str:
    for one in found:
        text = text[: one.begin] + " " * (one.end - one.begin) + text[one.end :]
    return text


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for begin, end in sorted(spans, reverse=True):
        text = text[: max(begin, 0)] + " " + text[max(end, 0) :]
    return tidy(text)


def _clock_of(one: Days, clocks: Sequence[Clock], upto: int, many: int) -> Clock | None:
    """The time between this date and the next; else the first of all where they share it."""
    own = next((clock for clock in clocks if one.end <= clock.begin < upto), None)
    if own is not None or not clocks:
        return own
    if many == 1 or all(clock.begin < one.begin for clock in clocks) or len(clocks) == 1:
        return clocks[0]
    return None


def _column(cell: str) -> str:
    said = cell.strip(" :*").lower()
    if re.fullmatch(r"(?:dates?|when|day|from|to|until|day and date|start(?:s)?|end(?:s)?|first day|last day|starts on|ends on|day ?/ ?date|date ?/ ?day)", said):
        return "when"
    if re.fullmatch(r"(?:times?|start time|at|time of day)", said):
        return "time"
    if re.fullmatch(r"(?:events?|what|activity|description|details?|title|occasion|what['’]s on|term|holiday|about)", said):
        return "what"
    if re.fullmatch(r"(?:where|venue|place|location)", said):
        return "where"
    if re.fullmatch(r"(?:bring|cost|to bring|notes?|price|kit|wear|payment|what to bring(?: or pay)?|bring ?/ ?pay|bring or pay|information|remarks)", said):
        return "bring"
    return "who" if re.fullmatch(r"(?:who|year(?: group)?s?|class(?:es)?|for|for whom)", said) else ""


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z]{4,}", text.lower()) if word not in {"will", "this", "that", "with", "from", "have", "year", "school"}}


def issue_day(paragraphs: Sequence[Paragraph], today: date) -> tuple[date | None, int]:
    """The day of issue and the paragraph that says it: a full date near the top, alone or beside a word such as *newsletter*.

    Where there is none, the first paragraph is the head.
    """
    for number, each in enumerate(paragraphs[:8]):
        found = [one for one in days(each.text, today) if isinstance(one, Days) and one.last is None]
        if len(found) != 1 or not re.search(r"\b20\d\d\b|\d\d/\d\d/\d\d|['’]\d\d\b", each.text) or each.cells:
            continue
        rest = each.text[: found[0].begin] + each.text[found[0].end :]
        if clock_times(rest) or len(each.text) > 160:
            continue
        if len(re.sub(r"\W", "", rest)) < 3 or _ISSUE.search(rest):
            return found[0].first, number
    return None, 0


def iter_titles(paragraphs: Iterable[Paragraph]) -> Iterator[str]:
    """What a document may be called, the likeliest first."""
    first = list(paragraphs)[:6]
    yield from (each.text for each in first if re.search(r"newsletter|bulletin|\bnews\b|\bletter\b|update|diary|dates", each.text, re.IGNORECASE) and len(each.text) < 80)
    yield from (each.text for each in first if each.heading)
    yield from (each.text for each in first if len(each.text) < 60)
