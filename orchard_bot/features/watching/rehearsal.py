"""The evening's digest: what would have happened, in rehearsal; what waits to be looked at, in earnest."""

from __future__ import annotations

from collections import Counter
from datetime import time, timedelta

from orchard_bot.chat.intents import Priority
from orchard_bot.chat.text import PrivateText
from orchard_bot.community.community import Community, Moderator
from orchard_bot.community.local_time import next_time_of_day
from orchard_bot.features.books import Planned
from orchard_bot.features.casework.casebook import judges
from orchard_bot.features.feature import Due
from orchard_bot.features.unit import Unit
from orchard_bot.features.watching.judgement import Would

AT = time(19)
KIND = "watch.digest"


def plan_digest(unit: Unit, community: Community) -> None:
    """The next evening's digest; planning it again changes nothing."""
    due = next_time_of_day(unit.now, AT, community.timezone)
    unit.books.schedules.plan(
        Planned(
            key=f"{KIND}:{community.id}:{community.local(due).date().isoformat()}",
            kind=KIND,
            community=community.id,
            subject=community.id,
            data={},
            due=due,
            timezone=community.timezone,
        )
    )


def on_digest(due: Due, unit: Unit) -> None:
    """What was noticed from evening to evening, by guideline. No text, and nobody's name."""
    community, words = due.community, unit.house.words
    _say_what_waits(community, unit)
    # Subtracted on the wall clock: the day on which the clocks change is a whole day too.
    since = community.local(due.at) - timedelta(days=1)
    seen = Counter(
        (one.clause, one.would)
        for one in unit.books.cases.sightings(community.id, since.astimezone(due.at.tzinfo))
        if one.rehearsal and one.at < due.at
    )
    if not seen:
        return
    lines = [words.private("watch.digest").value]
    for (clause, would), count in sorted(seen.items()):
        known = unit.house.code.clause(clause)
        title = known.title if known else clause
        lines.append(words.private(f"watch.digest-{Would(would)}", title=title, count=count).value)
    lines.append(words.private("watch.digest-end").value)
    for moderator in community.moderators:
        _tell(community, unit, moderator, "\n".join(lines))


def _say_what_waits(community: Community, unit: Unit) -> None:
    """Cases that the watch put into the queue without calling anybody."""
    quiet = [case for case in unit.books.cases.waiting(community.id) if not unit.books.cases.alerts(case.id)]
    for moderator in community.moderators:
        theirs = [case for case in quiet if moderator in judges(unit, case)]
        if theirs:
            _tell(community, unit, moderator, unit.house.words.private("watch.queue", count=len(theirs)).value)


def _tell(community: Community, unit: Unit, moderator: Moderator, text: str) -> None:
    unit.tell(
        community.chat.via,
        moderator.person,
        PrivateText(text),
        community=community.id,
        priority=Priority.REMINDER,
    )
