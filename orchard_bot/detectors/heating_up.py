"""Notices a thread that heats up (policy: look for a peaceful way). A hint for the moderators, about no one in person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.observation import Observation, Options
from orchard_bot.detectors.thread import NoOptions, Thread, ThreadDetector, heat

REASON = "The tone in the group is getting sharper."
WITHIN = timedelta(minutes=40)
SHARP = 0.3
POSTS, PEOPLE = 4, 2
"""So many sharp posts by so many people, the latest one included."""


class HeatingUp(ThreadDetector):
    """Looks at how sharp the last posts were."""

    def follow(self, thread: Thread) -> Sequence[Observation]:
        """The latest post, if the thread is heating up with it."""
        if heat(thread.latest) < SHARP:
            return ()
        sharp = [thread.latest, *(post for post in thread.before(WITHIN) if heat(post) >= SHARP)]
        if len(sharp) < POSTS or len({post.author for post in sharp}) < PEOPLE:
            return ()
        return self.observation(thread, min(1.0, sum(map(heat, sharp)) / POSTS), REASON)


def build(spec: DetectorSpec, options: Options) -> HeatingUp:
    """The detector; it has no options."""
    options.read(NoOptions)
    return HeatingUp(spec)
