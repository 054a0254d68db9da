"""A thread that heats up: one gentle suggestion to the moderators, now and then. The group hears nothing of it."""

from __future__ import annotations

from datetime import timedelta

from orchard_bot.chat.intents import Priority
from orchard_bot.community.code_of_conduct import REPORTABLE, CodeOfConduct
from orchard_bot.community.community import Watch
from orchard_bot.detectors.observation import Observation
from orchard_bot.features.feature import Request
from orchard_bot.features.pause import first_in
from orchard_bot.features.unit import Unit

PAUSE = timedelta(hours=6)
KIND = "watch.heated"


def suggest_calm(request: Request, unit: Unit) -> None:
    """If anything noticed is about the thread and not about this message, tell the moderators, live only."""
    community = request.community
    if community.watch is not Watch.LIVE or not any(
        about_the_thread(unit.house.code, one) for one in request.observations
    ):
        return
    if first_in(PAUSE, KIND, community, "thread", unit):
        for moderator in community.moderators:
            unit.tell(
                community.chat.via,
                moderator.person,
                unit.house.words.private("watch.heated", group=community.name),
                community=community.id,
                priority=Priority.MODERATION,
                expires_at=unit.now + PAUSE,
            )


def about_the_thread(code: CodeOfConduct, observation: Observation) -> bool:
    """Whether it is for a clause that no single message can go against."""
    clause = code.clause(observation.clause)
    return clause is not None and clause.kind not in REPORTABLE
