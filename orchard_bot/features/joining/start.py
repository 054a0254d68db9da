"""``/start`` and the first opening of a private chat: who the bot is, and what to do next."""

from __future__ import annotations

from orchard_bot.chat.events import ChatOpened
from orchard_bot.community.community import Role
from orchard_bot.features.feature import Command, Feature, Request, Where
from orchard_bot.features.help import show_help
from orchard_bot.features.joining.consent import show_opt_ins
from orchard_bot.features.rules import show_card
from orchard_bot.features.unit import Option, Unit

EVERYBODY = frozenset(Role)

_LINKED = {"rules": show_card, "help": show_help, "join": show_opt_ins}
"""What a deep link may ask for. A link that names a group has been followed by the runtime already."""


def on_start(request: Request, unit: Unit) -> None:
    """The command, typed."""
    request.hide_command(unit)
    _greet(request, unit, request.args)


def on_chat_opened(request: Request, unit: Unit) -> None:
    """The private chat is open: by a link, by the platform's own button, or because the person wrote first."""
    assert isinstance(request.event, ChatOpened)
    _greet(request, unit, request.event.payload)


def _greet(request: Request, unit: Unit, payload: str) -> None:
    words = unit.house.words
    if request.role is Role.STRANGER:
        # Which groups there are is nobody's business but their members'.
        unit.answer(request, words.private("start.stranger"))
        return
    if payload == request.community.id:
        unit.books.people.set_home(request.account, request.person, request.community.id)
    linked = _LINKED.get(payload.strip().lower())
    if linked is not None:
        linked(request, unit)
        return
    if request.role is Role.MODERATOR:
        text = words.private("start.moderator", group=request.community.name)
    else:
        text = words.private("start.member", group=request.community.name)
    options = [
        Option(words.label("start.rules"), "start.rules"),
        Option(words.label("start.join"), "start.join"),
        Option(words.label("start.help"), "start.help"),
    ]
    unit.answer(request, text, options, once=False)


FEATURE = Feature(
    name="start",
    commands=(Command("start", on_start, summary="start.summary", where=Where.ANYWHERE, roles=EVERYBODY),),
    actions={"start.rules": show_card, "start.join": show_opt_ins, "start.help": show_help},
    listens={ChatOpened: on_chat_opened},
)
