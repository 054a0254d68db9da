"""``/cases`` and ``/case N`` for moderators: what waits, one case in full, and who is looking at it."""

from __future__ import annotations

from datetime import timedelta

from orchard_bot.chat.text import PrivateText
from orchard_bot.community.case import Case, CaseState
from orchard_bot.community.community import Role
from orchard_bot.features.casework.alerts import update
from orchard_bot.features.casework.bench import case_to_decide, case_to_see
from orchard_bot.features.casework.case_view import clock, further_options, in_full, name_of, options, view
from orchard_bot.features.casework.casebook import called, recused, titles
from orchard_bot.features.feature import Command, Feature, Request
from orchard_bot.features.unit import Option, Unit

ON_ONE_PAGE = 9
LONGEST_NUMBER = 9
"""Digits; no group has had a milliard of cases."""


def on_cases(request: Request, unit: Unit) -> None:
    """The oldest first. What concerns the reader is neither shown nor counted."""
    request.hide_command(unit)
    words = unit.house.words
    if request.community.moderator(request.person) is None:
        unit.answer(request, words.private("cases.no-moderator"))
        return
    waiting = [
        case for case in unit.books.cases.waiting(request.community.id) if request.person not in recused(unit, case)
    ]
    if not waiting:
        unit.answer(request, words.private("cases.none"))
        return
    shown = waiting[:ON_ONE_PAGE]
    lines = [words.private("cases.waiting", count=len(waiting)).value, *(_line(unit, case) for case in shown)]
    if len(waiting) > len(shown):
        lines.append(words.private("cases.more", count=len(waiting) - len(shown)).value)
    choices = [
        Option(words.label("cases.show", number=called(unit, case)), "cases.show", {"case": case.id}) for case in shown
    ]
    unit.answer(request, PrivateText("\n".join(lines)), choices, once=False)


def on_case(request: Request, unit: Unit) -> None:
    """One case in full, by its number."""
    request.hide_command(unit)
    number = request.args.strip().lstrip("#")
    if not (number.isascii() and number.isdecimal()):
        unit.answer(request, unit.house.words.private("cases.which-number"))
        return
    _show(request, unit, f"{request.community.id}/{number if len(number) <= LONGEST_NUMBER else 0}")


def on_show(request: Request, unit: Unit) -> None:
    """One case in full, from the list."""
    _show(request, unit, str(request.data["case"]))


def on_more(request: Request, unit: Unit) -> None:
    """What else can be done with a case."""
    case = case_to_see(request, unit, str(request.data["case"]))
    if case is not None:
        text = unit.house.words.private("cases.further", number=called(unit, case))
        unit.answer(request, text, further_options(unit, case), once=False)


def on_words(request: Request, unit: Unit) -> None:
    """What may be hard to read, for somebody who has chosen to."""
    case = case_to_see(request, unit, str(request.data["case"]))
    if case is not None:
        unit.answer(request, in_full(unit, case))


def on_claim(request: Request, unit: Unit) -> None:
    """I'll look at it: for half an hour nobody else decides it."""
    case = case_to_decide(request, unit)
    if case is None:
        return
    claimed = case.claimed(request.person, unit.now, recused(unit, case))
    unit.books.cases.save(claimed)
    unit.note(case.community, "case-claimed", case.id, by=request.person)
    assert claimed.claim is not None
    text = unit.house.words.private(
        "cases.claimed", number=called(unit, case), until=clock(unit, case, claimed.claim.until)
    )
    release = Option(unit.house.words.label("cases.release"), "cases.release", {"case": case.id})
    unit.answer(request, text, [release], stays=True)
    update(unit, claimed, but=request.person)


def on_release(request: Request, unit: Unit) -> None:
    """Somebody else may have it."""
    case = case_to_decide(request, unit)
    if case is None:
        return
    if case.state is CaseState.CLAIMED and case.holder(unit.now) == request.person:
        case = case.released(request.person, unit.now)
        unit.books.cases.save(case)
        update(unit, case, but=request.person)
    unit.answer(request, unit.house.words.private("cases.released", number=called(unit, case)))


def _show(request: Request, unit: Unit, id: str) -> None:
    case = case_to_see(request, unit, id)
    if case is not None:
        unit.answer(request, view(unit, case, request.person), options(unit, case), once=False)


def _line(unit: Unit, case: Case) -> str:
    words, holder = unit.house.words, case.holder(unit.now)
    held = words.private("cases.line-held", name=name_of(unit, case, holder)).value if holder else ""
    age = _age(unit, unit.now - case.opened_at)
    return words.private("cases.line", number=called(unit, case), title=titles(unit, case), age=age, held=held).value


def _age(unit: Unit, age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    if hours < 1:
        return unit.house.words.private("cases.age-new").value
    if hours < 48:
        return unit.house.words.private("cases.age-hours", count=hours).value
    return unit.house.words.private("cases.age-days", count=hours // 24).value


_MODERATORS = frozenset({Role.MODERATOR})

FEATURE = Feature(
    name="cases",
    commands=(
        Command("cases", on_cases, summary="cases.summary", roles=_MODERATORS),
        Command("case", on_case, summary="cases.summary-one", roles=_MODERATORS),
    ),
    actions={
        "cases.show": on_show,
        "cases.words": on_words,
        "cases.more": on_more,
        "cases.claim": on_claim,
        "cases.release": on_release,
    },
)
