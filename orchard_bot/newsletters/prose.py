"""Sentences: what one with a date announces, and what one without adds to the event before it."""

from __future__ import annotations

import re

from orchard_bot.community.newsletter import Doubt
from orchard_bot.newsletters.days import Days
from orchard_bot.newsletters.details import bring_or_pay, is_bring_or_pay, is_place, place_in
from orchard_bot.newsletters.notes import Notes, is_no_event
from orchard_bot.newsletters.paragraphs import Paragraph
from orchard_bot.newsletters.spans import HasSpan, beginnings, clock_of, masked, without
from orchard_bot.newsletters.titles import from_list, from_sentence, going_on, is_thin

LONG_AGO_DAYS = 60
LONG_TITLE = 50
_OVER = re.compile(
    r"\b(?:went|visited|enjoyed|raised|won|took part|took place|performed|came|had a|had an|was|were|thank you to|thanks to|well done"
    r"|welcomed|celebrated|last (?:week|monday|tuesday|wednesday|thursday|friday|term)|attended|congratulations|sang|played|represented|ran|finished|learned|learnt|joined us)\b",
    re.IGNORECASE,
)
_TO_COME = re.compile(
    r"\b(?:will|please|is on|are on|join us|invited|welcome to|coming|upcoming|next|to be held|reminder|must|moved to|postponed|now on|cancelled"
    r"|rearranged|instead|starts|opens|returns?|ends|closes|deadline|by|until|need|can|should|remember)\b",
    re.IGNORECASE,
)
_LEAVES = re.compile(
    r"\b(?:leav(?:es?|ing)|departs?|opens?|starts?|starting|begins?|kick[- ]?off|doors|gates|arrive|drop[- ]off|come at|meet at)\b",
    re.IGNORECASE,
)
_FINISHES = re.compile(r"\b(?:finish(?:es)?|ends?|closes?|collect(?:ion|ed)?|pick[- ]?up)\b", re.IGNORECASE)
_LAST_DAY = re.compile(
    r"\b(?:last day|break(?:s|ing)? up|end of (?:the )?(?:\w+ )?(?:term|year)|term ends|closes)\b", re.IGNORECASE
)
_LAST_DAY = re.compile(
    r"\b(?:last day|break(?:s|ing)? up|end of (?:the )?(?:\w+ )?(?:term|year)|term ends|closes)\b", re.IGNORECASE
)
_CONTINUES = re.compile(
    r"^(?:it|this|they|doors|gates|the event|children|parents|pupils|please|tickets?|we|all|there|bring|wear|arrive|meet|drop[- ]off|everyone|each|cost|entry|come|refreshments|families|your child|you|in the|at the|time|where|from)\b",
    re.IGNORECASE,
)
_DEADLINE = re.compile(r"\b(?:by|before|deadline\b.*)\s*$", re.IGNORECASE)
_BETWEEN_DAYS = re.compile(r"\W|\b(?:and|or|on|then|both)\b")
_NOT_TELLING = frozenset({"will", "this", "that", "with", "from", "have", "year", "school"})


def sentence(notes: Notes, said: str, whole: str, given: Paragraph) -> None:
    """One sentence of the paragraph ``whole``."""
    found = [one for one in notes.real_days(said, given) if _is_announced(one, said, notes)]
    if not found or is_no_event(said):
        if not found and notes.block.open:
            further(notes, said)
        return
    clocks = beginnings(masked(said, found))
    both: list[HasSpan] = [*found, *clocks]
    title, at = "", 0
    for number, one in enumerate(found):
        before, after = without(said, both, at, one.begin), without(said, both, one.end)
        if number == 0 or len(_BETWEEN_DAYS.sub("", before)) > 3:
            then = going_on(before, title)
            if then and notes.heading() and title == notes.heading():
                then = f"{from_list(title)}: {then[:1].lower()}{then[1:]}"
            own = then or from_sentence(before, after)
            title = _titled(notes, own, said[: one.begin], said) if number == 0 or is_thin(own) else own
            if number:  # what was said before is not the time of something else
                clocks = [clock for clock in clocks if clock.begin >= one.begin]
        clock = clock_of(one, found[number:], clocks, len(said))
        notes.add(title, one, clock, said if len(said) > 40 else whole, given)
        at = one.end


def further(notes: Notes, said: str) -> None:
    """A sentence without a date adds to the events that are open."""
    clocks = beginnings(said)
    if _FINISHES.search(said) and not _LEAVES.search(said):
        clocks = clocks if any(_LAST_DAY.search(one.sentence) for one in notes.block.open) else []
    if not (continues(said) or is_bring_or_pay(said) or place_in(said) or clocks):
        return
    place, bring = said.strip(" .") if is_place(said) else place_in(said), bring_or_pay(said)
    for one in notes.block.open:
        if one.clock is None and clocks and not bring:
            one.clock = clocks[0]
        one.place = one.place or place
        if bring and bring not in one.bring:
            one.bring = f"{one.bring} {bring}".strip()[:200]


def continues(said: str) -> bool:
    """Whether the words go on about what was said before."""
    return bool(_CONTINUES.match(said)) or is_place(said) or is_bring_or_pay(said[:12])


def _titled(notes: Notes, own: str, before: str, said: str) -> str:
    """The heading for what it is about; the sentence's own words for what else is said under it."""
    heading = notes.heading()
    if not heading or is_thin(own):
        if heading and notes.block.open and len(own) < LONG_TITLE:
            return f"{from_list(heading)}: {own[:1].lower()}{own[1:]}"
        return heading or own
    if _DEADLINE.search(before) and notes.block.open:
        return f"{from_list(heading)}: {own[:1].lower()}{own[1:]}"[:80]
    if _telling(said) & _telling(heading):
        return heading
    if notes.block.open:
        return own
    if " " not in heading and len(own) < LONG_TITLE:
        return f"{from_list(heading)}: {own[:1].lower()}{own[1:]}"
    return heading


def _telling(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{4,}", text.lower())) - _NOT_TELLING


def _is_announced(one: Days, said: str, notes: Notes) -> bool:
    """Not what a report says of something that is over."""
    last = one.last or one.first
    over, to_come = bool(_OVER.search(said)), bool(_TO_COME.search(said))
    if last < notes.issued and (over or (notes.issued - last).days > LONG_AGO_DAYS):
        return False
    return not (over and not to_come and Doubt.NO_MONTH in one.doubts)
