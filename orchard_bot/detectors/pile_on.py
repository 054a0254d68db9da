"""Notices several people turning on one (policy: supportive and respectful): what each says may be mild by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.observation import Observation, Options
from orchard_bot.detectors.thread import NoOptions, Thread, ThreadDetector, heat

REASON = "Several people are turning on one here."
WITHIN = timedelta(minutes=45)
SHARP = 0.2
"""From this heat on, a post counts as sharp."""
PEOPLE = 2
"""So many others must have answered the same person sharply before."""


class PileOn(ThreadDetector):
    """Looks at sharp answers to one person by different people."""

    def follow(self, thread: Thread) -> Sequence[Observation]:
        """The latest post, if it is one of them."""
        latest, target = thread.latest, thread.answered()
        if target is None or heat(latest) < SHARP or target.author == latest.author:
            return ()
        theirs = {target.key} | {post.key for post in thread.before(WITHIN) if post.author == target.author}
        others = {
            post.author
            for post in thread.before(WITHIN)
            if post.answers in theirs and heat(post) >= SHARP and post.author not in {latest.author, target.author}
        }
        if len(others) < PEOPLE:
            return ()
        return self.observation(thread, min(0.95, heat(latest) + 0.15 * len(others)), REASON)


def build(spec: DetectorSpec, options: Options) -> PileOn:
    """The detector; it has no options."""
    options.read(NoOptions)
    return PileOn(spec)
