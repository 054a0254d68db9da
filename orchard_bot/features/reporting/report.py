"""``/report``: quietly, from a message that somebody should look at to the way the reporter wants to go.

Hidden at once in a group; everything else is private. Nothing is kept before the reporter has chosen, except with
the question itself. Only a reporter whom the question cannot reach is taken to want the moderators.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from orchard_bot.chat.events import MessagePosted, Quoted
from orchard_bot.chat.intents import Priority
from orchard_bot.chat.refs import PersonRef
from orchard_bot.chat.text import shown_name
from orchard_bot.features.feature import Command, Feature, Outcome, Request
from orchard_bot.features.reporting.asking import on_answer, on_poster, on_silent
from orchard_bot.features.reporting.confiding import (
    on_anyway,
    on_ask_for_me,
    on_guideline,
    on_moderators,
    on_more,
    on_safety,
    on_words,
)
from orchard_bot.features.reporting.copied import WHICH, about_copied
from orchard_bot.features.reporting.matter import Matter, matter_in, matter_of
from orchard_bot.features.reporting.mending import on_mended, on_still
from orchard_bot.features.reporting.report_unseen import expect, on_held, on_menu, on_unseen
from orchard_bot.features.reporting.reporters import standing
from orchard_bot.features.reporting.school_route import school_route
from orchard_bot.features.unit import Option, Unit

_CODE = re.compile(r"[B-DF-HJ-NP-TV-XZ0-9]{4,6}", re.IGNORECASE)
"""Looks like a code of ours: no vowels, so hardly ever a word."""


def on_report(request: Request, unit: Unit) -> None:
    """The command: as a reply, with a code, with words, or on its own."""
    request.hide_command(unit, origin="report.hidden")
    assert isinstance(request.event, MessagePosted)
    quoted = None if request.private else request.event.reply_to
    if quoted is not None:
        _about(request, unit, quoted, request.args)
    elif _CODE.fullmatch(request.args):
        _stands(request, unit)
    elif request.args:
        _menu(request, unit, Matter().with_words(request.args))
    else:
        key = "report.tell-me" if request.private else "report.which-message"
        unit.ask(request, "report.what", {}, unit.house.words.private(key))


def on_hidden(outcome: Outcome, unit: Unit) -> None:
    """The command is out of sight; or everybody can see it, and its author hears how to take it away."""
    community, _, reporter = outcome.subject.rpartition(" ")
    if not outcome.delivered and community in unit.house.communities:
        unit.tell(
            outcome.account,
            PersonRef.parse(reporter),
            unit.house.words.private("report.still-in-sight"),
            near=unit.house.communities[community].chat,
            priority=Priority.ACKNOWLEDGEMENT,
        )


def on_what(request: Request, unit: Unit) -> None:
    """A forwarded message, or what happened in words of one's own."""
    assert isinstance(request.event, MessagePosted)
    if request.event.forwarded is not None:
        unit.books.dialogs.end(request.account, request.person)
        on_forwarded(request, unit)
    elif request.text:
        unit.books.dialogs.end(request.account, request.person)
        if not about_copied(request, unit, _about_copy):
            _menu(request, unit, Matter().with_words(request.text))
    else:
        unit.answer(request, unit.house.words.private("report.cannot-read"))


def on_forwarded(request: Request, unit: Unit) -> None:
    """A message was forwarded to the bot. Its author may be unknown, or nobody in this group."""
    assert isinstance(request.event, MessagePosted)
    quoted = request.event.forwarded
    assert quoted is not None  # the runtime calls this for nothing else
    author = quoted.author
    if author is not None and not quoted.own and not unit.books.people.is_member(request.community.id, author):
        quoted = msgspec.structs.replace(quoted, author=None)
    _about(request, unit, quoted, "")


def on_copied(request: Request, unit: Unit) -> None:
    """Words in private that were written in the group lately. The runtime has looked: they were."""
    about_copied(request, unit, _about_copy)


def on_which(request: Request, unit: Unit) -> None:
    """Of several messages with the same words, this one."""
    matter = matter_in(request.data)
    if matter.author == request.person:
        unit.answer(request, unit.house.words.private("report.your-own-message"))
    else:
        _menu(request, unit, matter)


def on_none_of_these(request: Request, unit: Unit) -> None:
    """None of them was meant: a reply in the group says which one, and words will do, too."""
    unit.ask(request, "report.what", {}, unit.house.words.private("report.tell-me"))


