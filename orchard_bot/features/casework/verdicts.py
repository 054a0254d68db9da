"""Carrying out what a moderator decided, and hearing whether it worked.

Only what is proven counts: the poster is told of an act after it has happened, and the moderator hears of everything
that did not work.
"""

from __future__ import annotations

from typing import assert_never

from orchard_bot.chat.intents import DeleteMessage, Intent, Priority, Remove, Restrict
from orchard_bot.chat.refs import AccountRef
from orchard_bot.chat.text import PrivateText, shortened, shown_name
from orchard_bot.community.case import Case
from orchard_bot.community.decision import MUTE_FOR, Decision, Verdict
from orchard_bot.features.casework.case_view import QUOTE_LIMIT, name_of
from orchard_bot.features.casework.casebook import (
    account_of,
    called,
    case_of,
    clauses_of,
    community_of,
    poster,
    time_of,
)
from orchard_bot.features.casework.second_thoughts import appeal_option
from orchard_bot.features.feature import Outcome, Request
from orchard_bot.features.reporting.school_route import school_route
from orchard_bot.features.unit import Option, Unit

_ACTS = frozenset({Verdict.DELETE, Verdict.MUTE, Verdict.REMOVE})


def carry_out(unit: Unit, case: Case, via: AccountRef) -> None:
    """What follows from the decision of ``case``. ``via`` is where the moderator is told how it went."""
    decision = _decision(case)
    match decision.verdict:
        case Verdict.DISMISS:
            pass  # remembered as approved: the watch leaves the message alone
        case Verdict.SCHOOL:
            route = school_route(unit.house.code, unit.house.words)
            text = unit.house.words.private("decisions.school-pointer", school=route)
            unit.tell(via, decision.moderator, text, community=case.community, priority=Priority.MODERATION)
        case Verdict.NOTE | Verdict.ASK | Verdict.WARN:
            tell_poster(unit, case)
        case Verdict.DELETE | Verdict.MUTE | Verdict.REMOVE:
            unit.emit(_act(unit, case, decision, via))
        case unknown:
            assert_never(unknown)


def tell_poster(unit: Unit, case: Case) -> None:
    """Why, with the guideline and the version of the code, and whom to talk to. Never who reported it."""
    decision, reader = _decision(case), poster(case)
    if reader is None:
        return
    words, community = unit.house.words, community_of(unit, case)
    quoted = shortened(case.evidence, QUOTE_LIMIT)
    message = words.private(
        "decisions.your-message" if quoted else "decisions.your-wordless-message",
        text=quoted,
        time=time_of(community, case),
    )
    clauses = clauses_of(unit, case)
    # A clause's note asks the poster to mend it: where something has been done already, its plain text says why.
    reasons = [clause.text if decision.verdict in _ACTS else clause.note for clause in clauses]
    text = words.private(
        f"decisions.tell-{decision.verdict}",
        group=community.name,
        message=message.value,
        reason="\n".join(reasons) or words.private("report.no-reason").value,
        policy=unit.house.code.label,
        moderator=name_of(unit, case, decision.moderator),
        until=f"{community.local(decision.at + MUTE_FOR):%A, %H:%M}",
    )
    unit.tell(
        account_of(unit, case),
        reader,
        text,
        appeal_option(unit, case),
        community=case.community,
        near=community.chat,
        stays=True,
        lasts=unit.house.retention.evidence,
        origin="decisions.told",
        subject=case.id,
        priority=Priority.MODERATION,
    )


def on_act(outcome: Outcome, unit: Unit) -> None:
    """A deletion, a mute or a removal has happened, or not."""
    case = case_of(unit, outcome.subject)
    if case is None or case.decision is None:
        return
    words, verdict = unit.house.words, case.decision.verdict
    if outcome.delivered:
        unit.note(case.community, f"carried-out-{verdict}", case.id, by=case.decision.moderator)
        _tell_moderator(unit, case, words.private(f"decisions.worked-{verdict}", number=called(unit, case)))
        tell_poster(unit, case)
        return
    unit.note(case.community, f"failed-{verdict}", case.id, by=case.decision.moderator)
    by_hand = Option(words.label("decisions.by-hand"), "decisions.by-hand", {"case": case.id})
    text = words.private("decisions.did-not-work", number=called(unit, case), why=outcome.why)
    _tell_moderator(unit, case, text, by_hand)


def on_done_by_hand(request: Request, unit: Unit) -> None:
    """The moderator did it themselves: now the poster hears why."""
    case = case_of(unit, str(request.data["case"]))
    if case is None or case.decision is None or request.community.moderator(request.person) is None:
        unit.answer(request, unit.house.words.private("cases.none-such"))
        return
    unit.note(case.community, f"by-hand-{case.decision.verdict}", case.id, by=request.person)
    unit.answer(request, unit.house.words.private("decisions.thank-you"))
    tell_poster(unit, case)


def on_told(outcome: Outcome, unit: Unit) -> None:
    """Whether the poster has been told. A note that did not arrive is no note."""
    case = case_of(unit, outcome.subject)
    if case is None or case.decision is None:
        return
    if outcome.delivered:
        unit.note(case.community, "poster-told", case.id, by=None, clause=case.decision.clause)
        return
    key = "decisions.note-waits" if outcome.waiting else "decisions.note-lost"
    name = shown_name(case.author_name)
    _tell_moderator(unit, case, unit.house.words.private(key, number=called(unit, case), name=name, why=outcome.why))


def _act(unit: Unit, case: Case, decision: Decision, via: AccountRef) -> Intent:
    community, author = community_of(unit, case), case.author
    assert author is not None  # casebook.possible has seen to it
    mandate, by_hand = decision.mandate(via), _by_hand(unit, case, decision)
    if decision.verdict is Verdict.DELETE:
        assert case.message is not None  # as before
        return DeleteMessage(
            mandate=mandate,
            message=case.message,
            author=author,
            posted_at=case.posted_at or case.opened_at,
            by_hand=by_hand,
            origin="decisions.act",
            subject=case.id,
            priority=Priority.MODERATION,
        )
    if decision.verdict is Verdict.MUTE:
        return Restrict(
            mandate=mandate,
            chat=community.chat,
            person=author,
            until=decision.at + MUTE_FOR,
            by_hand=by_hand,
            origin="decisions.act",
            subject=case.id,
            priority=Priority.MODERATION,
        )
    return Remove(
        mandate=mandate,
        chat=community.chat,
        person=author,
        by_hand=by_hand,
        origin="decisions.act",
        subject=case.id,
        priority=Priority.MODERATION,
    )


def _by_hand(unit: Unit, case: Case, decision: Decision) -> PrivateText:
    return unit.house.words.private(
        f"decisions.by-hand-{decision.verdict}",
        name=shown_name(case.author_name),
        time=time_of(community_of(unit, case), case),
        text=shortened(case.evidence, QUOTE_LIMIT),
    )


def _tell_moderator(unit: Unit, case: Case, text: PrivateText, *options: Option) -> None:
    unit.tell(
        account_of(unit, case),
        _decision(case).moderator,
        text,
        options,
        community=case.community,
        stays=True,
        lasts=unit.house.retention.evidence,
        priority=Priority.MODERATION,
    )


def _decision(case: Case) -> Decision:
    assert case.decision is not None  # only decided cases come here
    return case.decision
