"""Step by step: how far a moderator may go with somebody, given what was decided about them before.

    kind note → warning → mute for a day → removal

Nobody skips a step, and steps fade: what is long ago counts no more. A message that puts somebody at risk is no matter
of steps. What happens to the message alone (asking for it back, deleting it) is never a step too far.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from orchard_bot.community.case import Case
from orchard_bot.community.decision import Verdict

STEPS = (Verdict.NOTE, Verdict.WARN, Verdict.MUTE, Verdict.REMOVE)
"""Mildest first."""
_HEIGHT = {verdict: height for height, verdict in enumerate(STEPS, start=1)} | {Verdict.ASK: 1, Verdict.DELETE: 1}


def height(earlier: Iterable[Case], now: datetime, fades: timedelta) -> int:
    """How many steps up this person is: 0 where nothing counts against them, 4 after a removal."""
    found = (case.decision for case in earlier)
    return max((_HEIGHT.get(one.verdict, 0) for one in found if one is not None and now - one.at < fades), default=0)


def within_reach(verdict: Verdict, case: Case, earlier: Iterable[Case], now: datetime, fades: timedelta) -> bool:
    """Whether ``verdict`` is at most one step above what was decided about this person before."""
    return case.safety or verdict not in STEPS or _HEIGHT[verdict] <= height(earlier, now, fades) + 1
