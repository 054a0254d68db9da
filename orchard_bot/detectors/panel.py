"""All detectors of a policy, asked about one message after the other; with a thread, about what it is part of, too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from orchard_bot.community.code_of_conduct import CodeOfConduct, Tier
from orchard_bot.detectors.observation import Detector, Observation
from orchard_bot.detectors.reading import Reading
from orchard_bot.detectors.thread import FollowsThreads, Post, Thread, best_scores


class Message(Struct, frozen=True, kw_only=True):
    """A message to look at. With ``at`` it is part of a stream, and ``answers`` names the one that it answers."""

    id: str
    text: str
    at: datetime | None = None
    sender: str = ""
    answers: str | None = None


class Panel:
    """Asks the detectors in the order of the policy. Keeps one thread: use a panel for each chat."""

    def __init__(self, code: CodeOfConduct, detectors: Sequence[Detector]) -> None:
        self._code = code
        self._reportable = frozenset(clause.id for clause in code.reportable())
        self._detectors = tuple(detectors)
        self._followers = tuple(one for one in detectors if isinstance(one, FollowsThreads))
        self._thread = Thread()

    def observe(self, message: Message) -> tuple[Observation, ...]:
        """Everything noticed, whether it reaches a threshold or not."""
        reading = Reading(message.text)
        found = [one for detector in self._detectors for one in detector.observe(reading)]
        if message.at is not None:
            self._thread.add(as_post(reading, message, message.at, found))
            found.extend(one for follower in self._followers for one in follower.follow(self._thread))
        return tuple(found)

    def tiers(self, observations: Sequence[Observation], *, asked: bool = False) -> dict[str, Tier]:
        """What is asked for under each clause that a message can go against; where nothing is, it is left out.

        ``asked``: somebody asks about this message, outside a stream.
        """
        tiers: dict[str, Tier] = {}
        for one in observations:
            spec = self._code.detector(one.detector)
            tier = spec.tier(one.score, asked=asked) if spec else Tier.NOTHING
            if tier is not Tier.NOTHING and one.clause in self._reportable:
                tiers[one.clause] = max(tier, tiers.get(one.clause, tier), key=_ORDER.index)
        return tiers


_ORDER = (Tier.NOTHING, Tier.QUEUE, Tier.NOTE, Tier.ALERT)


def as_post(reading: Reading, message: Message, at: datetime, found: Sequence[Observation]) -> Post:
    """What a thread remembers of a message."""
    return Post(
        key=message.id,
        author=message.sender,
        at=at,
        length=len(reading.original),
        answers=message.answers,
        scores=best_scores(found),
    )
