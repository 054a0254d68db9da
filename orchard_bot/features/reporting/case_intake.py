"""From a matter to its case: one message, one case, however many people report it."""

from __future__ import annotations

from msgspec import Struct

from orchard_bot.chat.refs import AccountRef, PersonRef
from orchard_bot.community.case import LIVE, Case, CaseState
from orchard_bot.community.community import Community
from orchard_bot.features.books import Report
from orchard_bot.features.casework.alerts import alert, take_from, update
from orchard_bot.features.casework.casebook import IMPERSONAL, called, judges
from orchard_bot.features.casework.settling import silence_key
from orchard_bot.features.reporting.matter import Matter
from orchard_bot.features.reporting.reporters import nobody_left
from orchard_bot.features.unit import Unit


class Reporter(Struct, frozen=True):
    """Who reports, and through which account they can be told."""

    person: PersonRef
    account: AccountRef


class Taken(Struct, frozen=True):
    """What became of a report."""

    case: Case
    again: bool = False
    """This person had reported it before, and nothing has changed."""
    nobody: bool = False
    """No moderator is left who may see it."""


def confide(
    unit: Unit, community: Community, reporter: Reporter, matter: Matter, clause: str | None, *, safety: bool = False
) -> Taken:
    """Give the matter to the moderators in confidence: a new case, or one more report of the one there is."""
    serious = safety or is_safety(unit, clause)
    known = existing(unit, matter)
    if known is None or known.state not in LIVE:
        if known is not None and _has_been_decided_for(unit, known, reporter, matter):
            return Taken(known, again=True)
        case = open_case(unit, community, matter, clause, safety=serious, before=known)
        add_report(unit, case, reporter, matter, clause)
        return Taken(case, nobody=not alert(unit, case))
    added = add_report(unit, known, reporter, matter, clause)
    if not added and known.state is not CaseState.ASKED:
        return Taken(known, again=True)
    return _joined(unit, known.with_reason(_tuple(clause), safety=serious), reporter)


def join_asked(unit: Unit, case: Case, reporter: Reporter, matter: Matter, clause: str | None) -> bool:
    """One more person reports what the poster has been asked about already; False where they had done so before."""
    added = add_report(unit, case, reporter, matter, clause)
    unit.books.cases.save(case.with_reason(_tuple(clause), safety=is_safety(unit, clause)))
    return added


def open_case(
    unit: Unit,
    community: Community,
    matter: Matter,
    *clauses: str | None,
    safety: bool,
    state: CaseState = CaseState.OPEN,
    before: Case | None = None,
    remarks: tuple[str, ...] = (),
) -> Case:
    """A new case about ``matter``; its words are kept no longer than the house allows."""
    if matter.impersonal:
        remarks = (IMPERSONAL, *remarks)
    if before is not None:
        remarks = (*remarks, f"before:{before.number}")
    case = unit.books.cases.open(
        Case(
            community=community.id,
            number=0,  # the book gives number and code
            code="",
            opened_at=unit.now,
            policy=unit.house.code.version,
            clauses=tuple(clause for clause in clauses if clause),
            safety=safety,
            message=matter.message,
            author=matter.author,
            author_name=matter.author_name,
            posted_at=matter.posted_at,
            evidence=matter.text,
            evidence_until=unit.now + unit.house.retention.open_case,
            remarks=remarks,
            state=state,
        )
    )
    unit.note(community.id, "case-opened", case.id, by=None, clause=next(iter(case.clauses), None))
    return case


def hand_over(unit: Unit, case: Case, *remarks: str) -> Case:
    """The poster was asked and that was not enough: the moderators hear of it."""
    for remark in remarks:
        case = case.with_remark(remark)
    handed = case.handed_to_moderators()
    unit.books.cases.save(handed)
    unit.books.schedules.cancel(silence_key(case))
    unit.note(case.community, "case-handed-over", case.id, by=None)
    alert(unit, handed)
    return handed


def add_report(unit: Unit, case: Case, reporter: Reporter, matter: Matter, clause: str | None) -> bool:
    """Note who reported the case; False where they had done so before."""
    return unit.books.cases.add_report(
        Report(
            case=case.id,
            reporter=reporter.person,
            account=reporter.account,
            at=unit.now,
            clause=clause,
            note=matter.words,
        )
    )


def existing(unit: Unit, matter: Matter) -> Case | None:
    """The newest case about the same message."""
    return unit.books.cases.about(matter.message) if matter.message else None


def is_safety(unit: Unit, clause: str | None) -> bool:
    """Whether a child or a family may be at risk where this clause is concerned."""
    found = unit.house.code.clause(clause) if clause else None
    return found is not None and found.safety


def _joined(unit: Unit, case: Case, reporter: Reporter) -> Taken:
    aside = unit.house.words.private("alerts.stand-aside", number=called(unit, case))
    take_from(unit, case, reporter.person, aside)
    if case.state is CaseState.ASKED:
        handed = hand_over(unit, case)
        return Taken(handed, nobody=not judges(unit, handed))
    if case.holder(unit.now) == reporter.person:
        # Who reports a case no longer looks at it.
        case = case.released(reporter.person, unit.now)
    unit.books.cases.save(case)
    update(unit, case)
    left = bool(judges(unit, case))
    if not left:
        nobody_left(unit, case)
    return Taken(case, nobody=not left)


def _has_been_decided_for(unit: Unit, case: Case, reporter: Reporter, matter: Matter) -> bool:
    mine = any(report.reporter == reporter.person for report in unit.books.cases.reports(case.id))
    return mine and case.state is CaseState.DECIDED and matter.text == case.evidence


def _tuple(clause: str | None) -> tuple[str, ...]:
    return (clause,) if clause else ()
