"""``/help``: what this person may do here, and nothing else."""

from __future__ import annotations

from orchard_bot.chat.text import PrivateText
from orchard_bot.community.community import Role
from orchard_bot.features.feature import Command, Feature, Request, Where
from orchard_bot.features.house import CommandInfo
from orchard_bot.features.unit import Unit

EVERYBODY = frozenset(Role)
_MODERATORS_ONLY = frozenset({Role.MODERATOR})


def on_help(request: Request, unit: Unit) -> None:
    """The command, typed."""
    request.hide_command(unit)
    show_help(request, unit)


def show_help(request: Request, unit: Unit) -> None:
    """The commands this person may use in the place where they asked, moderators' own ones apart."""
    words = unit.house.words
    here = Where.PRIVATE if request.private else Where.GROUP
    usable = [one for one in unit.house.commands if request.role in one.roles and here in one.where]
    parts = [words.private("help.intro").value, _lines([one for one in usable if one.roles != _MODERATORS_ONLY], unit)]
    own = [one for one in usable if one.roles == _MODERATORS_ONLY]
    if own:
        parts += [words.private("help.moderators").value, _lines(own, unit)]
    parts.append(words.private("help.close" if request.private else "help.elsewhere").value)
    unit.answer(request, PrivateText("\n\n".join(parts)))


def _lines(commands: list[CommandInfo], unit: Unit) -> str:
    return "\n".join(f"/{one.name} – {unit.house.words.private(one.summary).value}" for one in commands)


FEATURE = Feature(
    name="help",
    commands=(Command("help", on_help, summary="help.summary", roles=EVERYBODY),),
)
