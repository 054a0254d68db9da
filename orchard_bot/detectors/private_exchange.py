"""Notices two people carrying on alone (policy: no private conversations): who writes when, and how personal it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.observation import Observation, Options
from orchard_bot.detectors.thread import NoOptions, Post, Thread, ThreadDetector

REASON = "Two people have been writing to each other here for a while."
PAUSE = timedelta(minutes=20)
"""Longer than this between two posts, and it is another conversation."""
LONGEST_LOOK = timedelta(hours=2)
SHORTEST = 4
"""Posts in a row by the same two people that make an exchange."""
A_POST_MORE = 0.1
"""How much each further post adds."""
PERSONAL = 0.25
"""How personal the posts have to be on average: two people sorting out the lost cardigan are fine."""


class PrivateExchange(ThreadDetector):
    """Looks at the posts in a row by the author and one other person."""

    def follow(self, thread: Thread) -> Sequence[Observation]:
        """The latest post, if it is one of such an exchange."""
        exchange = _exchange(thread)
        if len(exchange) < SHORTEST or len({post.author for post in exchange}) < 2:
            return ()
        personal = sum(post.score(self.clause) for post in exchange) / len(exchange)
        if personal < PERSONAL:
            return ()
        own = thread.latest.score(self.clause)
        score = min(0.95, max(own, personal) + A_POST_MORE * (len(exchange) - SHORTEST + 1))
        return self.observation(thread, score, REASON)


def _exchange(thread: Thread) -> list[Post]:
    """The posts in a row, newest first, by at most two people and without a long pause."""
    found = [thread.latest]
    people = {thread.latest.author}
    for post in thread.before(LONGEST_LOOK):
        if len(people | {post.author}) > 2 or found[-1].at - post.at > PAUSE:
            break
        people.add(post.author)
        found.append(post)
    return found


def build(spec: DetectorSpec, options: Options) -> PrivateExchange:
    """The detector; it has no options."""
    options.read(NoOptions)
    return PrivateExchange(spec)
