"""A reminder's time has come: post it, move it out of the quiet hours, or leave it and tell who planned it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from orchard_bot.chat.intents import Priority
from orchard_bot.chat.refs import PersonRef
from orchard_bot.chat.text import PrivateText, shortened
from orchard_bot.community.community import Community
from orchard_bot.community.consent import OptIn
from orchard_bot.community.local_time import in_full, next_time_of_day
from orchard_bot.community.reminder import WORTH_POSTING_FOR
from orchard_bot.features.books import Planned
from orchard_bot.features.feature import Due, Outcome
from orchard_bot.features.unit import Unit

POST = "remind.post"
POSTED = "remind.posted"
"""A row that stands for a day: what was posted, by whom, and that the day's share is used."""


def plan_post(community: Community, subject: str, data: Mapping[str, Any], due: datetime, unit: Unit) -> None:
    """Have ``data`` (title, source, by, number and ``at``, when it is meant to be posted) posted at ``due``."""
    unit.books.schedules.plan(
        Planned(
            key=f"{POST}:{subject}:{unit.cause}",
            kind=POST,
            community=community.id,
            subject=subject,
            data=dict(data),
            due=due,
            timezone=community.timezone,
        )
    )


def next_number(community: str, unit: Unit) -> int:
    """The number of the next reminder of this community, for ``/remind cancel``."""
    rows = [*unit.books.schedules.upcoming(community, POST), *unit.books.schedules.upcoming(community, POSTED)]
    return max((int(row.data["number"]) for row in rows), default=0) + 1


def after_quiet_hours(moment: datetime, community: Community) -> datetime:
    """``moment``, or the end of the quiet hours that it falls into."""
    if not community.is_quiet(moment):
        return moment
    return next_time_of_day(moment, community.quiet_hours.end, community.timezone)


def is_full(day: date, community: Community, unit: Unit) -> bool:
    """Whether the posts planned for and made on this local day leave no room for another one."""
    planned = [
        row
        for row in unit.books.schedules.upcoming(community.id, POST)
        if community.local(row.due).date() == day and row.due > unit.now
    ]
    return len(planned) + _posted(day, community, unit) >= community.posts_a_day


def post(due: Due, unit: Unit) -> None:
    """Say it in the group, unless it is too late, too early in the morning, or one too many for the day."""
    community, data = due.community, due.data
    planned = datetime.fromisoformat(data["at"])
    latest = planned + WORTH_POSTING_FOR
    again = after_quiet_hours(unit.now, community)
    if max(unit.now, again) > latest:
        _leave_it(due, unit.house.words.private("remind.too-late", **_about(community, data)), unit)
    elif again > unit.now:
        plan_post(community, due.subject, data, again, unit)
    elif _posted(community.local(unit.now).date(), community, unit) >= community.posts_a_day:
        _leave_it(due, unit.house.words.private("remind.one-too-many", **_about(community, data)), unit)
    else:
        text = unit.house.words.public("remind.post", title=data["title"], source=data["source"])
        unit.say(community.chat, text, origin=POST, subject=due.subject, priority=Priority.REMINDER, expires_at=latest)
        unit.note(community.id, "remind.posted", due.subject, by=PersonRef.parse(data["by"]))
        _remember(due, unit)
        _tell_those_who_asked(community, data, latest, unit)


def on_post(outcome: Outcome, unit: Unit) -> None:
    """Whoever planned it hears when it could not be posted."""
    community = unit.house.communities.get(outcome.subject.partition("/")[0])
    if outcome.delivered or community is None:
        return
    for row in unit.books.schedules.upcoming(community.id, POSTED):
        if row.subject == outcome.subject:
            text = unit.house.words.private("remind.not-posted", why=outcome.why, **_about(community, row.data))
            _tell_maker(community, row.data, text, unit)


def _posted(day: date, community: Community, unit: Unit) -> int:
    rows = unit.books.schedules.upcoming(community.id, POSTED)
    return sum(row.data["day"] == day.isoformat() for row in rows)


def _remember(due: Due, unit: Unit) -> None:
    community = due.community
    unit.books.schedules.plan(
        Planned(
            key=f"{POSTED}:{due.subject}:{unit.now.isoformat()}",
            kind=POSTED,
            community=community.id,
            subject=due.subject,
            data={**due.data, "day": community.local(unit.now).date().isoformat()},
            due=unit.now + timedelta(days=1),
            timezone=community.timezone,
        )
    )


def _tell_those_who_asked(community: Community, data: Mapping[str, Any], latest: datetime, unit: Unit) -> None:
    """The same in private for everybody who said yes to that; so what is called off reaches them as well."""
    text = unit.house.words.private("reminders.private", title=data["title"], source=data["source"])
    for person in unit.books.consents.everyone(community.id, OptIn.REMINDERS):
        unit.tell(
            community.chat.via,
            person,
            text,
            community=community.id,
            priority=Priority.REMINDER,
            expires_at=latest,
        )


def _leave_it(due: Due, text: PrivateText, unit: Unit) -> None:
    unit.note(due.community.id, "remind.skipped", due.subject, by=None)
    _tell_maker(due.community, due.data, text, unit)


def _tell_maker(community: Community, data: Mapping[str, Any], text: PrivateText, unit: Unit) -> None:
    """Whoever planned it, or all moderators where that person is none of them any more."""
    maker = community.moderator(PersonRef.parse(data["by"]))
    for moderator in [maker] if maker else community.moderators:
        unit.tell(community.chat.via, moderator.person, text, community=community.id, priority=Priority.MODERATION)


def _about(community: Community, data: Mapping[str, Any]) -> dict[str, str]:
    when = in_full(community.local(datetime.fromisoformat(data["at"])))
    return {"title": shortened(data["title"], 80), "when": when}
