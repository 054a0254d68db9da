"""Keeping a text to train the detectors with: only where its poster and a moderator both said yes.

The poster's yes stands (``/join learning``); the moderator's is asked for each text, after the decision. What concerns
somebody's safety is never asked about, nor what went to the school.
"""

from __future__ import annotations

from orchard_bot.chat.events import MessageDeleted, MessageEdited
from orchard_bot.community.case import Case
from orchard_bot.community.consent import OptIn
from orchard_bot.community.decision import Verdict
from orchard_bot.features.books import KeptText
from orchard_bot.features.casework.bench import case_to_see
from orchard_bot.features.feature import Feature, Request
from orchard_bot.features.unit import Option, Unit


def offer_to_keep(request: Request, unit: Unit, case: Case) -> None:
    """Ask the moderator who decided ``case``, where it may be kept at all."""
    if _keepable(unit, case) is not None:
        words = unit.house.words
        option = Option(words.label("learning.keep"), "learning.keep", {"case": case.id})
        unit.answer(request, words.private("learning.offer"), [option])


def on_keep(request: Request, unit: Unit) -> None:
    """The moderator's yes. Whether the poster's still stands is looked at again."""
    case = case_to_see(request, unit, str(request.data["case"]))
    if case is None:
        return
    kept = _keepable(unit, case)
    if kept is None:
        unit.answer(request, unit.house.words.private("learning.too-late"))
        return
    unit.books.kept_texts.keep(kept)
    unit.note(case.community, "kept-to-learn", case.id, by=request.person)
    unit.answer(request, unit.house.words.private("learning.kept"))


def on_changed(request: Request, unit: Unit) -> None:
    """A message that is gone, or reads otherwise now, is nothing to learn from."""
    event = request.event
    assert isinstance(event, MessageEdited | MessageDeleted)
    unit.books.kept_texts.forget_message(event.message)


def _keepable(unit: Unit, case: Case) -> KeptText | None:
    decision, author, message = case.decision, case.author, case.message
    if decision is None or author is None or message is None or not case.evidence:
        return None
    if case.safety or decision.verdict is Verdict.SCHOOL:
        return None
    if OptIn.LEARNING not in unit.books.consents.given(case.community, author):
        return None
    labels = () if decision.verdict is Verdict.DISMISS else case.clauses
    return KeptText(
        community=case.community, message=message, person=author, text=case.evidence, labels=labels, at=unit.now
    )


FEATURE = Feature(
    name="learning",
    actions={"learning.keep": on_keep},
    listens={MessageEdited: on_changed, MessageDeleted: on_changed},
)
