"""Those who chose another time than the group's hear of each event then: in private, once, bundled, never at night.

Whoever heard of something hears as well when it is corrected or called off.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from msgspec.structs import replace

from orchard_bot.community.community import Community
from orchard_bot.community.reminder import DAYS_BEFORE, Lead, told_at
from orchard_bot.features.books import Planned
from orchard_bot.features.feature import Due
from orchard_bot.features.reminding.announced import Announced, Fact, announced, has_begun, keep_announced
from orchard_bot.features.reminding.remind_posting import (
    after_quiet_hours,
    corrected_words,
    private_words,
    tell_those_who_asked,
)
from orchard_bot.features.unit import Unit

LEAD = "remind.lead-due"


def take_up(fact: Fact, community: Community, unit: Unit) -> None:
    """A moderator said yes to this, or to what a corrected edition says of it."""
    known = announced(fact.uid, community, unit)
    if known is None and (fact.cancelled or has_begun(fact, community, unit.now)):
        return
    if known is not None and known.fact == fact:
        return
    sequence = 0 if known is None else known.sequence + 1
    told = () if known is None else known.told
    keep_announced(Announced(fact=fact, sequence=sequence, changed_at=unit.now, told=told), community, unit)
    if told and known is not None and (known.fact.line, known.fact.cancelled) != (fact.line, fact.cancelled):
        _say_what_changed(fact, told, community, unit)
    for lead in DAYS_BEFORE:
        if lead.value not in told and not fact.cancelled:
            _plan(fact, lead, community, unit)


def lead_due(due: Due, unit: Unit) -> None:
    """Say it to those who chose this time, with all else that has come due for them."""
    lead, community = Lead(due.data["lead"]), due.community
    again = after_quiet_hours(unit.now, community)
    found = [announced(uid, community, unit) for uid in (due.data["uid"], *_due_as_well(lead, due, unit))]
    current = [one for one in found if one and _is_news(one, lead, community, unit)]
    if again > unit.now:
        for one in current:
            _plan_at(one.fact.uid, lead, again, community, unit)
        return
    if not current:
        return
    for one in current:
        keep_announced(replace(one, told=(*one.told, lead.value)), community, unit)
    latest = min(_begins(one.fact, community) for one in current)
    say = private_words([{"title": one.fact.line, "source": one.fact.source} for one in current], unit)
    tell_those_who_asked(say, community, unit, latest, {lead.value})


def _is_news(one: Announced, lead: Lead, community: Community, unit: Unit) -> bool:
    return not (lead.value in one.told or one.fact.cancelled or has_begun(one.fact, community, unit.now))


def _plan(fact: Fact, lead: Lead, community: Community, unit: Unit) -> None:
    wanted = told_at(lead, fact.day, community)
    at = after_quiet_hours(max(wanted, unit.now + timedelta(minutes=1)), community)
    _plan_at(fact.uid, lead, at, community, unit)


def _plan_at(uid: str, lead: Lead, at: datetime, community: Community, unit: Unit) -> None:
    unit.books.schedules.plan(
        Planned(
            key=f"{LEAD}:{community.id}:{uid}:{lead}",
            kind=LEAD,
            community=community.id,
            subject="",
            data={"uid": uid, "lead": lead.value},
            due=at,
            timezone=community.timezone,
        )
    )


def _due_as_well(lead: Lead, due: Due, unit: Unit) -> list[str]:
    """What else has come due for the same people: its rows are done with."""
    found = []
    for row in unit.books.schedules.upcoming(due.community.id, LEAD):
        if row.due <= unit.now and row.data["lead"] == lead.value and row.data["uid"] != due.data["uid"]:
            unit.books.schedules.cancel(row.key)
            found.append(str(row.data["uid"]))
    return found


def _say_what_changed(fact: Fact, told: Collection[str], community: Community, unit: Unit) -> None:
    about = {"title": fact.line, "source": fact.source}
    say = private_words([{**about, "called_off": True}], unit) if fact.cancelled else corrected_words(about, unit)
    tell_those_who_asked(say, community, unit, leads=told)


def _begins(fact: Fact, community: Community) -> datetime:
    if fact.starts is None:
        return told_at(Lead.MORNING, fact.day, community) + timedelta(hours=12)
    return datetime.combine(fact.day, fact.starts, told_at(Lead.MORNING, fact.day, community).tzinfo)
