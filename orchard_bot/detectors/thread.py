"""The last messages of a chat as detectors of whole threads see them: who, when, in answer to what, how it scored.

No text is kept, only what was found out about it; and only for a short window, in memory.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Protocol, runtime_checkable

from msgspec import Struct

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.observation import Detector, Observation
from orchard_bot.detectors.reading import Reading

RULES = "1"
"""The version of the detectors of threads; goes up when their rules change."""
MOST_POSTS = 600
LONGEST = timedelta(days=10)
"""Posts older than this, or further back than MOST_POSTS, are forgotten."""
AGAIN = 40
"""How far back a message that comes a second time is looked for."""
WORTH_KEEPING = 0.1
"""Lower scores are not remembered."""
SHARP_CLAUSES = ("disrespect", "grievance", "defamation", "discrimination", "swearing", "child")


class Post(Struct, frozen=True, kw_only=True):
    """One message. ``scores`` are the best ones by clause; ``key`` and ``answers`` name messages, not words."""

    key: str
    author: str
    at: datetime
    length: int = 0
    """Characters."""
    answers: str | None = None
    scores: Mapping[str, float] = {}

    def score(self, clause: str) -> float:
        """The best score for a clause; 0 where nothing was noticed."""
        return self.scores.get(clause, 0.0)


class Thread:
    """A chat's last posts, oldest first. Bounded in number and time."""

    def __init__(self) -> None:
        self._posts: deque[Post] = deque(maxlen=MOST_POSTS)
        self._at = -1

    def add(self, post: Post) -> None:
        """A new message; what is too old goes. One that has been added before is looked at again in its old place."""
        for at in range(len(self._posts) - 1, max(-1, len(self._posts) - 1 - AGAIN), -1):
            if self._posts[at].key == post.key:
                self._at = at
                return
        self._posts.append(post)
        while post.at - self._posts[0].at > LONGEST:
            self._posts.popleft()
        self._at = len(self._posts) - 1

    @property
    def latest(self) -> Post:
        """The message in question."""
        return self._posts[self._at]

    def before(self, within: timedelta) -> Iterator[Post]:
        """The posts before the latest, newest first, none older than ``within``."""
        since = self.latest.at - within
        earlier = (self._posts[at] for at in range(self._at - 1, -1, -1))
        return takewhile(lambda post: post.at >= since, earlier)

    def answered(self) -> Post | None:
        """The post that the latest one answers, if it is still remembered."""
        wanted = self.latest.answers
        return next((post for post in reversed(self._posts) if post.key == wanted), None) if wanted else None


@runtime_checkable
class FollowsThreads(Detector, Protocol):
    """A detector that looks at a message among those before it, after all others have looked at its text."""

    def follow(self, thread: Thread) -> Sequence[Observation]:
        """What the latest post is part of. Its span is the whole of the post. Never raises."""
        ...


def best_scores(observations: Sequence[Observation]) -> dict[str, float]:
    """The highest score of each clause."""
    scores: dict[str, float] = {}
    for one in observations:
        if one.score >= WORTH_KEEPING:
            scores[one.clause] = max(one.score, scores.get(one.clause, 0.0))
    return scores


def heat(post: Post) -> float:
    """How sharp a post is: its best score among the clauses about people."""
    return max(post.score(clause) for clause in SHARP_CLAUSES)


class NoOptions(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to set."""


class ThreadDetector(ABC):
    """What detectors of threads have in common: a text by itself tells them nothing."""

    slow = False
    version = RULES

    def __init__(self, spec: DetectorSpec) -> None:
        self.name = spec.name
        self.clause = spec.clause

    def observe(self, reading: Reading) -> Sequence[Observation]:
        """Nothing: see ``follow``."""
        return ()

    @abstractmethod
    def follow(self, thread: Thread) -> Sequence[Observation]:
        """What the latest post is part of."""

    def observation(self, thread: Thread, score: float, reason: str) -> Sequence[Observation]:
        """One observation about the whole of the latest post."""
        span = (0, thread.latest.length)
        return (Observation(self.clause, span, round(score, 3), reason, self.name, self.version),)
