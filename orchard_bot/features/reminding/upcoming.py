"""``/reminders`` for everybody in the group: what comes next, and whether and when I hear of it in my private chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from orchard_bot.chat.text import shortened
from orchard_bot.community.community import Community, Role
from orchard_bot.community.consent import Consent, OptIn
from orchard_bot.community.local_time import in_full
from orchard_bot.community.reminder import Lead
from orchard_bot.features.feature import Request
from orchard_bot.features.joining.consent import on_leave
from orchard_bot.features.reminding.calendar import on_calendar
from orchard_bot.features.reminding.classes import classes_of
from orchard_bot.features.reminding.remind_posting import POST
from orchard_bot.features.reminding.wishes import ENGLISH, LANGUAGES, Wish, language_called, wish_of
from orchard_bot.features.unit import Option, Unit

MOST_SHOWN = 10
MOST_CLASSES = 4
"""Other classes that are offered below the list."""
_TYPED = {
    "evening": Lead.GROUP,
    "evening before": Lead.GROUP,
    "morning": Lead.MORNING,
    "two days": Lead.TWO_DAYS,
    "two-days": Lead.TWO_DAYS,
    "week": Lead.WEEK,
}


def on_reminders(request: Request, unit: Unit) -> None:
    """``/reminders``, ``/reminders on``, ``/reminders on morning``, ``… on polish``, ``… off``, ``/reminders calendar``."""
    wanted, _, rest = request.args.strip().lower().partition(" ")
    if wanted == "calendar":
        on_calendar(request, unit)
    elif wanted == "off":
        on_leave(replace(request, args=OptIn.REMINDERS.value), unit)
    elif wanted == "on":
        request.hide_command(unit)
        _choose(_typed(rest, _wish(request, unit) or Wish()), request, unit)
    else:
        request.hide_command(unit)
        _show(request, unit)


def on_show(request: Request, unit: Unit) -> None:
    """The same for another class of theirs."""
    found = next((one for one in _others(request, unit) if one.id == request.data["class"]), None)
    if found is None:
        unit.answer(request, unit.house.words.private("consent.not-in-the-group"))
    else:
        _show(replace(request, community=found), unit)


def on_lead(request: Request, unit: Unit) -> None:
    """A time or a language was chosen: that is a yes as well."""
    if request.role is Role.STRANGER:
        unit.answer(request, unit.house.words.private("consent.not-in-the-group"))
        return
    wish = _wish(request, unit) or Wish()
    _choose(Wish(Lead(request.data.get("lead", wish.lead)), request.data.get("language", wish.language)), request, unit)


def on_languages(request: Request, unit: Unit) -> None:
    """In which languages there are reminders."""
    options = [Option(name, "remind.lead", {"language": code}) for code, name in LANGUAGES.items()]
    unit.answer(request, unit.house.words.private("reminders.languages"), options)


def _typed(words: str, before: Wish) -> Wish:
    """A time or a language behind ``/reminders on``; what is neither changes nothing."""
    lead, language = _TYPED.get(words.strip()), language_called(words)
    return Wish(before.lead if lead is None else lead, language or before.language)


def on_off(request: Request, unit: Unit) -> None:
    """No more of them."""
    on_leave(replace(request, args=OptIn.REMINDERS.value), unit)


def _choose(wish: Wish, request: Request, unit: Unit) -> None:
    community, words = request.community, unit.house.words
    if OptIn.REMINDERS not in unit.books.consents.given(community.id, request.person):
        unit.note(community.id, "consent.given", OptIn.REMINDERS.value, by=request.person)
    unit.books.consents.give(
        Consent(
            person=request.person,
            community=community.id,
            to=OptIn.REMINDERS,
            given_at=unit.now,
            policy=unit.house.code.version,
            choice=str(wish),
        )
    )
    text = words.private("reminders.chosen", group=community.name, when=_when(wish, unit))
    unit.answer(request, text, _options(wish, _others(request, unit), request, unit), once=False)


def _when(wish: Wish, unit: Unit) -> str:
    words = unit.house.words
    when = {
        Lead.GROUP: words.private("reminders.when-group"),
        Lead.MORNING: words.private("reminders.when-morning"),
        Lead.TWO_DAYS: words.private("reminders.when-two-days"),
        Lead.WEEK: words.private("reminders.when-week"),
    }[wish.lead].value
    if wish.language == ENGLISH:
        return when
    return words.private("reminders.in-language", when=when, language=LANGUAGES[wish.language]).value


def _show(request: Request, unit: Unit) -> None:
    words, community = unit.house.words, request.community
    wish = _wish(request, unit)
    if wish is None:
        on = words.private("reminders.is-off").value
    else:
        on = words.private("reminders.is-on", when=_when(wish, unit)).value
    others = _others(request, unit)
    text = words.private("reminders.list", lines=_lines(request, unit), on=on)
    if others:
        text = words.private("reminders.list-of", group=community.name, list=text.value)
    unit.answer(request, text, _options(wish, others, request, unit), once=False)


def _wish(request: Request, unit: Unit) -> Wish | None:
    return wish_of(request.person, request.community, unit)


def _options(wish: Wish | None, others: Sequence[Community], request: Request, unit: Unit) -> list[Option]:
    words = unit.house.words
    labels = {
        Lead.GROUP: words.label("reminders.lead-group"),
        Lead.MORNING: words.label("reminders.lead-morning"),
        Lead.TWO_DAYS: words.label("reminders.lead-two-days"),
        Lead.WEEK: words.label("reminders.lead-week"),
    }
    if request.role is Role.STRANGER:
        return []
    options = [
        Option(label, "remind.lead", {"lead": lead.value})
        for lead, label in labels.items()
        if wish is None or lead != wish.lead
    ]
    if wish is not None:
        options.append(Option(words.label("reminders.languages"), "remind.languages"))
        options.append(Option(words.label("reminders.off"), "remind.off"))
    options.append(Option(words.label("reminders.calendar"), "remind.calendar"))
    options += [
        Option(words.label("reminders.class", group=shortened(one.name, 30)), "remind.show", {"class": one.id})
        for one in others[:MOST_CLASSES]
    ]
    return options


def _others(request: Request, unit: Unit) -> list[Community]:
    return [one for one in classes_of(request, unit) if one.id != request.community.id]


def _lines(request: Request, unit: Unit) -> str:
    words, community = unit.house.words, request.community
    rows = unit.books.schedules.upcoming(community.id, POST)
    lines = [
        words.private(
            "reminders.line",
            when=in_full(community.local(row.due)),
            title=row.data["title"],
            source=row.data["source"],
        ).value
        for row in rows[:MOST_SHOWN]
    ]
    if len(rows) > MOST_SHOWN:
        lines.append(words.private("reminders.more", count=len(rows) - MOST_SHOWN).value)
    return "\n\n".join(lines or [words.private("reminders.none").value])
