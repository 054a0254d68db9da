"""A reminder's time has come: post it, move it out of the quiet hours, or leave it and tell who planned it.

What is due at the same moment becomes one post. After the event the post is taken out of view, where the platform can.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias

from orchard_bot.chat.intents import EditSaid, Priority, WithdrawOwn
from orchard_bot.chat.refs import PersonRef
from orchard_bot.chat.text import PrivateText, PublicText, shortened
from orchard_bot.community.community import Community
from orchard_bot.community.consent import OptIn
from orchard_bot.community.local_time import in_full, next_time_of_day
from orchard_bot.community.reminder import WORTH_POSTING_FOR, Lead
from orchard_bot.features.books import Planned
from orchard_bot.features.feature import Due, Outcome
from orchard_bot.features.reminding.wishes import read_wish
from orchard_bot.features.unit import Unit

Say: TypeAlias = Callable[[str], PrivateText]
"""The same in each language (``wishes.LANGUAGES``)."""
POST = "remind.post"
POSTED = "remind.posted"
"""A row that stands for what was posted: what it said, under which key, by whom, and that the day's share is used."""
_AS_THE_GROUP = frozenset({Lead.GROUP})
MORNING_AFTER = time(8)
"""When what is over is taken out of view."""


def plan_post(community: Community, subject: str, data: Mapping[str, Any], due: datetime, unit: Unit) -> None:
    """Have ``data`` (title, source, by, number and ``at``, when it is meant to be posted) posted at ``due``.

    What came from a newsletter brings ``uid``, ``on`` and ``until`` (days, ISO 8601) and ``as_read``, its title there.
    """
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


def is_full(at: datetime, community: Community, unit: Unit) -> bool:
    """Whether the posts planned for and made on this local day leave no room for another one at ``at``."""
    day = community.local(at).date()
    rows = unit.books.schedules.upcoming(community.id, POST)
    planned = {row.due for row in rows if community.local(row.due).date() == day and row.due > unit.now}
    return at not in planned and len(planned) + _posted(day, community, unit) >= community.posts_a_day


def post(due: Due, unit: Unit) -> None:
    """Say it in the group, unless it is too late, too early in the morning, or one too many for the day."""
    community, data = due.community, due.data
    if any(row.data.get("key") == _key(due.subject, data) for row in _rows_posted(community, unit)):
        return  # it went out together with another one
    latest = datetime.fromisoformat(data["at"]) + WORTH_POSTING_FOR
    again = after_quiet_hours(unit.now, community)
    if max(unit.now, again) > latest:
        _leave_it(due, unit.house.words.private("remind.too-late", **_about(community, data)), unit)
    elif again > unit.now:
        plan_post(community, due.subject, data, again, unit)
    elif _posted(community.local(unit.now).date(), community, unit) >= community.posts_a_day:
        _leave_it(due, unit.house.words.private("remind.one-too-many", **_about(community, data)), unit)
    else:
        _post_together([(due.subject, data), *_due_as_well(due, unit)], community, latest, unit)


def on_post(outcome: Outcome, unit: Unit) -> None:
    """Whoever planned it hears when it could not be posted."""
    community = unit.house.communities.get(outcome.subject.partition("/")[0])
    if outcome.delivered or community is None:
        return
    for row in _rows_posted(community, unit):
        if row.data["letter"] == outcome.key:
            text = unit.house.words.private("remind.not-posted", why=outcome.why, **_about(community, row.data))
            _tell_maker(community, row.data, text, unit)


def correct(rows: Sequence[Planned], data: Mapping[str, Any], community: Community, unit: Unit) -> None:
    """What was posted says something else now: change it in its place, and tell those who got it in private."""
    words = unit.house.words
    about = {"title": data["title"], "source": data["source"]}
    for row in rows:
        unit.books.schedules.plan(replaced(row, data))
    for letter in {row.data["letter"]: None for row in rows}:
        together = [one.data for one in _rows_posted(community, unit) if one.data["letter"] == letter]
        otherwise = words.public("remind.corrected", **about)
        _change(letter, _public(together, unit), community, unit, otherwise)
    tell_those_who_asked(corrected_words(about, unit), community, unit, leads=_AS_THE_GROUP)


