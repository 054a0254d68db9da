"""The last messages of a chat as detectors of whole threads see them: who, when, in answer to what, how it scored.

No text is kept, only what was found out about it; and only for a short window, in memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Protocol, runtime_checkable

from msgspec import Struct

from orchard_bot.detectors.observation import Detector, Observation

MOST_POSTS = 60
LONGEST = timedelta(days=10)
"""Posts older than this, or further back than MOST_POSTS, are forgotten."""


class Post(Struct, frozen=True, kw_only=True):
    """One message. ``scores`` are the best ones by clause; ``key`` and ``answers`` name messages, not words."""

    key: str
    author: str
    at: datetime
    length: int = 0
    """Characters."""
    answers: str | None = None
    named: frozenset[str] = frozenset()
    """Sites and numbers in it, hashed: for what is posted again."""
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
        known = next((at for at, one in enumerate(self._posts) if one.key == post.key), None)
        if known is not None:
            self._at = known
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
        return next((post for post in self._posts if post.key == wanted), None) if wanted else None


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
        scores[one.clause] = max(one.score, scores.get(one.clause, 0.0))
    return scores
