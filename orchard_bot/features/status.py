"""``/status`` for moderators: how far the bot goes here, what it may not do, and what waits for a person."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from orchard_bot.chat.abilities import Reach
from orchard_bot.chat.text import PrivateText, shown_name
from orchard_bot.community.case import recused_from
from orchard_bot.community.code_of_conduct import month_in_words
from orchard_bot.community.community import Role, Watch
from orchard_bot.features.feature import Command, Feature, Request
from orchard_bot.features.unit import Unit

LATELY = timedelta(days=7)


def on_status(request: Request, unit: Unit) -> None:
    """Everything on one page, problems in full and what is well in a line."""
    request.hide_command(unit)
    if request.community.moderator(request.person) is None:
        unit.answer(request, unit.house.words.private("status.moderators-only"))
        return
    parts = (
        _watch(request, unit),
        _abilities(request, unit),
        _moderators(request, unit),
        _waiting(request, unit),
        _policy(request, unit),
        _rehearsal(request, unit),
    )
    unit.answer(request, PrivateText("\n\n".join(part for part in parts if part)))


def _watch(request: Request, unit: Unit) -> str:
    words = unit.house.words
    says = {
        Watch.OFF: words.private("status.watch-off"),
        Watch.REHEARSAL: words.private("status.watch-rehearsal"),
        Watch.LIVE: words.private("status.watch-live"),
    }
    return words.private("status.intro", group=request.community.name, watch=says[request.community.watch].value).value


def _abilities(request: Request, unit: Unit) -> str:
    words = unit.house.words
    abilities = unit.house.abilities(request.community.chat)
    if abilities is None:
        return words.private("status.abilities-unknown").value
    missing = [
        f"• {ability.why or name.replace('_', ' ')} {ability.grant}".rstrip()
        for name, ability in abilities.named().items()
        if not ability
    ]
    if abilities.private_messages is Reach.NEVER:
        missing.insert(0, f"• {abilities.private_messages_why}")
    if not missing:
        return words.private("status.abilities-all").value
    return words.private("status.abilities-missing", lines="\n".join(dict.fromkeys(missing))).value


def _moderators(request: Request, unit: Unit) -> str:
    words, community = unit.house.words, request.community
    reach = {one: unit.books.people.reach(community.chat.via, one.person) for one in community.moderators}
    silent = [shown_name(one.name) for one, ok in reach.items() if ok is False]
    untried = [shown_name(one.name) for one, ok in reach.items() if ok is None]
    lines = []
    if silent:
        lines.append(words.private("status.unreachable", names=", ".join(silent)).value)
    if untried:
        lines.append(words.private("status.untried", names=", ".join(untried)).value)
    return "\n".join(lines) or words.private("status.all-reachable").value


def _waiting(request: Request, unit: Unit) -> str:
    """What waits. A case that concerns this moderator is not counted: its existence is not theirs to know."""
    books, community = unit.books, request.community.id
    mine = [
        case
        for case in books.cases.waiting(community)
        if request.person
        not in recused_from(case, frozenset(report.reporter for report in books.cases.reports(case.id)))
    ]
    return unit.house.words.private(
        "status.waiting",
        cases=len(mine),
        unsent=books.health.waiting_to_send(),
        dead=books.health.dead_letters(community),
        parked=books.health.parked(),
    ).value


def _policy(request: Request, unit: Unit) -> str:
    words, code = unit.house.words, unit.house.code
    text = words.private("status.policy", label=code.label).value
    if code.review_overdue(request.community.local(unit.now).date()):
        text += "\n" + words.private("status.review-overdue", due=month_in_words(code.review_due)).value
    return text


def _rehearsal(request: Request, unit: Unit) -> str:
    if request.community.watch is not Watch.REHEARSAL:
        return ""
    words, code = unit.house.words, unit.house.code
    seen = Counter(
        sighting.clause
        for sighting in unit.books.cases.sightings(request.community.id, unit.now - LATELY)
        if sighting.rehearsal
    )
    if not seen:
        return words.private("status.rehearsal-quiet").value
    titles = {clause.id: clause.title for clause in code.clauses}
    lines = "\n".join(f"• {titles.get(clause, clause)}: {count}" for clause, count in seen.most_common())
    return words.private("status.rehearsal-saw", lines=lines).value


FEATURE = Feature(
    name="status",
    commands=(Command("status", on_status, summary="status.summary", roles=frozenset({Role.MODERATOR})),),
)
