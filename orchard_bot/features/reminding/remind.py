"""``/remind`` for moderators: plan a post about something the newsletter announced, list what is planned, cancel it."""

from __future__ import annotations

from orchard_bot.chat.refs import PersonRef
from orchard_bot.chat.text import shortened, shown_name
from orchard_bot.community.community import Role
from orchard_bot.community.local_time import in_full
from orchard_bot.features.books import Planned
from orchard_bot.features.feature import Command, Feature, Request
from orchard_bot.features.reminding.announced import ANNOUNCED, forget_announced, over
from orchard_bot.features.reminding.calendar import on_calendar
from orchard_bot.features.reminding.leads import LEAD, lead_due
from orchard_bot.features.reminding.remind_drafting import begin, confirm, discard, take_source, take_time, take_title
from orchard_bot.features.reminding.remind_posting import POST, POSTED, on_post, post, withdraw
from orchard_bot.features.reminding.upcoming import on_languages, on_lead, on_off, on_reminders, on_show
from orchard_bot.features.reminding.week_ahead import WEEK, week_ahead
from orchard_bot.features.unit import Option, Unit

MOST_OPTIONS = 9


def on_remind(request: Request, unit: Unit) -> None:
    """``/remind``, ``/remind what | when | source``, ``/remind list``, ``/remind cancel 3``."""
    request.hide_command(unit)
    if request.community.moderator(request.person) is None:
        unit.answer(request, unit.house.words.private("remind.moderators-only"))
        return
    first, _, rest = request.args.lower().partition(" ")
    number = rest.strip()
    if first == "cancel" and number.isascii() and number.isdigit():
        _cancel(_numbered(int(number[:9]), request, unit), request, unit)
    elif request.args.lower() in ("list", "cancel"):
        show_list(request, unit)
    else:
        begin(request, unit)


def show_list(request: Request, unit: Unit) -> None:
    """What is planned, next first, each with a way to cancel it."""
    words, community = unit.house.words, request.community
    rows = _planned(request, unit)
    if not rows:
        unit.answer(request, words.private("remind.none"))
        return
    lines = "\n\n".join(
        words.private(
            "remind.line",
            number=row.data["number"],
            when=in_full(community.local(row.due)),
            title=row.data["title"],
            source=row.data["source"],
        ).value
        for row in rows
    )
    options = [
        Option(words.label("remind.cancel", number=row.data["number"]), "remind.cancel", {"key": row.key})
        for row in rows[:MOST_OPTIONS]
    ]
    unit.answer(request, words.private("remind.list", lines=lines), options, once=False)


def on_cancel(request: Request, unit: Unit) -> None:
    """A line of the list was chosen."""
    if request.community.moderator(request.person) is None:
        unit.answer(request, unit.house.words.private("remind.moderators-only"))
        return
    rows = _planned(request, unit)
    _cancel(next((row for row in rows if row.key == request.data["key"]), None), request, unit)


def _cancel(row: Planned | None, request: Request, unit: Unit) -> None:
    words, community = unit.house.words, request.community
    if row is None:
        unit.answer(request, words.private("remind.gone"))
        return
    unit.books.schedules.cancel(row.key)
    _let_go(row, unit)
    unit.note(community.id, "remind.cancelled", row.subject, by=request.person)
    title = shortened(row.data["title"], 80)
    unit.answer(request, words.private("remind.cancelled", title=title))
    maker, canceller = PersonRef.parse(row.data["by"]), community.moderator(request.person)
    if canceller is not None and maker != request.person and community.moderator(maker) is not None:
        text = words.private("remind.cancelled-by-other", title=title, moderator=shown_name(canceller.name))
        unit.tell(community.chat.via, maker, text, community=community.id)


def _let_go(cancelled: Planned, unit: Unit) -> None:
    """With the last of its reminders an event goes from everybody's list, unless the group has heard of it."""
    uid, community = cancelled.data.get("uid"), unit.house.communities[cancelled.community]
    kinds = (POST, POSTED)
    rows = [row for kind in kinds for row in unit.books.schedules.upcoming(community.id, kind)]
    if uid is not None and not any(row.data.get("uid") == uid for row in rows):
        forget_announced(uid, community, unit)


def _numbered(number: int, request: Request, unit: Unit) -> Planned | None:
    return next((row for row in _planned(request, unit) if row.data["number"] == number), None)


def _planned(request: Request, unit: Unit) -> list[Planned]:
    return sorted(unit.books.schedules.upcoming(request.community.id, POST), key=lambda row: row.due)


FEATURE = Feature(
    name="remind",
    commands=(
        Command("remind", on_remind, summary="remind.summary", roles=frozenset({Role.MODERATOR})),
        Command("reminders", on_reminders, summary="reminders.summary"),
    ),
    actions={
        "remind.confirm": confirm,
        "remind.discard": discard,
        "remind.cancel": on_cancel,
        "remind.lead": on_lead,
        "remind.languages": on_languages,
        "remind.off": on_off,
        "remind.show": on_show,
        "remind.calendar": on_calendar,
    },
    dialogs={"remind.what": take_title, "remind.when": take_time, "remind.source": take_source},
    outcomes={POST: on_post},
    timers={POST: post, POSTED: withdraw, WEEK: week_ahead, ANNOUNCED: over, LEAD: lead_due},
)
