"""``/reminders calendar``: what is to come in every class of mine, as a file for my own calendar, or in words."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b

from orchard_bot.chat.files import Enclosure
from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.community import Community
from orchard_bot.community.reminder import told_at
from orchard_bot.features.feature import Request
from orchard_bot.features.reminding.announced import Announced, Fact, all_announced, has_begun
from orchard_bot.features.reminding.classes import classes_of
from orchard_bot.features.reminding.wishes import Wish, wish_of
from orchard_bot.features.unit import Unit
from orchard_bot.newsletters.calendar_writing import MEDIA_TYPE, Entry, calendar_file, can_write

FILE_NAME = "class-dates.ics"
MOST_IN_WORDS = 30


def on_calendar(request: Request, unit: Unit) -> None:
    """The file, with what to do with it; where files cannot be sent, the same in words."""
    request.hide_command(unit)
    words = unit.house.words
    classes = classes_of(request, unit)
    found = [(one, event) for one in classes for event in all_announced(one, unit)]
    found.sort(key=lambda pair: pair[1].fact.day)
    if not found:
        unit.answer(request, words.private("reminders.calendar-empty"))
        return
    in_words = words.private("reminders.calendar-words", lines=_lines(found, len(classes) > 1, unit))
    if not can_write():  # pragma: no cover - the tests have the library
        unit.answer(request, in_words)
        return
    entries = [_entry(event, community, len(classes) > 1, request.person, unit) for community, event in found]
    data = calendar_file(words.private("reminders.calendar-name").value, entries)
    unit.answer(
        request,
        words.private("reminders.calendar", count=len(entries)),
        file=Enclosure(FILE_NAME, MEDIA_TYPE, data),
        without_file=in_words,
    )


def _entry(found: Announced, community: Community, several: bool, person: PersonRef, unit: Unit) -> Entry:
    fact, words = found.fact, unit.house.words
    title = words.private("reminders.of-class", group=community.name, title=fact.what).value if several else fact.what
    if fact.cancelled:
        title = words.public("remind.called-off", title=title).value
    about = [fact.bring] if fact.bring else []
    about.append(words.private("reminders.calendar-source", source=fact.source, group=community.name).value)
    return Entry(
        uid=f"{blake2b(f'{community.id}/{fact.uid}'.encode(), digest_size=16).hexdigest()}@orchard-bot",
        sequence=found.sequence,
        changed_at=found.changed_at,
        title=title,
        day=fact.day,
        until=fact.until,
        starts=fact.starts,
        ends=fact.ends,
        timezone=community.timezone,
        place=fact.place,
        description="\n\n".join(about),
        cancelled=fact.cancelled,
        remind_at=None if has_begun(fact, community, unit.now) else _rings_at(fact, community, person, unit),
    )


def _rings_at(fact: Fact, community: Community, person: PersonRef, unit: Unit) -> datetime:
    """At the time that this person wants to hear of it."""
    wish = wish_of(person, community, unit) or Wish()
    return told_at(wish.lead, fact.day, community)


def _lines(found: list[tuple[Community, Announced]], several: bool, unit: Unit) -> str:
    words = unit.house.words
    lines = []
    for community, event in found[:MOST_IN_WORDS]:
        title = event.fact.line
        if event.fact.cancelled:
            title = words.public("remind.called-off", title=title).value
        if several:
            title = words.private("reminders.of-class", group=community.name, title=title).value
        lines.append(words.public("remind.post-line", title=title, source=event.fact.source).value)
    if len(found) > MOST_IN_WORDS:
        lines.append(words.private("reminders.more", count=len(found) - MOST_IN_WORDS).value)
    return "\n".join(lines)
