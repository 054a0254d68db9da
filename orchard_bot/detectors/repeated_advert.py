"""Notices an advert that comes again (policy: no commercial services): what may pass once by accident is meant twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.observation import Observation, Options
from orchard_bot.detectors.thread import NoOptions, Thread, ThreadDetector

REASON = "The same person has offered something like this here before."
WITHIN = timedelta(days=10)
LIKE_AN_ADVERT = 0.45
AGAIN = 0.25
"""How much surer the second time is than the less sure of the two."""


class RepeatedAdvert(ThreadDetector):
    """Looks at earlier posts of the author that read like adverts."""

    def follow(self, thread: Thread) -> Sequence[Observation]:
        """The latest post, if it reads like an advert and is not the first one."""
        latest = thread.latest
        own = latest.score(self.clause)
        if own < LIKE_AN_ADVERT:
            return ()
        before = [post.score(self.clause) for post in thread.before(WITHIN) if post.author == latest.author]
        most = max(before, default=0.0)
        if most < LIKE_AN_ADVERT:
            return ()
        return self.observation(thread, min(1.0, min(own, most) + AGAIN), REASON)


def build(spec: DetectorSpec, options: Options) -> RepeatedAdvert:
    """The detector; it has no options."""
    options.read(NoOptions)
    return RepeatedAdvert(spec)
