"""``/why``: what the bot did about my messages, under which point of the code, and whom to talk to."""

from __future__ import annotations

from orchard_bot.chat.text import PrivateText, shown_name
from orchard_bot.community.case import Case
from orchard_bot.community.decision import NEEDS_POSTER, Verdict
from orchard_bot.community.local_time import day_in_full
from orchard_bot.features.feature import Command, Feature, Request
from orchard_bot.features.told import KIND, Told, over, told
from orchard_bot.features.unit import Unit

SHOWN = 5
TOUCHING = NEEDS_POSTER | {Verdict.DELETE}
"""Verdicts that the poster was told of. The others never reach them, so that nobody learns of a report."""


def on_why(request: Request, unit: Unit) -> None:
    """The latest things first; where there is nothing, how it works."""
    request.hide_command(unit)
    words, community = unit.house.words, request.community
    others = [shown_name(one.name) for one in community.moderators if one.person != request.person]
    whom = words.private("why.whom", moderators=", ".join(others)).value if others else ""
    entries = [*told(unit, community, request.person), *_decided(request, unit)]
    latest = sorted(entries, key=lambda entry: entry.at, reverse=True)[:SHOWN]
    parts = [words.private("why.intro" if latest else "why.nothing").value]
    parts += [_line(request, unit, entry) for entry in latest]
    unit.answer(request, PrivateText("\n\n".join(part for part in (*parts, whom) if part)))


def _decided(request: Request, unit: Unit) -> list[Told]:
    since = unit.now - unit.house.retention.sightings
    found = unit.books.cases.about_author(request.community.id, request.person, since)
    return [entry for case in found if (entry := _of_case(case)) is not None]


def _of_case(case: Case) -> Told | None:
    decision = case.decision
    if decision is None or case.author is None or decision.verdict not in TOUCHING:
        return None
    return Told(
        person=case.author,
        what=decision.verdict,
        clause=decision.clause,
        policy=decision.policy,
        at=decision.at,
    )


def _line(request: Request, unit: Unit, entry: Told) -> str:
    words = unit.house.words
    clause = unit.house.code.clause(entry.clause) if entry.clause else None
    about = clause.title if clause else words.private("why.no-clause").value
    day = day_in_full(request.community.local(entry.at))
    return words.private(f"why.told-{entry.what}", day=day, clause=about, policy=entry.policy).value


FEATURE = Feature(
    name="why",
    commands=(Command("why", on_why, summary="why.summary"),),
    timers={KIND: over},
)
