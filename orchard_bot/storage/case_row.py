"""Cases as rows: claim and decision are columns of their case."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from orchard_bot.community.case import Case, CaseState, Claim
from orchard_bot.community.decision import Decision, Verdict

_ALIKE = (
    "community",
    "number",
    "code",
    "opened_at",
    "policy",
    "safety",
    "message",
    "author",
    "author_name",
    "posted_at",
    "evidence",
    "evidence_until",
    "edited",
    "appealed_at",
    "settled_at",
)


def to_row(case: Case) -> dict[str, Any]:
    """The columns of ``tables.cases``."""
    claim, decision = case.claim, case.decision
    return {name: getattr(case, name) for name in _ALIKE} | {
        "clauses": list(case.clauses),
        "remarks": list(case.remarks),
        "state": case.state.value,
        "claimed_by": claim and claim.by,
        "claimed_until": claim and claim.until,
        "verdict": decision and decision.verdict.value,
        "decided_by": decision and decision.moderator,
        "decided_at": decision and decision.at,
        "decided_policy": decision and decision.policy,
        "decided_clause": decision and decision.clause,
    }


def from_row(row: Row[Any]) -> Case:
    """The case that ``to_row`` was given."""
    return Case(
        **{name: getattr(row, name) for name in _ALIKE},
        clauses=tuple(row.clauses),
        remarks=tuple(row.remarks),
        state=CaseState(row.state),
        claim=Claim(row.claimed_by, row.claimed_until) if row.claimed_by else None,
        decision=_decision(row) if row.verdict else None,
    )


def _decision(row: Row[Any]) -> Decision:
    return Decision(
        case=f"{row.community}/{row.number}",
        verdict=Verdict(row.verdict),
        moderator=row.decided_by,
        at=row.decided_at,
        policy=row.decided_policy,
        clause=row.decided_clause,
    )


def case_key(case: str) -> dict[str, Any]:
    """Community and number from a case id. Raises ValueError where it is none."""
    community, _, number = case.rpartition("/")
    return {"community": community, "number": int(number)}
