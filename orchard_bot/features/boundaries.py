"""``/boundaries``: kind words for direct messages that somebody would rather not get."""

from __future__ import annotations

from orchard_bot.community.community import Role
from orchard_bot.features.feature import Command, Feature, Request
from orchard_bot.features.unit import Option, Unit


def on_boundaries(request: Request, unit: Unit) -> None:
    """Nobody owes an answer; and if one is wished for, which kind."""
    request.hide_command(unit)
    words = unit.house.words
    options = [
        Option(words.label("boundaries.light"), "boundaries.light"),
        Option(words.label("boundaries.group"), "boundaries.group"),
        Option(words.label("boundaries.busy"), "boundaries.busy"),
        Option(words.label("boundaries.clear"), "boundaries.clear"),
    ]
    unit.answer(request, words.private("boundaries.intro"), options, once=False)


def give_light(request: Request, unit: Unit) -> None:
    """Words alone in a message, easy to copy."""
    unit.answer(request, unit.house.words.private("boundaries.light"))


def give_group(request: Request, unit: Unit) -> None:
    """Please ask in the group instead."""
    unit.answer(request, unit.house.words.private("boundaries.group"))


def give_busy(request: Request, unit: Unit) -> None:
    """I answer few messages."""
    unit.answer(request, unit.house.words.private("boundaries.busy"))


def give_clear(request: Request, unit: Unit) -> None:
    """Please stop, and what else one can do."""
    unit.answer(request, unit.house.words.private("boundaries.clear"))
    unit.answer(request, unit.house.words.private("boundaries.afterwards"))


FEATURE = Feature(
    name="boundaries",
    commands=(Command("boundaries", on_boundaries, summary="boundaries.summary", roles=frozenset(Role)),),
    actions={
        "boundaries.light": give_light,
        "boundaries.group": give_group,
        "boundaries.busy": give_busy,
        "boundaries.clear": give_clear,
    },
)
