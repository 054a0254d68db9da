"""From a moderator's words to a planned reminder: in one line or question by question, then a preview, then a yes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from orchard_bot.chat.text import PrivateText
from orchard_bot.community.local_time import Unclear, UnclearTime, day_in_full, in_full, read_moment
from orchard_bot.community.reminder import (
    AsksForAnswer,
    NewsletterItem,
    NoSource,
    SpeaksForSchool,
    UnfitTitle,
    checked_source,
    checked_title,
)
from orchard_bot.features.feature import Request
from orchard_bot.features.reminding.announced import Fact
from orchard_bot.features.reminding.leads import take_up
from orchard_bot.features.reminding.remind_posting import after_quiet_hours, is_full, next_number, plan_post
from orchard_bot.features.unit import Option, Unit

_FIELDS = {"title": "remind.what", "at": "remind.when", "source": "remind.source"}
"""What a reminder needs, with the question for it, in the order of asking."""
_FROM_NEWSLETTER = ("uid", "on", "until", "as_read", "fact")
"""What stays of where it came from, so that a corrected edition finds it again."""

_UNCLEAR = {
    Unclear.UNREADABLE: "remind.time-unreadable",
    Unclear.NO_SUCH_DAY: "remind.time-no-such-day",
    Unclear.NO_SUCH_TIME: "remind.time-no-such-time",
    Unclear.WEEKDAY: "remind.time-weekday",
    Unclear.MORNING_OR_EVENING: "remind.time-morning-or-evening",
    Unclear.PAST: "remind.time-past",
    Unclear.TOO_FAR: "remind.time-too-far",
    Unclear.SKIPPED: "remind.time-skipped",
    Unclear.TWICE: "remind.time-twice",
}


def begin(request: Request, unit: Unit) -> None:
    """``what | when | source`` behind the command; what is missing or unclear is asked for."""
    given = [part.strip() for part in request.args.replace("\n", "|").split("|") if part.strip()]
    draft: dict[str, Any] = {}
    problem: PrivateText | None = None
    if len(given) > len(_FIELDS):
        problem, given = unit.house.words.private("remind.usage"), []
    for field, text in zip(_FIELDS, given, strict=False):
        found = _take(field, draft, text, request, unit)
        problem = problem or found
    _go_on(draft, problem, request, unit)


def take_title(request: Request, unit: Unit) -> None:
    """The answer to: what is it about?"""
    _answered("title", request, unit)


def take_time(request: Request, unit: Unit) -> None:
    """The answer to: when shall it be posted?"""
    _answered("at", request, unit)


def take_source(request: Request, unit: Unit) -> None:
    """The answer to: where in the newsletter was it?"""
    _answered("source", request, unit)


def confirm(request: Request, unit: Unit) -> None:
    """The yes to a preview. Everything is looked at again: it may be an hour old."""
    words, community, draft = unit.house.words, request.community, _draft(request.data)
    if community.moderator(request.person) is None:
        unit.answer(request, words.private("remind.moderators-only"))
        return
    due = after_quiet_hours(datetime.fromisoformat(draft["at"]), community)
    problem = _no_room(due, request, unit)
    if due <= unit.now:
        problem = words.private("remind.time-past")
    if problem is not None:
        del draft["at"]
        _go_on(draft, problem, request, unit)
        return
    number = next_number(community.id, unit)
    subject = f"{community.id}/{number}"
    data = {**draft, "at": due.isoformat(), "by": str(request.person), "number": number}
    fact = data.pop("fact", None)
    plan_post(community, subject, data, due, unit)
    if fact is not None:
        title = draft["title"]
        take_up(replace(msgspec.convert(fact, Fact, strict=False), what=title, line=title), community, unit)
    unit.note(community.id, "remind.planned", subject, by=request.person)
    unit.answer(request, words.private("remind.planned", when=in_full(community.local(due)), number=number))


def discard(request: Request, unit: Unit) -> None:
    """The no to a preview."""
    unit.answer(request, unit.house.words.private("remind.discarded"))


def _take(field: str, draft: dict[str, Any], text: str, request: Request, unit: Unit) -> PrivateText | None:
    """Put what was typed into the draft; what is wrong with it, if anything."""
    words = unit.house.words
    try:
        if field == "title":
            draft[field] = checked_title(text)
        elif field == "source":
            draft[field] = checked_source(text)
        else:
            moment = read_moment(text, unit.now, request.community.timezone)
            problem = _no_room(after_quiet_hours(moment, request.community), request, unit)
            if problem is not None:
                return problem
            draft[field] = moment.isoformat()
    except UnfitTitle:
        return words.private("remind.unfit-title")
    except SpeaksForSchool:
        return words.private("remind.speaks-for-school")
    except AsksForAnswer:
        return words.private("remind.asks-for-answer")
    except NoSource:
        return words.private("remind.no-source")
    except UnclearTime as unclear:
        return words.private(_UNCLEAR[unclear.why])
    return None


def _no_room(due: datetime, request: Request, unit: Unit) -> PrivateText | None:
    if not is_full(due, request.community, unit):
        return None
    day = request.community.local(due).date()
    return unit.house.words.private("remind.day-full", day=day_in_full(day), most=request.community.posts_a_day)


def _answered(field: str, request: Request, unit: Unit) -> None:
    if request.community.moderator(request.person) is None:
        unit.books.dialogs.end(request.account, request.person)
        unit.answer(request, unit.house.words.private("remind.moderators-only"))
        return
    draft = _draft(request.data)
    _go_on(draft, _take(field, draft, request.text, request, unit), request, unit)


def _go_on(draft: dict[str, Any], problem: PrivateText | None, request: Request, unit: Unit) -> None:
    """The next question, with what was wrong with the last answer; when nothing is missing, the preview."""
    missing = next((field for field in _FIELDS if field not in draft), None)
    if missing is not None:
        question = unit.house.words.private(_FIELDS[missing]).value
        text = question if problem is None else f"{problem.value}\n\n{question}"
        unit.ask(request, _FIELDS[missing], draft, PrivateText(text))
        return
    unit.books.dialogs.end(request.account, request.person)
    _preview(draft, request, unit)


def _preview(draft: dict[str, Any], request: Request, unit: Unit) -> None:
    words, community = unit.house.words, request.community
    wanted = datetime.fromisoformat(draft["at"])
    due = after_quiet_hours(wanted, community)
    item = NewsletterItem(title=draft["title"], source=draft["source"], remind_at=due)
    text = words.public("remind.post", title=item.title, source=item.source).value
    parts = [words.private("remind.preview", when=in_full(community.local(due)), text=text).value]
    if due != wanted:
        wish = in_full(community.local(wanted))
        parts.append(words.private("remind.moved", wanted=wish, when=in_full(community.local(due))).value)
    options = [
        Option(words.label("remind.confirm"), "remind.confirm", draft),
        Option(words.label("remind.discard"), "remind.discard"),
    ]
    unit.answer(request, PrivateText("\n\n".join(parts)), options)


def _draft(data: Mapping[str, Any]) -> dict[str, Any]:
    return {field: data[field] for field in (*_FIELDS, *_FROM_NEWSLETTER) if field in data}
