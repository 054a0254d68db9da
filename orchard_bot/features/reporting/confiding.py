"""Telling the moderators in confidence: which guideline, words of one's own, and off it goes. Two taps suffice."""

from __future__ import annotations

from orchard_bot.chat.intents import Priority
from orchard_bot.chat.text import PrivateText
from orchard_bot.community.community import Community
from orchard_bot.features.feature import Request
from orchard_bot.features.reporting.asking import ask_poster
from orchard_bot.features.reporting.case_intake import Reporter, Taken, confide, is_safety
from orchard_bot.features.reporting.matter import Matter, matter_in
from orchard_bot.features.reporting.reporters import standing
from orchard_bot.features.unit import Option, Unit

A_PAGE = 6
"""Guidelines on one page of choices; "more" and "not sure" stand below them."""

FEW = 4
"""Fewer people than this who could have seen a message: whoever reported it may be guessed."""

TO_MODERATORS, TO_POSTER = "moderators", "poster"


def on_moderators(request: Request, unit: Unit) -> None:
    """In confidence: which guideline does it concern?"""
    _show_guidelines(request, unit, matter_in(request.data), TO_MODERATORS, 0)


def on_ask_for_me(request: Request, unit: Unit) -> None:
    """The bot asks the poster: which guideline shall it name?"""
    _show_guidelines(request, unit, matter_in(request.data), TO_POSTER, 0)


def on_more(request: Request, unit: Unit) -> None:
    """The next page of guidelines; after the last comes the first."""
    _show_guidelines(request, unit, matter_in(request.data), str(request.data["then"]), int(request.data["page"]))


def on_guideline(request: Request, unit: Unit) -> None:
    """The guideline, or "not sure", is chosen: that was all."""
    unit.books.dialogs.end(request.account, request.person)
    clause = request.data.get("clause")
    if request.data["then"] == TO_POSTER:
        ask_poster(request, unit, matter_in(request.data), clause)
    else:
        tell_moderators(request, unit, matter_in(request.data), clause)


def on_words(request: Request, unit: Unit) -> None:
    """Words instead of a tap: they go along with the report, at once, so that none is left behind."""
    unit.books.dialogs.end(request.account, request.person)
    matter = matter_in(request.data)
    words = "\n\n".join(part for part in (matter.words, request.text) if part)
    tell_moderators(request, unit, matter.with_words(words), None)


def on_safety(request: Request, unit: Unit) -> None:
    """A child may be at risk: the numbers to ring first, and straight to the moderators."""
    unit.answer(request, unit.house.words.private("report.emergency"), priority=Priority.SAFETY)
    tell_moderators(request, unit, matter_in(request.data), None, safety=True)


def tell_moderators(request: Request, unit: Unit, matter: Matter, clause: str | None, *, safety: bool = False) -> None:
    """The report goes to the moderators; the reporter hears that it is on its way, and no more than that."""
    if is_safety(unit, clause):
        unit.answer(request, unit.house.words.private("report.emergency"), priority=Priority.SAFETY)
    elif not safety and few_could_have_seen(unit, request.community, matter):
        _warn(request, unit, matter, clause)
        return
    send(request, unit, matter, clause, safety=safety)


def on_anyway(request: Request, unit: Unit) -> None:
    """So few people are in the group that they may be guessed, and they report it all the same."""
    send(request, unit, matter_in(request.data), request.data.get("clause"))


def few_could_have_seen(unit: Unit, community: Community, matter: Matter) -> bool:
    """Whether so few people read the group that a reporter may be guessed; only where the platform counts them."""
    abilities = unit.house.abilities(community.chat)
    if abilities is None or abilities.people is None:
        return False
    wrote_it = matter.author is not None and unit.books.people.is_member(community.id, matter.author)
    return abilities.people - wrote_it < FEW


def send(request: Request, unit: Unit, matter: Matter, clause: str | None, *, safety: bool = False) -> None:
    """Off it goes."""
    reporter = Reporter(request.person, request.account)
    taken = confide(unit, request.community, reporter, matter, clause, safety=safety)
    if not taken.nobody:
        # Where nobody is left, the reporter has been told that already.
        unit.answer(request, _on_its_way(unit, taken), priority=Priority.ACKNOWLEDGEMENT)


def _warn(request: Request, unit: Unit, matter: Matter, clause: str | None) -> None:
    words = unit.house.words
    options = [
        Option(words.label("report.anyway"), "report.anyway", matter.data(clause=clause)),
        Option(words.label("report.nothing"), "report.nothing"),
    ]
    unit.answer(request, words.private("report.may-be-guessed"), options)


def _on_its_way(unit: Unit, taken: Taken) -> PrivateText:
    if not taken.again:
        return unit.house.words.private("report.on-its-way", code=taken.case.code)
    parts = (unit.house.words.private("report.again").value, standing(unit, taken.case).value)
    return PrivateText("\n\n".join(parts))


def _show_guidelines(request: Request, unit: Unit, matter: Matter, then: str, page: int) -> None:
    words, clauses = unit.house.words, unit.house.code.reportable()
    first = page * A_PAGE
    shown = clauses[first : first + A_PAGE]
    options = [Option(one.title, "report.guideline", matter.data(then=then, clause=one.id)) for one in shown]
    if len(clauses) > A_PAGE:
        following = page + 1 if first + A_PAGE < len(clauses) else 0
        options.append(Option(words.label("report.more"), "report.more", matter.data(then=then, page=following)))
    options.append(Option(words.label("report.not-sure"), "report.guideline", matter.data(then=then)))
    if then == TO_POSTER:
        unit.answer(request, words.private("report.which-guideline-to-name"), options)
    else:
        # Words of one's own are as good an answer as a tap.
        unit.ask(request, "report.words", matter.data(), words.private("report.which-guideline"), options=options)
