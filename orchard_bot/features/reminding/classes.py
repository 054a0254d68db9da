"""Whose reminders somebody may see: those of every class that they are in, or moderate."""

from __future__ import annotations

from orchard_bot.community.community import Community, Role
from orchard_bot.features.feature import Request
from orchard_bot.features.unit import Unit


def classes_of(request: Request, unit: Unit) -> list[Community]:
    """The class of this request first, then the others that this account of the bot is in."""
    moderated = [one.id for one in unit.house.moderated_by(request.person)]
    ids = dict.fromkeys([*unit.books.people.communities_of(request.person), *moderated])
    own = [request.community.id] if request.role is not Role.STRANGER else []
    theirs = dict.fromkeys([*own, *(id for id in ids if unit.house.is_served_by(id, request.account))])
    return [unit.house.communities[id] for id in theirs]
