"""Care for moderators: what a week brought, who cannot be reached, and what is left when one of them goes."""

from __future__ import annotations

from datetime import timedelta

from orchard_bot.chat.events import MemberLeft
from orchard_bot.chat.intents import Priority
from orchard_bot.chat.refs import PersonRef
from orchard_bot.chat.text import shown_name
from orchard_bot.community.case import CaseState
from orchard_bot.community.community import Community, Moderator, Role
from orchard_bot.features.books import Planned
from orchard_bot.features.casework.alerts import take_from, update
from orchard_bot.features.casework.casebook import called, judges, recused
from orchard_bot.features.feature import Command, Due, Feature, Request
from orchard_bot.features.pause import FOR_GOOD, first_in, over
from orchard_bot.features.reporting.reporters import nobody_left
from orchard_bot.features.unit import Unit

A_WEEK = timedelta(days=7)
SITS = "care.sits"


def on_week(due: Due, unit: Unit) -> None:
    """Once a week each moderator hears how much there was, without what concerns them. A quiet week is not mentioned."""
    community = due.community
    decided = unit.books.cases.decided(community.id, unit.now - A_WEEK)
    waiting = unit.books.cases.waiting(community.id)
    for moderator in community.moderators:
        seen = [case for case in decided if moderator.person not in recused(unit, case)]
        left = [case for case in waiting if moderator.person not in recused(unit, case)]
        if seen or left:
            mine = sum(case.decision is not None and case.decision.moderator == moderator.person for case in seen)
            text = unit.house.words.private(
                "care.week", group=community.name, decided=len(seen), mine=mine, waiting=len(left)
            )
            unit.tell(community.chat.via, moderator.person, text, community=community.id, priority=Priority.REMINDER)


def on_check(due: Due, unit: Unit) -> None:
    """Whom the bot cannot write to the others hear of, at most once a week."""
    community, people = due.community, unit.books.people
    for silent in community.moderators:
        if people.reach(community.chat.via, silent.person) is not False:
            continue
        if first_in(A_WEEK, "care.said", community, str(silent.person), unit):
            for other in _others(community, silent.person):
                text = unit.house.words.private("care.unreachable", name=shown_name(silent.name), group=community.name)
                unit.tell(community.chat.via, other.person, text, community=community.id, priority=Priority.MODERATION)


def on_roll_call(due: Due, unit: Unit) -> None:
    """Somebody who was on the list of moderators is not any more: what they held goes to the others, who hear of it.

    A row among the timers stands for each who is known to have been on it.
    """
    community = due.community
    if community.is_quiet(unit.now):
        return
    known = {row.subject: row for row in unit.books.schedules.upcoming(community.id, SITS)}
    sitting = {str(one.person): one for one in community.moderators}
    for subject in known.keys() - sitting.keys():
        unit.books.schedules.cancel(known[subject].key)
        gone = Moderator(PersonRef.parse(subject), str(known[subject].data["name"]))
        _hand_over(unit, community, gone, off_the_list=True)
        _take_away(unit, community, gone)
    for subject in sitting.keys() - known.keys():
        unit.books.schedules.plan(
            Planned(
                key=f"{SITS}:{community.id}:{subject}",
                kind=SITS,
                community=community.id,
                subject=subject,
                data={"name": sitting[subject].name},
                due=unit.now + FOR_GOOD,
                timezone=community.timezone,
            )
        )


def on_handover(request: Request, unit: Unit) -> None:
    """A moderator would like to stop: what they hold is given back, the others hear, and the rest is said."""
    request.hide_command(unit)
    words, community = unit.house.words, request.community
    mine = community.moderator(request.person)
    if mine is None:
        unit.answer(request, words.private("cases.no-moderator"))
        return
    _hand_over(unit, community, mine)
    unit.answer(request, words.private("care.handover", group=community.name))


def on_left(request: Request, unit: Unit) -> None:
    """A moderator has left the group: nobody waits for them."""
    gone = request.community.moderator(request.person)
    if gone is not None:
        _hand_over(unit, request.community, gone)


def _take_away(unit: Unit, community: Community, gone: Moderator) -> None:
    """What they were shown of open cases is theirs no longer."""
    for case in unit.books.cases.waiting(community.id):
        closed = unit.house.words.private("conflict.closed", number=called(unit, case))
        take_from(unit, case, gone.person, closed)
        if not judges(unit, case):
            nobody_left(unit, case)


def _hand_over(unit: Unit, community: Community, gone: Moderator, *, off_the_list: bool = False) -> None:
    waiting = unit.books.cases.waiting(community.id)
    for case in waiting:
        if case.state is CaseState.CLAIMED and case.holder(unit.now) == gone.person:
            free = case.released(gone.person, unit.now)
            unit.books.cases.save(free)
            update(unit, free, but=gone.person)
    for other in _others(community, gone.person):
        left = sum(other.person not in recused(unit, case) for case in waiting)
        said = {"name": shown_name(gone.name), "group": community.name, "waiting": left}
        words = unit.house.words
        text = words.private("care.taken-off", **said) if off_the_list else words.private("care.handed-over", **said)
        unit.tell(community.chat.via, other.person, text, community=community.id, priority=Priority.MODERATION)
    unit.note(community.id, "handed-over", community.id, by=gone.person)


def _others(community: Community, person: PersonRef) -> list[Moderator]:
    return [one for one in community.moderators if one.person != person]


FEATURE = Feature(
    name="care",
    commands=(Command("handover", on_handover, summary="care.summary", roles=frozenset({Role.MODERATOR})),),
    listens={MemberLeft: on_left},
    timers={"care.week": on_week, "care.check": on_check, "care.roll": on_roll_call, "care.said": over, SITS: over},
    standing={"care.week": "0 9 * * 1", "care.check": "30 17 * * *", "care.roll": "10 * * * *"},
    at_start=("care.roll",),
)
