"""Standing aside: a moderator says that a case concerns them, and it is no longer theirs to see."""

from __future__ import annotations

from orchard_bot.community.case import CaseState
from orchard_bot.features.casework.alerts import take_from, update
from orchard_bot.features.casework.bench import case_to_see
from orchard_bot.features.casework.casebook import called, judges
from orchard_bot.features.feature import Feature, Request
from orchard_bot.features.reporting.reporters import nobody_left
from orchard_bot.features.unit import Option, Unit


def on_sure(request: Request, unit: Unit) -> None:
    """It cannot be taken back, so it is asked about once more."""
    case = case_to_see(request, unit, str(request.data["case"]))
    if case is not None:
        words, data = unit.house.words, {"case": case.id}
        options = [
            Option(words.label("conflict.yes"), "conflict.declare", data),
            Option(words.label("decisions.leave"), "decisions.leave", data),
        ]
        unit.answer(request, words.private("conflict.sure", number=called(unit, case)), options)


def on_declare(request: Request, unit: Unit) -> None:
    """From now on the case is shown to the others only; where nobody is left, whoever reported it hears so."""
    case = case_to_see(request, unit, str(request.data["case"]))
    if case is None:
        return
    unit.books.cases.add_conflict(case.id, request.person)
    unit.note(case.community, "stood-aside", case.id, by=request.person)
    closed = unit.house.words.private("conflict.closed", number=called(unit, case))
    take_from(unit, case, request.person, closed)
    if case.state is CaseState.CLAIMED and case.holder(unit.now) == request.person:
        case = case.released(request.person, unit.now)
        unit.books.cases.save(case)
    unit.answer(request, unit.house.words.private("conflict.declared", number=called(unit, case)))
    update(unit, case)
    if not judges(unit, case):
        nobody_left(unit, case)


FEATURE = Feature(name="conflict", actions={"conflict.sure": on_sure, "conflict.declare": on_declare})
