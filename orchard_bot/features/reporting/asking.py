"""The policy's first way: the poster is asked to take the message back. Here the bot asks, without a name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from orchard_bot.chat.intents import Priority
from orchard_bot.chat.text import PrivateText, shortened
from orchard_bot.community.case import LIVE, Case, CaseState
from orchard_bot.features.books import Planned
from orchard_bot.features.casework.alerts import update
from orchard_bot.features.casework.case_view import QUOTE_LIMIT
from orchard_bot.features.casework.casebook import account_of, case_of, clauses_of, community_of
from orchard_bot.features.casework.settling import CHANGED, SAYS_REMOVED, settle, silence_key
from orchard_bot.features.feature import Due, Outcome, Request
from orchard_bot.features.reporting.case_intake import (
    Reporter,
    add_report,
    confide,
    existing,
    hand_over,
    is_safety,
    join_asked,
    open_case,
)
from orchard_bot.features.reporting.matter import Matter
from orchard_bot.features.reporting.reporters import standing
from orchard_bot.features.told import remember
from orchard_bot.features.unit import Option, Unit

PATIENCE = timedelta(hours=2)
PATIENCE_WHEN_UNSAFE = timedelta(minutes=15)
ANSWERS = ("removed", "edit", "fine", "talk")
ASKING_ENDS = timedelta(hours=24)
"""A note that the poster has not seen by then is not worth delivering: the moderators have had it for long."""


def ask_poster(request: Request, unit: Unit, matter: Matter, clause: str | None) -> None:
    """The poster gets a private note that says nothing about who asked; the case waits for them."""
    reporter = Reporter(request.person, request.account)
    known = existing(unit, matter)
    if known is not None and known.state is CaseState.ASKED:
        key = "report.asked-already" if join_asked(unit, known, reporter, matter, clause) else "report.again"
        told = PrivateText(f"{unit.house.words.private(key).value}\n\n{standing(unit, known).value}")
        unit.answer(request, told, priority=Priority.ACKNOWLEDGEMENT)
        return
    if known is not None and known.state in LIVE:
        # The moderators have it before them: asking the poster as well would cross their work.
        taken = confide(unit, request.community, reporter, matter, clause)
        if not taken.nobody:
            text = unit.house.words.private("report.moderators-have-it", code=taken.case.code)
            unit.answer(request, text, priority=Priority.ACKNOWLEDGEMENT)
        return
    case = open_case(
        unit,
        request.community,
        matter,
        clause,
        safety=is_safety(unit, clause),
        state=CaseState.ASKED,
        before=known,
    )
    add_report(unit, case, reporter, matter, clause)
    _ask(unit, case)
    asking = unit.house.words.private("report.asking", code=case.code, wait=_patience(unit, case)[1])
    unit.answer(request, asking, priority=Priority.ACKNOWLEDGEMENT)


def on_poster(outcome: Outcome, unit: Unit) -> None:
    """Whether the note reached the poster. If not, the moderators have the case now, and the reporter knows."""
    case = case_of(unit, outcome.subject)
    if case is None or case.author is None:
        return
    if outcome.delivered:
        unit.note(case.community, "poster-asked", case.id, by=None)
        remember(unit, community_of(unit, case), case.author, "asked", _clause(case), about=case.id)
    elif case.state is CaseState.ASKED:
        _tell_reporters(unit, case, "report.poster-unreached")
        hand_over(unit, case, "poster-unreachable")


def on_answer(request: Request, unit: Unit) -> None:
    """What the poster says to it."""
    case = case_of(unit, str(request.data["case"]))
    answer = str(request.data["answer"])
    if case is None or case.author != request.person or case.state not in LIVE:
        unit.answer(request, unit.house.words.private("report.poster-late"))
        return
    if case.state is CaseState.ASKED and answer == "removed" and not case.safety:
        settle(unit, case, SAYS_REMOVED, by=request.person)
    elif case.state is CaseState.ASKED and answer == "edit":
        # Seen where the platform tells of edits; where it does not, the moderators look when the time is over.
        unit.books.cases.save(case.with_remark("poster-edit"))
    elif case.state is CaseState.ASKED:
        hand_over(unit, case, f"poster-{answer}")
    else:
        told = case.with_remark(f"poster-{answer}")
        unit.books.cases.save(told)
        update(unit, told)
    left = ("removed", "talk") if answer == "edit" else ()
    unit.answer(request, unit.house.words.private(f"report.poster-{answer}"), _answers(unit, case, left))


def on_silent(due: Due, unit: Unit) -> None:
    """The poster had time. A message that was changed meanwhile, and is safe, is left in peace."""
    case = case_of(unit, due.subject)
    if case is None or case.state is not CaseState.ASKED:
        return
    if case.edited and not case.safety:
        settle(unit, case, CHANGED, by=None)
    else:
        hand_over(unit, case, "poster-silent")


def _ask(unit: Unit, case: Case) -> None:
    words, poster = unit.house.words, case.author
    assert poster is not None  # the menu offers this only where there is a poster
    text = words.private(
        "report.to-poster",
        group=community_of(unit, case).name,
        text=shortened(case.evidence, QUOTE_LIMIT),
        reason="\n".join(clause.note for clause in clauses_of(unit, case)) or words.private("report.no-reason").value,
        policy=unit.house.code.label,
    )
    options = _answers(unit, case, ANSWERS)
    unit.tell(
        account_of(unit, case),
        poster,
        text,
        options,
        community=case.community,
        near=community_of(unit, case).chat,
        lasts=ASKING_ENDS,
        origin="report.poster",
        subject=case.id,
        expires_at=unit.now + ASKING_ENDS,
    )
    unit.books.schedules.plan(
        Planned(
            key=silence_key(case),
            kind="report.poster-silent",
            community=case.community,
            subject=case.id,
            data={},
            due=unit.now + _patience(unit, case)[0],
            timezone=community_of(unit, case).timezone,
        )
    )


def _answers(unit: Unit, case: Case, which: Sequence[str]) -> list[Option]:
    return [
        Option(unit.house.words.label(f"report.poster-{one}"), "report.poster-answer", {"case": case.id, "answer": one})
        for one in which
    ]


def _patience(unit: Unit, case: Case) -> tuple[timedelta, str]:
    words = unit.house.words
    if case.safety:
        return PATIENCE_WHEN_UNSAFE, words.private("report.a-quarter").value
    return PATIENCE, words.private("report.two-hours").value


def _tell_reporters(unit: Unit, case: Case, key: str) -> None:
    for report in unit.books.cases.reports(case.id):
        text = unit.house.words.private(key, code=case.code)
        unit.tell(report.account, report.reporter, text, community=case.community, priority=Priority.ACKNOWLEDGEMENT)


def _clause(case: Case) -> str | None:
    return case.clauses[0] if case.clauses else None
