"""Who may sit over a case at this moment: asked again at every press, whatever was offered earlier."""

from __future__ import annotations

from orchard_bot.chat.text import PrivateText
from orchard_bot.community.case import WAITING, Case, CaseState
from orchard_bot.features.casework.case_view import clock, closing, name_of
from orchard_bot.features.casework.casebook import case_of, recused
from orchard_bot.features.feature import Request
from orchard_bot.features.unit import Unit


def case_to_see(request: Request, unit: Unit, id: str) -> Case | None:
    """The case, if this person may see it; otherwise they have been told that there is none."""
    return _case(request, unit, id, when_concerned="cases.none-such")


def case_to_decide(request: Request, unit: Unit) -> Case | None:
    """The case of the option that was pressed, if this person may decide it now; otherwise they know why not."""
    case = _case(request, unit, str(request.data["case"]), when_concerned="cases.concerns-you")
    if case is None:
        return None
    refusal = _refusal(request, unit, case)
    if refusal is not None:
        unit.answer(request, refusal)
        return None
    return case


def _case(request: Request, unit: Unit, id: str, *, when_concerned: str) -> Case | None:
    words = unit.house.words
    if request.community.moderator(request.person) is None:
        unit.answer(request, words.private("cases.no-moderator"))
        return None
    case = case_of(unit, id)
    if case is None or case.state is CaseState.ASKED:  # no moderator is to know of that yet
        unit.answer(request, words.private("cases.none-such"))
        return None
    if request.person in recused(unit, case):
        unit.answer(request, words.private(when_concerned))
        return None
    return case


def _refusal(request: Request, unit: Unit, case: Case) -> PrivateText | None:
    if case.state not in WAITING:
        return closing(unit, case)
    holder = case.holder(unit.now)
    if case.claim is None or holder is None or holder == request.person:
        return None
    return unit.house.words.private(
        "cases.held", name=name_of(unit, case, holder), until=clock(unit, case, case.claim.until)
    )
