"""Second thoughts: a moderator takes a decision back, or its poster asks another moderator to look again.

Taking back clears everything that followed: the mute ends, the step no longer counts, everybody who was told hears so,
and the case waits for a decision again. Whoever made a decision never judges the appeal against it.
"""

from __future__ import annotations

import msgspec

from orchard_bot.chat.intents import Priority, Restrict
from orchard_bot.chat.refs import AccountRef, PersonRef
from orchard_bot.chat.text import PrivateText, shown_name
from orchard_bot.community.case import LIVE, Case
from orchard_bot.community.community import Moderator
from orchard_bot.community.decision import NEEDS_POSTER, Verdict
from orchard_bot.features.casework.alerts import update
from orchard_bot.features.casework.bench import case_to_see
from orchard_bot.features.casework.case_view import name_of, view
from orchard_bot.features.casework.casebook import account_of, called, case_of, community_of, judges, poster
from orchard_bot.features.casework.patience import wait_for_an_answer
from orchard_bot.features.feature import Feature, Outcome, Request
from orchard_bot.features.unit import Option, Unit

TOUCHING = NEEDS_POSTER | {Verdict.DELETE}
"""Verdicts that the poster hears of."""


def appeal_option(unit: Unit, case: Case) -> list[Option]:
    """What a poster may choose under the word on a decision; nothing where they have asked before."""
    if case.appealed_at is not None:
        return []
    return [Option(unit.house.words.label("appeals.ask"), "appeals.ask", {"case": case.id})]


def undo_option(unit: Unit, case: Case) -> list[Option]:
    """What a moderator may choose under the word on their own decision."""
    return [Option(unit.house.words.label("appeals.take-back"), "appeals.take-back", {"case": case.id})]


def on_ask(request: Request, unit: Unit) -> None:
    """The poster asks for another moderator to look again."""
    words, case = unit.house.words, case_of(unit, str(request.data["case"]))
    if case is None or case.decision is None or case.author != request.person or case.appealed_at is not None:
        unit.answer(request, words.private("appeals.too-late"))
        return
    others = _others(unit, case)
    if not others:
        name = name_of(unit, case, case.decision.moderator)
        unit.answer(request, words.private("appeals.nobody", moderator=name))
        return
    appealed = case.appealed(unit.now)
    unit.books.cases.save(appealed)
    unit.note(case.community, "appealed", case.id, by=None, clause=case.decision.clause)
    for moderator in others:
        _put_before(unit, appealed, moderator)
    unit.answer(request, words.private("appeals.asked", moderators=", ".join(shown_name(one.name) for one in others)))


def on_uphold(request: Request, unit: Unit) -> None:
    """The other moderator finds that the decision stands."""
    case = _appealed(request, unit)
    if case is None:
        return
    unit.note(case.community, "appeal-upheld", case.id, by=request.person)
    words, name = unit.house.words, name_of(unit, case, request.person)
    unit.answer(request, words.private("appeals.upheld", number=called(unit, case)))
    _tell_poster(unit, case, words.private("appeals.stands", moderator=name, group=community_of(unit, case).name))
    _tell_decider(unit, case, words.private("appeals.decider-stands", moderator=name, number=called(unit, case)))


def on_overturn(request: Request, unit: Unit) -> None:
    """The other moderator takes the decision back."""
    case = _appealed(request, unit)
    if case is None:
        return
    name = name_of(unit, case, request.person)
    text = unit.house.words.private("appeals.decider-overturned", moderator=name, number=called(unit, case))
    _tell_decider(unit, case, text)
    take_back(unit, case, request.person, request.account)
    unit.answer(request, unit.house.words.private("appeals.taken-back", number=called(unit, case)))


def on_take_back(request: Request, unit: Unit) -> None:
    """Whoever decided has thought better of it."""
    case = case_to_see(request, unit, str(request.data["case"]))
    if case is None:
        return
    if case.decision is None or case.decision.moderator != request.person:
        unit.answer(request, unit.house.words.private("appeals.not-yours"))
        return
    take_back(unit, case, request.person, request.account)
    unit.answer(request, unit.house.words.private("appeals.taken-back", number=called(unit, case)))


