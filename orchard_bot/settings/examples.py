"""The examples in the policy are tests: this tries them. A detector of threads has little conversations for examples.

A conversation is a line a post, ``Anna: …`` or, in answer to Ben's last post, ``Anna > Ben: …``, a minute apart; what
counts is the last line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from orchard_bot.community.code_of_conduct import CodeOfConduct, DetectorSpec, Tier
from orchard_bot.detectors.meaning import Lacking
from orchard_bot.detectors.observation import Detector, LooksAtPictures, Observation
from orchard_bot.detectors.panel import Message, Panel
from orchard_bot.detectors.reading import Reading
from orchard_bot.detectors.thread import FollowsThreads
from orchard_bot.settings.toml_lines import KeyPath

_LINE = re.compile(r"(?P<who>\w+)(?: > (?P<whom>\w+))?: (?P<text>.*)")
_BEGINNING = datetime(2026, 1, 5, 9, tzinfo=UTC)


class Trial(Struct, frozen=True):
    """One example and what its detector made of it. ``at`` is where it stands in the file."""

    detector: str
    text: str
    breach: bool
    tier: Tier
    at: KeyPath

    @property
    def passed(self) -> bool:
        """Whether a breach was noticed, or what is fine was let pass."""
        return self.breach == (self.tier is not Tier.NOTHING)


def try_examples(code: CodeOfConduct, detectors: Sequence[Detector]) -> Iterator[Trial]:
    """Every example of every detector that can see, tried."""
    blind = any(lacking(detector) for detector in detectors)
    for number, (spec, detector) in enumerate(zip(code.detectors, detectors, strict=True)):
        follows = isinstance(detector, FollowsThreads)
        if lacking(detector) or (follows and blind):
            continue
        for kind, texts in (("breach", spec.examples.breach), ("fine", spec.examples.fine)):
            for place, text in enumerate(texts):
                at = ("detectors", number, "examples", kind, place)
                found = _at_the_end(code, detectors, text) if follows else detector.observe(as_read(detector, text))
                own = [one for one in found if one.detector == spec.name]
                yield Trial(spec.name, text, kind == "breach", tier_of(spec, own, asked=True), at)


def as_read(detector: Detector, text: str) -> Reading:
    """``text`` as what this detector looks at: a message, or what was read in a picture."""
    return Reading(text, picture=isinstance(detector, LooksAtPictures))


def lacking(detector: Detector) -> str:
    """The extra that a detector cannot see without; empty where it has all it needs."""
    return detector.lacks if isinstance(detector, Lacking) else ""


def tier_of(spec: DetectorSpec, observations: Sequence[Observation], *, asked: bool = False) -> Tier:
    """What these observations of one detector ask for, all in all; ``asked``: where somebody asks about the message."""
    return spec.tier(max((one.score for one in observations), default=0.0), asked=asked)


def _at_the_end(code: CodeOfConduct, detectors: Sequence[Detector], conversation: str) -> Sequence[Observation]:
    panel = Panel(code, detectors)
    last: dict[str, str] = {}
    found: Sequence[Observation] = ()
    for number, line in enumerate(conversation.strip().splitlines()):
        said = _LINE.fullmatch(line.strip())
        who, whom, text = said.group("who", "whom", "text") if said else ("somebody", None, line)
        at = _BEGINNING + timedelta(minutes=number)
        answers = last.get(whom) if whom else None
        found = panel.observe(Message(id=str(number), text=text, at=at, sender=who, answers=answers))
        last[who] = str(number)
    return found