def mark_called_off(rows: Sequence[Planned], title: str, community: Community, unit: Unit) -> None:
    """What was posted is cancelled: its place says so. The group hears of it in a post of its own besides."""
    for row in rows:
        unit.books.schedules.plan(replaced(row, {"title": title, "cancelled": True}))
    for letter in {row.data["letter"]: None for row in rows}:
        together = [one.data for one in _rows_posted(community, unit) if one.data["letter"] == letter]
        _change(letter, _public(together, unit), community, unit, None)


def replaced(row: Planned, data: Mapping[str, Any]) -> Planned:
    """The same row, saying this."""
    return Planned(
        key=row.key,
        kind=row.kind,
        community=row.community,
        subject=row.subject,
        data={**row.data, **data},
        due=row.due,
        timezone=row.timezone,
    )


def withdraw(due: Due, unit: Unit) -> None:
    """It is over. The post goes out of view once all that it announced is, where the bot can do that."""
    community, letter = due.community, due.data.get("letter")
    if letter is None or "until" not in due.data:
        return
    if any(row.data["letter"] == letter and row.subject != due.subject for row in _rows_posted(community, unit)):
        return
    abilities = unit.house.abilities(community.chat)
    if abilities is None or not abilities.withdraw_own.can:
        return
    within = abilities.delete_others_within
    if within is None or unit.now - datetime.fromisoformat(due.data["posted_at"]) < within:
        unit.emit(WithdrawOwn(account=community.chat.via, of=letter, priority=Priority.REMINDER))


def say_and_remember(
    text: PublicText, items: Sequence[tuple[str, Mapping[str, Any]]], community: Community, latest: datetime, unit: Unit
) -> None:
    """Post ``text``; ``items`` (subject and data) are what it is about."""
    letter = unit.say(
        community.chat, text, origin=POST, subject=items[0][0], priority=Priority.REMINDER, expires_at=latest
    )
    for subject, data in items:
        unit.note(community.id, "remind.posted", subject, by=PersonRef.parse(data["by"]) if data["by"] else None)
        _remember(subject, data, letter, community, unit)


def tell_those_who_asked(
    say: Say,
    community: Community,
    unit: Unit,
    latest: datetime | None = None,
    leads: Collection[str] = frozenset(Lead),
) -> None:
    """The same in private for everybody who said yes to that, with one of these leads; each in their language."""
    for person, choice in unit.books.consents.choices(community.id, OptIn.REMINDERS).items():
        wish = read_wish(choice)
        if wish.lead not in leads:
            continue
        unit.tell(
            community.chat.via,
            person,
            say(wish.language),
            community=community.id,
            priority=Priority.REMINDER,
            expires_at=latest,
        )


def _due_as_well(due: Due, unit: Unit) -> list[tuple[str, Mapping[str, Any]]]:
    """What else has come due by now, and is still worth posting: its rows are done with."""
    found: list[tuple[str, Mapping[str, Any]]] = []
    for row in unit.books.schedules.upcoming(due.community.id, POST):
        late = unit.now - datetime.fromisoformat(row.data["at"])
        if row.due <= unit.now and late <= WORTH_POSTING_FOR and row.subject != due.subject:
            unit.books.schedules.cancel(row.key)
            found.append((row.subject, row.data))
    return found


def _post_together(
    items: Sequence[tuple[str, Mapping[str, Any]]], community: Community, latest: datetime, unit: Unit
) -> None:
    together = [data for _, data in items]
    say_and_remember(_public(together, unit), items, community, latest, unit)
    undated = [data for data in together if "uid" not in data]
    # Who chose a time of their own hears of events then (``leads``); what has no day of its own, everybody hears now.
    for told, leads in ((together, _AS_THE_GROUP), (undated, frozenset(Lead) - _AS_THE_GROUP)):
        if told:
            tell_those_who_asked(private_words(told, unit), community, unit, latest, leads)


