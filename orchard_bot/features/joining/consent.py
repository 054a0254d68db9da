"""``/join`` and ``/leave``: each thing the bot does to one person has its own yes and its own no."""

from __future__ import annotations

from orchard_bot.chat.events import MemberLeft
from orchard_bot.chat.text import PrivateText
from orchard_bot.community.community import Role
from orchard_bot.community.consent import Consent, OptIn
from orchard_bot.features.feature import Command, Feature, Request
from orchard_bot.features.unit import Option, Unit

EVERYTHING = "everything"


def on_join(request: Request, unit: Unit) -> None:
    """``/join notes``, or what there is to join."""
    request.hide_command(unit)
    wanted = _named(request.args)
    if wanted is None:
        show_opt_ins(request, unit)
    else:
        _join(wanted, request, unit)


def show_opt_ins(request: Request, unit: Unit) -> None:
    """What there is, what is on, and a yes for each thing that is not."""
    given = unit.books.consents.given(request.community.id, request.person)
    options = [Option(_yes(one, unit), "consent.join", {"to": one.value}) for one in OptIn if one not in given]
    unit.answer(
        request, unit.house.words.private("consent.what-there-is", on=_listed(given, unit)), options, once=False
    )


def on_leave(request: Request, unit: Unit) -> None:
    """``/leave reminders``, ``/leave everything``, or what there is to leave."""
    request.hide_command(unit)
    wanted = _named(request.args)
    if wanted is not None:
        _leave(frozenset({wanted}), request, unit)
    elif request.args.strip().lower() in (EVERYTHING, "all"):
        _leave(frozenset(OptIn), request, unit)
    else:
        _show_leaving(request, unit)


def on_yes(request: Request, unit: Unit) -> None:
    """A yes was chosen; it may be an old one, of somebody who has left the group since."""
    if request.role is Role.STRANGER:
        unit.answer(request, unit.house.words.private("consent.not-in-the-group"))
        return
    _join(OptIn(request.data["to"]), request, unit)


def on_no(request: Request, unit: Unit) -> None:
    """A no was chosen, to one thing or to all."""
    to = request.data["to"]
    _leave(frozenset(OptIn) if to == EVERYTHING else frozenset({OptIn(to)}), request, unit)


def on_member_left(request: Request, unit: Unit) -> None:
    """What somebody said yes to in a group ends when they leave it."""
    for one in OptIn:
        unit.books.consents.withdraw(request.community.id, request.person, one)
    unit.books.kept_texts.forget_person(request.community.id, request.person)


def opt_ins(unit: Unit) -> list[Option]:
    """A yes for each thing that does something for its reader, for the welcome."""
    wanted = (OptIn.NOTES, OptIn.REMINDERS)
    return [Option(_yes(one, unit), "consent.join", {"to": one.value}) for one in wanted]


def _join(to: OptIn, request: Request, unit: Unit) -> None:
    community = request.community.id
    if to not in unit.books.consents.given(community, request.person):
        policy = unit.house.code.version
        unit.books.consents.give(
            Consent(person=request.person, community=community, to=to, given_at=unit.now, policy=policy)
        )
        unit.note(community, "consent.given", to.value, by=request.person)
    words = unit.house.words
    joined = {
        OptIn.NOTES: words.private("consent.notes-on"),
        OptIn.REMINDERS: words.private("consent.reminders-on"),
        OptIn.LEARNING: words.private("consent.learning-on"),
    }
    unit.answer(request, joined[to])


def _leave(to: frozenset[OptIn], request: Request, unit: Unit) -> None:
    community, words = request.community.id, unit.house.words
    left = frozenset(one for one in to if unit.books.consents.withdraw(community, request.person, one))
    if OptIn.LEARNING in left:
        unit.books.kept_texts.forget_person(community, request.person)
    for one in sorted(left):
        unit.note(community, "consent.withdrawn", one.value, by=request.person)
    if left:
        unit.answer(request, words.private("consent.left", what=_listed(left, unit)))
    else:
        unit.answer(request, words.private("consent.was-off"))


def _show_leaving(request: Request, unit: Unit) -> None:
    words = unit.house.words
    given = unit.books.consents.given(request.community.id, request.person)
    if not given:
        unit.answer(request, words.private("consent.was-off"))
        return
    off = {
        OptIn.NOTES: words.label("consent.notes-off"),
        OptIn.REMINDERS: words.label("consent.reminders-off"),
        OptIn.LEARNING: words.label("consent.learning-off"),
    }
    options = [Option(off[one], "consent.leave", {"to": one.value}) for one in OptIn if one in given]
    if len(given) > 1:
        options.append(Option(words.label("consent.everything-off"), "consent.leave", {"to": EVERYTHING}))
    unit.answer(request, words.private("consent.leaving", on=_listed(given, unit)), options)


def _named(args: str) -> OptIn | None:
    word = args.strip().lower()
    return next((one for one in OptIn if word in (one.value, one.value.removesuffix("s"))), None)


def _yes(to: OptIn, unit: Unit) -> str:
    words = unit.house.words
    return {
        OptIn.NOTES: words.label("consent.notes-on"),
        OptIn.REMINDERS: words.label("consent.reminders-on"),
        OptIn.LEARNING: words.label("consent.learning-on"),
    }[to]


def _listed(given: frozenset[OptIn], unit: Unit) -> str:
    words = unit.house.words
    names: dict[OptIn, PrivateText] = {
        OptIn.NOTES: words.private("consent.notes-name"),
        OptIn.REMINDERS: words.private("consent.reminders-name"),
        OptIn.LEARNING: words.private("consent.learning-name"),
    }
    return ", ".join(names[one].value for one in OptIn if one in given) or words.private("consent.nothing").value


FEATURE = Feature(
    name="consent",
    commands=(
        Command("join", on_join, summary="consent.join-summary"),
        Command("leave", on_leave, summary="consent.leave-summary"),
    ),
    actions={"consent.join": on_yes, "consent.leave": on_no},
    listens={MemberLeft: on_member_left},
)
