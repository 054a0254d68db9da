"""Who reported a case: opened by two moderators together, for a reason, written down, and told to whoever it was.

One moderator proposes and gives the reason, another agrees; nobody can do it alone. It is for the few cases in which
somebody has to be protected; everything else goes through ``relay``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from orchard_bot.chat.intents import Priority
from orchard_bot.chat.text import PrivateText
from orchard_bot.community.case import Case
from orchard_bot.community.community import Moderator
from orchard_bot.features.casework.bench import case_to_see
from orchard_bot.features.casework.case_view import name_of
from orchard_bot.features.casework.casebook import account_of, called, judges
from orchard_bot.features.feature import Feature, Request
from orchard_bot.features.reporting.matter import bounded
from orchard_bot.features.unit import Option, Unit

LASTS = timedelta(hours=24)
"""A proposal that nobody has agreed to by then is over."""
REASON_LIMIT = 300


def on_propose(request: Request, unit: Unit) -> None:
    """A moderator asks to know: the reason first."""
    case = _openable(request, unit)
    if case is not None:
        unit.ask(request, "opening.reason", {"case": case.id}, unit.house.words.private("opening.why"))


def on_reason(request: Request, unit: Unit) -> None:
    """The reason goes to the other moderators, who may agree or not."""
    unit.books.dialogs.end(request.account, request.person)
    case = _openable(request, unit)
    if case is None:
        return
    words, reason = unit.house.words, bounded(request.text)[:REASON_LIMIT]
    if not reason:
        unit.answer(request, words.private("relay.words-only"))
        return
    data = {"case": case.id, "by": str(request.person), "reason": reason}
    options = [
        Option(words.label("opening.agree"), "opening.agree", data),
        Option(words.label("opening.refuse"), "opening.refuse", data),
    ]
    for other in judges(unit, case):
        if other.person != request.person:
            name = name_of(unit, case, request.person)
            text = words.private("opening.proposed", name=name, number=called(unit, case), reason=reason)
            _tell(unit, case, other, text, options)
    unit.note(case.community, "opening-proposed", case.id, by=request.person)
    unit.answer(request, words.private("opening.asked"))


def on_agree(request: Request, unit: Unit) -> None:
    """Two agree: both learn who it was, and whoever it was learns that they do, and why."""
    case = case_to_see(request, unit, str(request.data["case"]))
    if case is None:
        return
    words, first = unit.house.words, _first(request, unit, case)
    if first is None:
        unit.answer(request, words.private("decisions.first-is-gone"))
        return
    reports = unit.books.cases.reports(case.id)
    people = ", ".join(str(report.reporter) for report in reports)
    unit.note(case.community, "reporter-opened", case.id, by=first.person)
    unit.note(case.community, "reporter-opened", case.id, by=request.person)
    opened = words.private("opening.opened", number=called(unit, case), people=people)
    _tell(unit, case, first, opened, ())
    unit.answer(request, opened)
    names = (name_of(unit, case, first.person), name_of(unit, case, request.person))
    for report in reports:
        text = words.private(
            "opening.told", code=case.code, first=names[0], second=names[1], reason=str(request.data["reason"])
        )
        unit.tell(report.account, report.reporter, text, community=case.community, priority=Priority.MODERATION)


def on_refuse(request: Request, unit: Unit) -> None:
    """The second moderator does not agree: nothing is opened."""
    case = case_to_see(request, unit, str(request.data["case"]))
    if case is None:
        return
    unit.note(case.community, "opening-refused", case.id, by=request.person)
    unit.answer(request, unit.house.words.private("decisions.left"))
    first = _first(request, unit, case)
    if first is not None:
        name = name_of(unit, case, request.person)
        _tell(unit, case, first, unit.house.words.private("opening.refused", name=name, number=called(unit, case)), ())


def _openable(request: Request, unit: Unit) -> Case | None:
    """The case, if somebody reported it and there are two to open it; otherwise the moderator has been told."""
    case = case_to_see(request, unit, str(request.data["case"]))
    if case is None:
        return None
    if not unit.books.cases.reports(case.id):
        unit.answer(request, unit.house.words.private("relay.nobody", number=called(unit, case)))
        return None
    if len(judges(unit, case)) < 2:
        unit.answer(request, unit.house.words.private("opening.no-second"))
        return None
    return case


def _first(request: Request, unit: Unit, case: Case) -> Moderator | None:
    """Whoever proposed it, if they may still see the case and are somebody else."""
    found = (one for one in judges(unit, case) if str(one.person) == request.data["by"])
    return next((one for one in found if one.person != request.person), None)


def _tell(unit: Unit, case: Case, to: Moderator, text: PrivateText, options: Sequence[Option]) -> None:
    unit.tell(
        account_of(unit, case),
        to.person,
        text,
        options,
        community=case.community,
        stays=True,
        lasts=LASTS,
        priority=Priority.MODERATION,
    )


FEATURE = Feature(
    name="opening",
    actions={"opening.propose": on_propose, "opening.agree": on_agree, "opening.refuse": on_refuse},
    dialogs={"opening.reason": on_reason},
)
