"""When moderators hear of a case: at once by day, in the morning after a quiet night, and again when nobody answers.

At night only those hear of a risk to somebody who said that they are on call; where nobody is, everybody hears.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from orchard_bot.chat.intents import Priority
from orchard_bot.chat.text import PrivateText, shown_name
from orchard_bot.community.case import WAITING, Case
from orchard_bot.community.community import Moderator
from orchard_bot.community.local_time import next_time_of_day
from orchard_bot.features.books import Planned
from orchard_bot.features.casework.casebook import account_of, called, community_of, judges, titles
from orchard_bot.features.unit import Option, Unit

MORNING = "alerts.morning"
UNANSWERED = "alerts.unanswered"
A_DAY = timedelta(hours=24)
MOST_REMINDERS = 7
"""After a week of asking every day the case waits in ``/cases``."""


def to_hear_now(unit: Unit, case: Case) -> list[Moderator]:
    """Who is told at this hour. The others are told in the morning."""
    found, community = judges(unit, case), community_of(unit, case)
    if not case.safety:
        return [] if community.alerts_at is not None or community.is_quiet(unit.now) else found
    if not community.is_quiet(unit.now):
        return found
    return [one for one in found if one.on_call] or found


def tell_in_the_morning(unit: Unit, case: Case) -> None:
    """The quiet hours end, or the hour of the day comes: then those hear of the case who have not yet."""
    community = community_of(unit, case)
    hour = community.alerts_at or community.quiet_hours.end
    _plan(unit, case, MORNING, next_time_of_day(unit.now, hour, community.timezone), {})


def wait_for_an_answer(unit: Unit, case: Case, times: int = 0) -> None:
    """A day from now somebody looks whether the case still waits."""
    _plan(unit, case, UNANSWERED, unit.now + A_DAY, {"times": times})


def remind_later(unit: Unit, case: Case, times: int) -> None:
    """The day was over in the quiet hours: the reminder waits for their end."""
    community = community_of(unit, case)
    due = next_time_of_day(unit.now, community.quiet_hours.end, community.timezone)
    _plan(unit, case, UNANSWERED, due, {"times": times})


def remind(unit: Unit, case: Case, times: int) -> None:
    """The case has waited for another day: everybody hears so, and from the second time on whose turn it is."""
    words, found = unit.house.words, judges(unit, case)
    if case.state not in WAITING or not found:
        return
    turn = found[(case.number + times) % len(found)] if times else None
    for moderator in found:
        unit.tell(
            account_of(unit, case),
            moderator.person,
            _reminder(unit, case, moderator, turn, times),
            [Option(words.label("cases.show", number=called(unit, case)), "cases.show", {"case": case.id})],
            community=case.community,
            once=False,
            priority=Priority.MODERATION,
        )
    unit.note(case.community, "case-reminded", case.id, by=None)
    if times + 1 < MOST_REMINDERS:
        wait_for_an_answer(unit, case, times + 1)


def _reminder(unit: Unit, case: Case, reader: Moderator, turn: Moderator | None, times: int) -> PrivateText:
    words, about = unit.house.words, titles(unit, case)
    if turn is None:
        return words.private("alerts.waits-a-day", number=called(unit, case), title=about)
    key = "alerts.waits-your-turn" if turn.person == reader.person else "alerts.waits-their-turn"
    return words.private(key, number=called(unit, case), title=about, days=times + 1, name=shown_name(turn.name))


def _plan(unit: Unit, case: Case, kind: str, due: datetime, data: dict[str, int]) -> None:
    unit.books.schedules.plan(
        Planned(
            key=f"{kind}:{case.id}",
            kind=kind,
            community=case.community,
            subject=case.id,
            data=data,
            due=due,
            timezone=community_of(unit, case).timezone,
        )
    )
