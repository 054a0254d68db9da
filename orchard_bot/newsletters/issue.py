"""When a newsletter was issued, and what it is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from orchard_bot.newsletters.clock_times import clock_times
from orchard_bot.newsletters.days import Days, days
from orchard_bot.newsletters.paragraphs import Paragraph

_ISSUE = re.compile(
    r"\b(?:newsletter|week ending|w/e|e-?mail|weekly|issued?|bulletin|edition|news|no\.? ?\d+|vol|number \d+|dates?|updated?|dear|published|sent (?:home|out)|as of|coming up|round-up"
    r"|what['’]s on|diary|letter|from the)\b|#\d+",
    re.IGNORECASE,
)


def issue_day(paragraphs: Sequence[Paragraph], today: date) -> tuple[date | None, int]:
    """The day of issue and the paragraph that says it: a full date near the top, alone or beside a word such as *newsletter*.

    Where there is none, the first paragraph is the head.
    """
    for number, each in enumerate(paragraphs[:8]):
        found = [one for one in days(each.text, today) if isinstance(one, Days) and one.last is None]
        if len(found) != 1 or not re.search(r"\b20\d\d\b|\d\d/\d\d/\d\d|['’]\d\d\b", each.text) or len(each.cells) > 2:
            continue
        rest = each.text[: found[0].begin] + each.text[found[0].end :]
        if clock_times(rest) or len(each.text) > 160:
            continue
        if len(re.sub(r"\W", "", rest)) < 3 or _ISSUE.search(rest):
            return found[0].first, number
    return None, 0


def iter_titles(paragraphs: Iterable[Paragraph]) -> Iterator[str]:
    """What a document may be called, the likeliest first."""
    first = [each for each in paragraphs if each.text][:6]
    yield from (
        each.text
        for each in first
        if re.search(r"newsletter|bulletin|\bnews\b|\bletter\b|update|diary|dates", each.text, re.IGNORECASE)
        and len(each.text) < 80
    )
    yield from (each.text for each in first if each.heading)
    yield from (each.text for each in first if len(each.text) < 60)