def private_words(together: Sequence[Mapping[str, Any]], unit: Unit) -> Say:
    """A reminder of these (title and source) for one person; "called_off" says that it does not take place."""
    words = unit.house.words

    def say(language: str) -> PrivateText:
        told = [
            {**data, "title": words.private(f"reminders.called-off-{language}", title=data["title"]).value}
            if data.get("called_off")
            else data
            for data in together
        ]
        if len(told) > 1:
            return words.private(f"reminders.several-{language}", lines=_lines(told, unit))
        return words.private(f"reminders.one-{language}", title=told[0]["title"], source=told[0]["source"])

    return say


def corrected_words(about: Mapping[str, str], unit: Unit) -> Say:
    """What the newsletter has put right (title and source), for one person."""
    title, source = about["title"], about["source"]
    return lambda language: unit.house.words.private(f"reminders.corrected-{language}", title=title, source=source)


def _public(together: Sequence[Mapping[str, Any]], unit: Unit) -> PublicText:
    words = unit.house.words
    if len(together) > 1:
        return words.public("remind.post-several", lines=_lines(together, unit))
    return words.public("remind.post", title=together[0]["title"], source=together[0]["source"])


def _lines(together: Sequence[Mapping[str, Any]], unit: Unit) -> str:
    words = unit.house.words
    return "\n".join(
        words.public("remind.post-line", title=data["title"], source=data["source"]).value for data in together
    )


def _change(letter: str, text: PublicText, community: Community, unit: Unit, otherwise: PublicText | None) -> None:
    unit.emit(EditSaid(chat=community.chat, of=letter, text=text, otherwise=otherwise, priority=Priority.REMINDER))


def _rows_posted(community: Community, unit: Unit) -> list[Planned]:
    return [row for row in unit.books.schedules.upcoming(community.id, POSTED) if "letter" in row.data]


def _posted(day: date, community: Community, unit: Unit) -> int:
    rows = _rows_posted(community, unit)
    return len({row.data["letter"] for row in rows if row.data["day"] == day.isoformat()})


def _key(subject: str, data: Mapping[str, Any]) -> str:
    return f"{subject} {data['at']}"


def _remember(subject: str, data: Mapping[str, Any], letter: str, community: Community, unit: Unit) -> None:
    local = community.local(unit.now)
    until = unit.now + timedelta(days=1)
    if "until" in data:
        morning = datetime.combine(date.fromisoformat(data["until"]) + timedelta(days=1), MORNING_AFTER, local.tzinfo)
        until = max(until, morning)
    unit.books.schedules.plan(
        Planned(
            key=f"{POSTED}:{subject}:{unit.now.isoformat()}",
            kind=POSTED,
            community=community.id,
            subject=subject,
            data={
                **data,
                "day": local.date().isoformat(),
                "posted_at": unit.now.isoformat(),
                "letter": letter,
                "key": _key(subject, data),
            },
            due=until,
            timezone=community.timezone,
        )
    )


def _leave_it(due: Due, text: PrivateText, unit: Unit) -> None:
    unit.note(due.community.id, "remind.skipped", due.subject, by=None)
    _tell_maker(due.community, due.data, text, unit)


def _tell_maker(community: Community, data: Mapping[str, Any], text: PrivateText, unit: Unit) -> None:
    """Whoever planned it, or all moderators where that person is none of them any more."""
    maker = community.moderator(PersonRef.parse(data["by"])) if data["by"] else None
    for moderator in [maker] if maker else community.moderators:
        unit.tell(community.chat.via, moderator.person, text, community=community.id, priority=Priority.MODERATION)


def _about(community: Community, data: Mapping[str, Any]) -> dict[str, str]:
    when = in_full(community.local(datetime.fromisoformat(data["at"])))
    return {"title": shortened(data["title"], 80), "when": when}
