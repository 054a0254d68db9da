"""The poster edits or deletes a message that has a case: it ends kindly where nothing is left to decide.

See docs/decisions/0003-edits-and-deletions.md.
"""

from __future__ import annotations

import msgspec

from orchard_bot.chat.events import MessageDeleted
from orchard_bot.community.case import LIVE, Case, CaseState
from orchard_bot.community.community import Watch
from orchard_bot.features.casework.alerts import update
from orchard_bot.features.casework.settling import CHANGED, GONE, settle
from orchard_bot.features.feature import Request
from orchard_bot.features.reporting.case_intake import hand_over
from orchard_bot.features.reporting.matter import bounded
from orchard_bot.features.reporting.mending import poster_changed_it
from orchard_bot.features.unit import Unit

IN_PICTURE = "in-picture"
"""The remark in a case that what was noticed stands in a picture, which a change of the words below it leaves alone."""


def take_in_edit(request: Request, unit: Unit, case: Case) -> Case | None:
    """Bring a live case up to date with the new text. None where that was the end of it, or nothing has changed."""
    text = bounded(request.posted.text)
    if text == case.evidence:
        return None
    first_change, changed = not case.edited, case.changed(text)
    if _nothing_left(request, unit, changed):
        settle(unit, changed, CHANGED, by=request.person)
        return None
    unit.books.cases.save(changed)
    if changed.state is not CaseState.ASKED:
        update(unit, changed)
    elif first_change:
        poster_changed_it(unit, changed)
    return changed


def on_deleted(request: Request, unit: Unit) -> None:
    """The message is gone. What concerned somebody's safety stays with the moderators all the same."""
    assert isinstance(request.event, MessageDeleted)
    case = unit.books.cases.about(request.event.message)
    if case is None or case.state not in LIVE:
        return
    if not case.safety:
        settle(unit, case, GONE, by=request.event.by)
        return
    gone = msgspec.structs.replace(case.with_remark("original-gone"), message=None)
    if case.state is CaseState.ASKED:
        hand_over(unit, gone)
    else:
        unit.books.cases.save(gone)
        update(unit, gone)


def _nothing_left(request: Request, unit: Unit, case: Case) -> bool:
    """Nobody reported it, and the watch, still watching, sees nothing any more, in a picture either."""
    watched = request.community.watch is Watch.LIVE and not (IN_PICTURE in case.remarks and request.posted.attachments)
    return watched and not case.safety and not request.observations and not unit.books.cases.reports(case.id)