def on_menu_again(request: Request, unit: Unit) -> None:
    """Back to the ways there are."""
    _menu(request, unit, matter_in(request.data))


def on_ask_the_poster(request: Request, unit: Unit) -> None:
    """The policy's first way: by oneself, or through the bot."""
    words, matter = unit.house.words, matter_in(request.data)
    options = [Option(words.label("report.ask-myself"), "report.ask-myself")]
    if matter.poster is not None:
        options.append(Option(words.label("report.ask-for-me"), "report.ask-for-me", matter.data()))
    options.append(Option(words.label("report.back"), "report.menu", matter.data()))
    unit.answer(request, words.private("report.ask-how"), options)


def on_ask_myself(request: Request, unit: Unit) -> None:
    """Kind words to use. Nothing is kept."""
    unit.answer(request, unit.house.words.private("report.kind-words"))


def on_school(request: Request, unit: Unit) -> None:
    """The parent's own e-mail to the school. The bot keeps nothing and tells nobody."""
    route = school_route(unit.house.code, unit.house.words)
    unit.answer(request, unit.house.words.private("report.school", school=route))


def on_nothing(request: Request, unit: Unit) -> None:
    """Just noting it."""
    unit.answer(request, unit.house.words.private("report.nothing"))


def _about(request: Request, unit: Unit, quoted: Quoted, words: str) -> None:
    """Whose message is it? One's own and the bot's are answered kindly; anybody else's leads to the menu."""
    if quoted.own:
        unit.answer(request, unit.house.words.private("report.my-own-words", moderators=_names(request)))
    elif quoted.author == request.person:
        unit.answer(request, unit.house.words.private("report.your-own-message"))
    else:
        _menu(request, unit, matter_of(quoted).with_words(words))


def _about_copy(request: Request, unit: Unit, quoted: Quoted) -> None:
    _about(request, unit, quoted, "")


def _menu(request: Request, unit: Unit, matter: Matter) -> None:
    """The ways there are, in the policy's own order."""
    words, data = unit.house.words, matter.data()
    ways: list[tuple[str, Mapping[str, Any]]] = [
        ("moderators", data),
        ("school", {}),
        ("safety", data),
        ("nothing", {}),
    ]
    if matter.is_message and not matter.impersonal:
        ways.insert(0, ("ask-poster", data))
    options = [Option(words.label(f"report.{way}"), f"report.{way}", needs) for way, needs in ways]
    key = "report.menu-as-moderator" if request.community.moderator(request.person) else "report.menu"
    text = words.private(key)
    if request.private and len(unit.books.people.communities_of(request.person)) > 1:
        text = words.private("report.in-group", group=request.community.name, menu=text.value)
    menu = unit.answer(request, text, options, origin="report.menu", subject=request.community.id)
    if not request.private:
        expect(unit, request, matter, menu)


def _stands(request: Request, unit: Unit) -> None:
    """Where my report stands. Somebody else's code is as unknown as one that never was."""
    case = unit.books.cases.by_code(request.community.id, request.args.upper())
    mine = case is not None and any(one.reporter == request.person for one in unit.books.cases.reports(case.id))
    text = standing(unit, case) if case is not None and mine else unit.house.words.private("report.unknown-code")
    unit.answer(request, text)


def _names(request: Request) -> str:
    return ", ".join(shown_name(one.name) for one in request.community.moderators)


FEATURE = Feature(
    name="report",
    commands=(Command("report", on_report, summary="report.summary"),),
    actions={
        "report.menu": on_menu_again,
        WHICH: on_which,
        "report.none-of-these": on_none_of_these,
        "report.ask-poster": on_ask_the_poster,
        "report.ask-myself": on_ask_myself,
        "report.ask-for-me": on_ask_for_me,
        "report.moderators": on_moderators,
        "report.more": on_more,
        "report.guideline": on_guideline,
        "report.school": on_school,
        "report.safety": on_safety,
        "report.anyway": on_anyway,
        "report.nothing": on_nothing,
        "report.poster-answer": on_answer,
        "report.mended": on_mended,
        "report.still": on_still,
    },
    dialogs={"report.what": on_what, "report.words": on_words},
    outcomes={"report.hidden": on_hidden, "report.menu": on_menu, "report.held": on_held, "report.poster": on_poster},
    timers={"report.unseen": on_unseen, "report.poster-silent": on_silent},
    forwarded=on_forwarded,
    copied=on_copied,
)
