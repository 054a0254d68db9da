"""What the watch learns from verdicts, without any text: which detector scored how much, and what a moderator made of it.

Whatever moderators keep finding fine is let pass in their group; a detector that is wrong more often than right calls
nobody any more. ``/tuning`` says so, with the reason, and takes it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from orchard_bot.community.case import Case
from orchard_bot.community.code_of_conduct import DetectorSpec, Tier
from orchard_bot.community.community import Community
from orchard_bot.community.decision import Verdict
from orchard_bot.detectors.observation import Observation
from orchard_bot.features.books import Planned
from orchard_bot.features.pause import FOR_GOOD
from orchard_bot.features.unit import Unit

REMARK = "score"
"""The remark in a case that says which detector was how sure: ``score:swearing 0.90``."""
KIND = "tuning.forgotten"
ROLLING = 20
"""So many of the newest verdicts about a detector count."""
ENOUGH = 5
"""Fewer teach nothing."""
FLOOR = 0.5
"""Where a smaller share was right, a detector only queues."""
FINE = 0.8
"""Where so large a share of the lower scores was found fine, scores up to there pass."""
LOOK_BACK = timedelta(days=365)


class Lesson(Struct, frozen=True):
    """One verdict about what one detector noticed. ``upheld``: the moderator did something about it."""

    detector: str
    score: float
    upheld: bool


class Tuned(Struct, frozen=True):
    """What was learnt about one detector: scores up to ``passes`` pass, and ``queue_only`` calls nobody."""

    detector: str
    verdicts: int
    upheld: int
    passes: float = 0.0
    queue_only: bool = False

    def tier(self, spec: DetectorSpec, score: float, *, asked: bool = False) -> Tier:
        """What a score asks for in this group."""
        tier = spec.tier(score, asked=asked)
        if score <= self.passes:
            return Tier.NOTHING
        return Tier.QUEUE if self.queue_only and tier.prompt else tier


class Tuning:
    """All that was learnt in one group."""

    def __init__(self, learnt: Sequence[Tuned]) -> None:
        self.learnt = tuple(one for one in learnt if one.passes or one.queue_only)
        self._by_detector = {one.detector: one for one in self.learnt}

    def tier(self, spec: DetectorSpec, observation: Observation, *, asked: bool = False) -> Tier:
        """What an observation asks for in this group; ``asked``: where somebody asks about this one message."""
        tuned, score = self._by_detector.get(spec.name), observation.score
        return tuned.tier(spec, score, asked=asked) if tuned else spec.tier(score, asked=asked)


UNTUNED = Tuning(())


def remark(observation: Observation) -> str:
    """What a case keeps of an observation, to learn from."""
    return f"{REMARK}:{observation.detector} {observation.score:.2f}"


def tuning_of(unit: Unit, community: Community) -> Tuning:
    """What has been learnt in this group since it was last forgotten."""
    since = _since(unit, community)
    by_detector: dict[str, list[Lesson]] = {}
    for case in unit.books.cases.decided(community.id, since):
        for lesson in lessons_in(case):
            by_detector.setdefault(lesson.detector, []).append(lesson)
    return Tuning([learn(name, lessons[:ROLLING]) for name, lessons in sorted(by_detector.items())])


def lessons_in(case: Case) -> Sequence[Lesson]:
    """What a decided case teaches. A case for the school's route teaches nothing."""
    if case.decision is None or case.decision.verdict is Verdict.SCHOOL:
        return ()
    upheld = case.decision.verdict is not Verdict.DISMISS
    noted = (one.partition(":")[2].rpartition(" ") for one in case.remarks if one.startswith(f"{REMARK}:"))
    return [Lesson(detector, float(score), upheld) for detector, _, score in noted]


def learn(detector: str, lessons: Sequence[Lesson]) -> Tuned:
    """What the newest verdicts about one detector come to."""
    upheld = sum(lesson.upheld for lesson in lessons)
    if len(lessons) < ENOUGH:
        return Tuned(detector, len(lessons), upheld)
    passes, fine = 0.0, 0
    for count, lesson in enumerate(sorted(lessons, key=lambda one: (one.score, not one.upheld)), 1):
        fine += not lesson.upheld
        if count >= ENOUGH and not lesson.upheld and fine / count >= FINE:
            passes = lesson.score
    return Tuned(detector, len(lessons), upheld, passes, upheld / len(lessons) < FLOOR)


def forget(unit: Unit, community: Community) -> None:
    """From now on only later verdicts count."""
    unit.books.schedules.plan(
        Planned(
            key=f"{KIND}:{community.id}",
            kind=KIND,
            community=community.id,
            subject=community.id,
            data={"at": unit.now.isoformat()},
            due=unit.now + FOR_GOOD,
            timezone=community.timezone,
        )
    )


def _since(unit: Unit, community: Community) -> datetime:
    forgotten = [
        datetime.fromisoformat(str(row.data["at"])) for row in unit.books.schedules.upcoming(community.id, KIND)
    ]
    return max([unit.now - LOOK_BACK, *forgotten])
