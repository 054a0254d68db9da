"""A moderator decides. Mute and removal are asked about once more; a removal may need two people.

Whether this person may decide this case is looked at again at every press.
"""

from __future__ import annotations

from orchard_bot.chat.intents import Priority
from orchard_bot.chat.text import PrivateText, shown_name
from orchard_bot.community.case import Case
from orchard_bot.community.decision import NEEDS_CONFIRMATION, Verdict
from orchard_bot.features.casework.alerts import update
from orchard_bot.features.casework.bench import case_to_decide
from orchard_bot.features.casework.case_view import able, name_of, view
from orchard_bot.features.casework.casebook import account_of, called, judges, possible, reachable, recused
from orchard_bot.features.casework.second_thoughts import undo_option
from orchard_bot.features.casework.settling import kept_a_while
from orchard_bot.features.casework.verdicts import carry_out, on_act, on_done_by_hand, on_told
from orchard_bot.features.feature import Feature, Request
from orchard_bot.features.learning import offer_to_keep
from orchard_bot.features.reporting.reporters import tell_outcome
from orchard_bot.features.unit import Option, Unit


def on_choose(request: Request, unit: Unit) -> None:
    """One of the options of an alert."""
    case = _decidable(request, unit)
    if case is None:
        return
    verdict = _verdict(request)
    if verdict not in NEEDS_CONFIRMATION:
        _decide(request, unit, case, verdict)
        return
    words, data = unit.house.words, {"case": case.id, "verdict": str(verdict)}
    sure = [
        Option(words.label(f"decisions.confirm-{verdict}"), "decisions.confirm", data),
        Option(words.label("decisions.leave"), "decisions.leave", data),
    ]
    text = words.private(f"decisions.sure-{verdict}", name=shown_name(case.author_name), number=called(unit, case))
    unit.answer(request, text, sure)


def on_confirm(request: Request, unit: Unit) -> None:
    """Yes, mute or remove."""
    case = _decidable(request, unit)
    if case is None:
        return
    if _verdict(request) is Verdict.REMOVE and request.community.confirm_removal_by_two:
        _propose(request, unit, case)
    else:
        _decide(request, unit, case, _verdict(request))


def on_second(request: Request, unit: Unit) -> None:
    """The second moderator agrees to a removal."""
    case = _decidable(request, unit)
    if case is None:
        return
    first = next((one for one in judges(unit, case) if str(one.person) == request.data["by"]), None)
    if first is None or first.person == request.person:
        unit.answer(request, unit.house.words.private("decisions.first-is-gone"))
        return
    _decide(request, unit, case, Verdict.REMOVE)


def on_refuse(request: Request, unit: Unit) -> None:
    """The second moderator does not agree: the first one hears so, and the case stays open."""
    case = _decidable(request, unit)
    if case is None:
        return
    unit.note(case.community, "removal-refused", case.id, by=request.person)
    unit.answer(request, unit.house.words.private("decisions.left"))
    first = next((one for one in judges(unit, case) if str(one.person) == request.data["by"]), None)
    if first is not None:
        name = name_of(unit, case, request.person)
        text = unit.house.words.private("decisions.second-said-no", name=name, number=called(unit, case))
        unit.tell(account_of(unit, case), first.person, text, community=case.community)


def on_leave(request: Request, unit: Unit) -> None:
    """Nothing is done, and the case stays as it was."""
    unit.answer(request, unit.house.words.private("decisions.left"))


def _decide(request: Request, unit: Unit, case: Case, verdict: Verdict) -> None:
    decided = kept_a_while(unit, case.decide(verdict, request.person, unit.now, recused(unit, case)))
    unit.books.cases.save(decided)
    clause = decided.decision.clause if decided.decision else None
    unit.note(case.community, f"decided-{verdict}", case.id, by=request.person, clause=clause)
    carry_out(unit, decided, request.account)
    # As urgent as the word on how it went, so that it comes before that.
    done = f"decisions.done-{verdict}" if able(unit, case, verdict) else "decisions.done-by-hand"
    unit.answer(
        request,
        unit.house.words.private(done, number=called(unit, case)),
        undo_option(unit, decided),
        stays=True,
        lasts=unit.house.retention.evidence,
        priority=Priority.MODERATION,
    )
    offer_to_keep(request, unit, decided)
    update(unit, decided)
    tell_outcome(unit, decided, "report.ended-decided")


def _propose(request: Request, unit: Unit, case: Case) -> None:
    words = unit.house.words
    others = [one for one in judges(unit, case) if one.person != request.person]
    if not others:
        unit.answer(request, words.private("decisions.no-second"))
        return
    if case.holder(unit.now) == request.person:
        # The second must be able to decide what the first has been looking at.
        case = case.released(request.person, unit.now)
        unit.books.cases.save(case)
    unit.note(case.community, "removal-proposed", case.id, by=request.person)
    data = {"case": case.id, "verdict": str(Verdict.REMOVE), "by": str(request.person)}
    options = [
        Option(words.label("decisions.second"), "decisions.second", data),
        Option(words.label("decisions.refuse"), "decisions.refuse", data),
    ]
    asked = words.private("decisions.second", name=name_of(unit, case, request.person)).value
    for other in others:
        text = PrivateText(f"{asked}\n\n{view(unit, case, other.person).value}")
        unit.tell(
            account_of(unit, case),
            other.person,
            text,
            options,
            community=case.community,
            stays=True,
            lasts=unit.house.retention.open_case,
        )
    unit.answer(request, words.private("decisions.second-asked"))


def _decidable(request: Request, unit: Unit) -> Case | None:
    """The case, if this person may give this verdict now; otherwise they have been told why not."""
    case = case_to_decide(request, unit)
    if case is not None and not possible(case, _verdict(request)):
        unit.answer(request, unit.house.words.private("decisions.not-possible"))
        return None
    if case is not None and not reachable(unit, case, _verdict(request)):
        unit.answer(request, unit.house.words.private("decisions.too-soon"))
        return None
    return case


def _verdict(request: Request) -> Verdict:
    return Verdict(str(request.data["verdict"]))


FEATURE = Feature(
    name="decisions",
    actions={
        "decisions.choose": on_choose,
        "decisions.confirm": on_confirm,
        "decisions.second": on_second,
        "decisions.refuse": on_refuse,
        "decisions.leave": on_leave,
        "decisions.by-hand": on_done_by_hand,
    },
    outcomes={"decisions.act": on_act, "decisions.told": on_told},
)
