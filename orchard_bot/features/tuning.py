"""``/tuning``: what the watch has learnt from the moderators' verdicts in this group, why, and how to undo it."""

from __future__ import annotations

from orchard_bot.chat.text import PrivateText
from orchard_bot.community.community import Role
from orchard_bot.features.feature import Command, Feature, Request, Where
from orchard_bot.features.pause import over
from orchard_bot.features.unit import Option, Unit
from orchard_bot.features.watching.tuning import KIND, Tuned, forget, tuning_of

MODERATORS = frozenset({Role.MODERATOR})


def on_tuning(request: Request, unit: Unit) -> None:
    """The command: a line for each detector that was tuned."""
    words, learnt = unit.house.words, tuning_of(unit, request.community).learnt
    if not learnt:
        unit.answer(request, words.private("tuning.nothing"))
        return
    lines = [words.private("tuning.intro").value, *(_line(one, unit) for one in learnt)]
    option = Option(words.label("tuning.forget"), "tuning.forget")
    unit.answer(request, PrivateText("\n\n".join(lines)), [option])


def on_forget(request: Request, unit: Unit) -> None:
    """Undo: everything learnt is forgotten."""
    if request.community.moderator(request.person) is None:
        unit.answer(request, unit.house.words.private("cases.no-moderator"))
        return
    forget(unit, request.community)
    unit.note(request.community.id, "tuning-forgotten", request.community.id, by=request.person)
    unit.answer(request, unit.house.words.private("tuning.forgotten"))


def _line(one: Tuned, unit: Unit) -> str:
    spec = unit.house.code.detector(one.detector)
    clause = unit.house.code.clause(spec.clause) if spec else None
    how = (
        "tuning.line-both"
        if one.passes and one.queue_only
        else "tuning.line-passes"
        if one.passes
        else "tuning.line-queue"
    )
    return unit.house.words.private(
        how,
        title=clause.title if clause else one.detector,
        detector=one.detector,
        fine=one.verdicts - one.upheld,
        count=one.verdicts,
        passes=f"{one.passes:.2f}",
    ).value


FEATURE = Feature(
    name="tuning",
    commands=(Command("tuning", on_tuning, summary="tuning.summary", where=Where.PRIVATE, roles=MODERATORS),),
    actions={"tuning.forget": on_forget},
    timers={KIND: over},
)
