"""``/check``: a parent sees what the detectors would make of a draft, in private. Nothing of it is kept."""

from __future__ import annotations

from orchard_bot.chat.text import PrivateText, shortened
from orchard_bot.community.consent import OptIn
from orchard_bot.detectors.observation import Observation
from orchard_bot.features.feature import Command, Feature, Request, Where
from orchard_bot.features.unit import Unit
from orchard_bot.features.watching.judgement import Would, judge
from orchard_bot.features.watching.tuning import tuning_of

QUOTE_LIMIT = 60
MOST_LINES = 6


def on_check(request: Request, unit: Unit) -> None:
    """The command with a draft behind it."""
    words = unit.house.words
    if not request.args.strip():
        unit.answer(request, words.private("check.how"))
    elif not request.examined:
        unit.answer(request, words.private("check.again"))
    else:
        unit.answer(request, _answer(request, unit))


def _answer(request: Request, unit: Unit) -> PrivateText:
    words = unit.house.words
    notes = OptIn.NOTES in unit.books.consents.given(request.community.id, request.person)
    tuning, seen = tuning_of(unit, request.community), request.observations
    posted = judge(unit.house.code, seen, notes=notes, impersonal=False, tuning=tuning)
    judgement = posted or judge(unit.house.code, seen, notes=notes, impersonal=False, tuning=tuning, asked=True)
    if judgement is None:
        return words.private("check.nothing")
    by_clause: dict[str, Observation] = {}
    for one in sorted(request.observations, key=lambda one: one.score, reverse=True):
        by_clause.setdefault(one.clause, one)
    lines = [words.private("check.found" if posted else "check.closer").value]
    for clause in judgement.clauses[:MOST_LINES]:
        best = by_clause[clause.id]
        quote = shortened(request.args[slice(*best.span)].strip(), QUOTE_LIMIT)
        lines.append(words.private("check.line", title=clause.title, reason=best.reason, quote=quote).value)
    if posted:
        lines.append(words.private(f"check.would-{Would(posted.would)}").value)
    lines.append(words.private("check.end").value)
    return PrivateText("\n\n".join(lines))


FEATURE = Feature(
    name="check",
    commands=(Command("check", on_check, summary="check.summary", where=Where.PRIVATE, examines=True),),
)