def take_back(unit: Unit, case: Case, by: PersonRef, via: AccountRef) -> Case:
    """Undo the decision of ``case`` and all that came of it; it waits for the moderators again."""
    decision = case.decision
    assert decision is not None  # the callers have seen to it
    reopened = case.reopened()
    newer = unit.books.cases.about(case.message) if case.message else None
    if newer is not None and newer.number != case.number and newer.state in LIVE:
        # The same message is before the moderators again in a case of its own: that one is decided.
        reopened = reopened.taken_back(unit.now)
    elif case.evidence:
        reopened = msgspec.structs.replace(reopened, evidence_until=unit.now + unit.house.retention.open_case)
    unit.books.cases.save(reopened)
    unit.note(case.community, f"taken-back-{decision.verdict}", case.id, by=by, clause=decision.clause)
    community, person = community_of(unit, case), poster(case)
    if decision.verdict is Verdict.MUTE and person is not None:
        by_hand = unit.house.words.private("appeals.lift-by-hand", name=shown_name(case.author_name))
        unit.emit(
            Restrict(
                mandate=decision.taken_back(by, via),
                chat=community.chat,
                person=person,
                until=None,
                by_hand=by_hand,
                origin="appeals.lifted",
                subject=case.id,
                priority=Priority.MODERATION,
            )
        )
    if decision.verdict in TOUCHING:
        how = "may-return" if decision.verdict is Verdict.REMOVE else "cleared"
        _tell_poster(unit, case, unit.house.words.private(f"appeals.{how}", group=community.name))
    if decision.verdict is Verdict.REMOVE:
        for moderator in judges(unit, case):
            text = unit.house.words.private(
                "appeals.invite", number=called(unit, case), name=shown_name(case.author_name)
            )
            unit.tell(account_of(unit, case), moderator.person, text, community=case.community)
    update(unit, reopened)
    if reopened.state in LIVE:
        wait_for_an_answer(unit, reopened)
    return reopened


def on_lifted(outcome: Outcome, unit: Unit) -> None:
    """Whether the mute has ended. Where the bot cannot end it, the moderator has been told how to."""
    case = case_of(unit, outcome.subject)
    if case is not None:
        unit.note(case.community, "mute-lifted" if outcome.delivered else "mute-not-lifted", case.id, by=None)


def _others(unit: Unit, case: Case) -> list[Moderator]:
    decider = case.decision.moderator if case.decision else None
    return [one for one in judges(unit, case) if one.person != decider]


def _put_before(unit: Unit, case: Case, moderator: Moderator) -> None:
    words = unit.house.words
    options = [
        Option(words.label("appeals.uphold"), "appeals.uphold", {"case": case.id}),
        Option(words.label("appeals.overturn"), "appeals.overturn", {"case": case.id}),
    ]
    asked = words.private("appeals.please-look", number=called(unit, case)).value
    unit.tell(
        account_of(unit, case),
        moderator.person,
        PrivateText(f"{asked}\n\n{view(unit, case, moderator.person).value}"),
        options,
        community=case.community,
        stays=True,
        lasts=unit.house.retention.evidence,
        priority=Priority.MODERATION,
    )


def _appealed(request: Request, unit: Unit) -> Case | None:
    """The case whose appeal this moderator may judge now; otherwise they have been told why not."""
    case = case_to_see(request, unit, str(request.data["case"]))
    if case is None:
        return None
    if case.appealed_at is None or case.decision is None:
        unit.answer(request, unit.house.words.private("appeals.over", number=called(unit, case)))
        return None
    if case.decision.moderator == request.person:
        unit.answer(request, unit.house.words.private("appeals.own-decision"))
        return None
    return case


def _tell_poster(unit: Unit, case: Case, text: PrivateText) -> None:
    person = poster(case)
    if person is None:
        return
    chat = community_of(unit, case).chat
    unit.tell(account_of(unit, case), person, text, community=case.community, near=chat)


def _tell_decider(unit: Unit, case: Case, text: PrivateText) -> None:
    assert case.decision is not None  # only decided cases are appealed
    if community_of(unit, case).moderator(case.decision.moderator) is not None:
        unit.tell(account_of(unit, case), case.decision.moderator, text, community=case.community)


FEATURE = Feature(
    name="appeals",
    actions={
        "appeals.ask": on_ask,
        "appeals.uphold": on_uphold,
        "appeals.overturn": on_overturn,
        "appeals.take-back": on_take_back,
    },
    outcomes={"appeals.lifted": on_lifted},
)
