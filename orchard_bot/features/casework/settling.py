"""The end of a case without a decision: the message is gone or mended, and everybody concerned hears so once."""

from __future__ import annotations

import msgspec

from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.case import Case
from orchard_bot.features.casework.alerts import update
from orchard_bot.features.reporting.reporters import tell_outcome
from orchard_bot.features.unit import Unit

GONE = "report.ended-gone"
CHANGED = "report.ended-changed"
SAYS_REMOVED = "report.ended-says-removed"


def settle(unit: Unit, case: Case, how: str, *, by: PersonRef | None) -> Case:
    """Close ``case`` kindly; ``how`` is the wording key of what the reporters hear."""
    settled = kept_a_while(unit, case.taken_back(unit.now))
    unit.books.cases.save(settled)
    unit.books.schedules.cancel(silence_key(case))
    unit.note(case.community, "case-settled", case.id, by=by)
    update(unit, settled)
    tell_outcome(unit, settled, how)
    return settled


def kept_a_while(unit: Unit, case: Case) -> Case:
    """The same case, its words now forgotten after the time for settled ones."""
    return msgspec.structs.replace(case, evidence_until=unit.now + unit.house.retention.evidence)


def silence_key(case: Case) -> str:
    """The timer that ends the waiting for the poster's answer."""
    return f"report.poster-silent:{case.id}"
