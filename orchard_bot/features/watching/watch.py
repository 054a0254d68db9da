"""The watch: what detectors noticed becomes a kind private note, or a word to the moderators. Nothing more, ever.

In rehearsal the same judgement is only noted down.
"""

from __future__ import annotations

from datetime import timedelta

from orchard_bot.chat.events import MessageDeleted, MessageEdited, MessagePosted
from orchard_bot.chat.text import shortened
from orchard_bot.community.case import LIVE, Case, CaseState
from orchard_bot.community.community import Watch
from orchard_bot.community.consent import OptIn
from orchard_bot.features.books import Sighting
from orchard_bot.features.casework.alerts import alert, update
from orchard_bot.features.casework.case_view import QUOTE_LIMIT
from orchard_bot.features.feature import Feature, Outcome, Request
from orchard_bot.features.pause import over
from orchard_bot.features.reporting.case_intake import hand_over, open_case
from orchard_bot.features.reporting.matter import Matter, bounded
from orchard_bot.features.told import forget, has_been_told, remember
from orchard_bot.features.unit import Unit
from orchard_bot.features.watching.changes import IN_PICTURE, on_deleted, take_in_edit
from orchard_bot.features.watching.heat import KIND as HEATED
from orchard_bot.features.watching.heat import suggest_calm
from orchard_bot.features.watching.judgement import Judgement, Would, judge
from orchard_bot.features.watching.rehearsal import on_digest, plan_digest
from orchard_bot.features.watching.tuning import remark, tuning_of

NOTE_ENDS = timedelta(hours=24)
"""A note about a message of yesterday helps nobody."""


def on_posted(request: Request, unit: Unit) -> None:
    """A message in the group that a detector had something to say about, or a picture that came with it."""
    if request.in_picture:
        _look(request, unit, unit.books.cases.about(request.posted.message))
    elif not request.private and request.observations:
        suggest_calm(request, unit)
        _look(request, unit, unit.books.cases.about(request.posted.message))


def on_edited(request: Request, unit: Unit) -> None:
    """A changed message: its case takes the change in; the new text is looked at like any other."""
    if request.private:
        return
    if request.in_picture:
        on_posted(request, unit)
        return
    case = unit.books.cases.about(request.posted.message)
    if case is not None and case.state in LIVE:
        case = take_in_edit(request, unit, case)
        if case is None:
            return
    if request.observations:
        _look(request, unit, case)


def on_note(outcome: Outcome, unit: Unit) -> None:
    """A note that never arrived was none."""
    if not outcome.delivered and not outcome.waiting:
        forget(unit, outcome.subject)


def _look(request: Request, unit: Unit, known: Case | None) -> None:
    community, event = request.community, request.posted
    if community.watch is Watch.OFF or _approved(known, event):
        return
    notes = OptIn.NOTES in unit.books.consents.given(community.id, event.author)
    tuning = tuning_of(unit, community)
    judgement = judge(unit.house.code, request.observations, notes=notes, impersonal=event.impersonal, tuning=tuning)
    if judgement is None:
        return
    rehearsal = community.watch is Watch.REHEARSAL
    unit.books.cases.add_sighting(
        Sighting(
            community=community.id,
            clause=judgement.clauses[0].id,
            detector=judgement.strongest.detector,
            score=judgement.strongest.score,
            would=judgement.would,
            rehearsal=rehearsal,
            at=unit.now,
        )
    )
    if rehearsal:
        plan_digest(unit, community)
    elif judgement.would is Would.NOTE:
        _note(request, unit, judgement)
    elif judgement.would is Would.ALERT:
        _alert(request, unit, judgement, known)
    elif judgement.would is Would.QUEUE and (known is None or known.state not in LIVE):
        _queue(request, unit, judgement, known)


def _approved(known: Case | None, event: MessagePosted) -> bool:
    """People decide: what a moderator has decided about these very words is not brought up again."""
    return known is not None and known.state is CaseState.DECIDED and known.evidence == bounded(event.text)


def _note(request: Request, unit: Unit, judgement: Judgement) -> None:
    """To the poster alone, at most once for a message, with time to change it before anybody else hears."""
    community, event, clause = request.community, request.posted, judgement.clauses[0]
    about = str(event.message)
    if has_been_told(unit, community, "noted", about):
        return
    key = remember(unit, community, event.author, "noted", clause.id, about=about)
    text = unit.house.words.private(
        "watch.note-picture" if request.in_picture else "watch.note",
        group=community.name,
        text=shortened(event.text, QUOTE_LIMIT),
        reason=judgement.strongest.reason,
        note=clause.note,
        policy=unit.house.code.label,
    )
    unit.tell(
        request.account,
        event.author,
        text,
        community=community.id,
        near=community.chat,
        origin="watch.note",
        subject=key,
        expires_at=unit.now + NOTE_ENDS,
    )


def _queue(request: Request, unit: Unit, judgement: Judgement, known: Case | None) -> None:
    """A case that waits; the evening's digest says that there is something to look at."""
    _open(request, unit, judgement, known, safety=False)
    plan_digest(unit, request.community)


def _open(request: Request, unit: Unit, judgement: Judgement, known: Case | None, *, safety: bool) -> Case:
    return open_case(
        unit,
        request.community,
        _matter(request.posted),
        *(clause.id for clause in judgement.clauses),
        safety=safety,
        before=known,
        remarks=_remarks(request, judgement),
    )


def _alert(request: Request, unit: Unit, judgement: Judgement, known: Case | None) -> None:
    clauses = tuple(clause.id for clause in judgement.clauses)
    if known is None or known.state not in LIVE:
        alert(unit, _open(request, unit, judgement, known, safety=judgement.safety))
        return
    case = known.with_reason(clauses, safety=judgement.safety)
    for one in _remarks(request, judgement):
        case = case.with_remark(one)
    if case.state is CaseState.ASKED:
        hand_over(unit, case)
    elif case != known:
        unit.books.cases.save(case)
        update(unit, case)


def _remarks(request: Request, judgement: Judgement) -> tuple[str, ...]:
    """What moderators are to know besides the message."""
    found = (f"noticed:{judgement.strongest.reason}", remark(judgement.strongest))
    return (*found, IN_PICTURE) if request.in_picture else found


def _matter(event: MessagePosted) -> Matter:
    return Matter(
        message=event.message,
        author=event.author,
        author_name=event.author_name,
        text=bounded(event.text),
        posted_at=event.at,
        impersonal=event.impersonal,
    )


FEATURE = Feature(
    name="watch",
    listens={MessagePosted: on_posted, MessageEdited: on_edited, MessageDeleted: on_deleted},
    outcomes={"watch.note": on_note},
    timers={"watch.digest": on_digest, HEATED: over},
)
