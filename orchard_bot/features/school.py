"""``/school``: an e-mail to the school in the parent's own mail app, prepared but not sent. Nothing is kept or told."""

from __future__ import annotations

from orchard_bot.chat.text import PrivateText
from orchard_bot.community.community import Role
from orchard_bot.features.feature import Command, Feature, Request
from orchard_bot.features.reporting.school_route import school_letter, school_route
from orchard_bot.features.unit import Unit


def on_school(request: Request, unit: Unit) -> None:
    """The address, a link that opens a prepared e-mail, and the same words to copy, in a message of their own."""
    request.hide_command(unit)
    words, code = unit.house.words, unit.house.code
    unit.answer(request, words.private("school.route", school=school_route(code, words)))
    letter = school_letter(code, words)
    if letter:
        unit.answer(request, PrivateText(letter))


FEATURE = Feature(
    name="school",
    commands=(Command("school", on_school, summary="school.summary", roles=frozenset(Role)),),
)
