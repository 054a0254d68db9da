"""The poster changed a message while the bot was asking them to: those who reported it say whether it is all right now."""

from __future__ import annotations

from orchard_bot.chat.intents import Priority
from orchard_bot.chat.text import shortened
from orchard_bot.community.case import Case, CaseState
from orchard_bot.features.casework.case_view import QUOTE_LIMIT
from orchard_bot.features.casework.casebook import case_of
from orchard_bot.features.casework.settling import CHANGED, settle
from orchard_bot.features.feature import Request
from orchard_bot.features.reporting.case_intake import hand_over
from orchard_bot.features.reporting.reporters import standing
from orchard_bot.features.unit import Option, Unit


def poster_changed_it(unit: Unit, case: Case) -> None:
    """The poster mended the message while they were asked: is it all right now?"""
    words = unit.house.words
    options = [Option(words.label(f"report.{key}"), f"report.{key}", {"case": case.id}) for key in ("mended", "still")]
    for report in unit.books.cases.reports(case.id):
        unit.tell(
            report.account,
            report.reporter,
            words.private("report.poster-changed-it", text=shortened(case.evidence, QUOTE_LIMIT)),
            options,
            community=case.community,
        )


def on_mended(request: Request, unit: Unit) -> None:
    """It is all right now, says somebody who reported it."""
    case = _own_case(request, unit)
    if case is None:
        return
    if len(unit.books.cases.reports(case.id)) == 1 and not case.safety:
        settle(unit, case, CHANGED, by=None)
    else:
        # Others have a say too; the timer decides unless one of them still minds.
        unit.answer(request, unit.house.words.private("report.mended-noted"))


def on_still(request: Request, unit: Unit) -> None:
    """It is not, says somebody who reported it."""
    case = _own_case(request, unit)
    if case is not None:
        hand_over(unit, case, "changed-still")
        text = unit.house.words.private("report.on-its-way", code=case.code)
        unit.answer(request, text, priority=Priority.ACKNOWLEDGEMENT)


def _own_case(request: Request, unit: Unit) -> Case | None:
    case = case_of(unit, str(request.data["case"]))
    mine = case is not None and any(r.reporter == request.person for r in unit.books.cases.reports(case.id))
    if case is not None and mine and case.state is CaseState.ASKED:
        return case
    text = standing(unit, case) if case is not None and mine else unit.house.words.private("report.unknown-code")
    unit.answer(request, text)
    return None
