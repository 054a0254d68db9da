"""No moderator, no silent operation: the bot finds out whether the moderators can be written to, and says so if not.

The group hears of it once, in neutral words, and not at night.
"""

from __future__ import annotations

from orchard_bot.chat.intents import Priority, TellPrivately
from orchard_bot.community.community import Community
from orchard_bot.features.feature import Due, Feature, Outcome
from orchard_bot.features.pause import FOR_GOOD, first_in, over
from orchard_bot.features.unit import Unit


def probe(due: Due, unit: Unit) -> None:
    """A short hello to each moderator whom nobody has tried to reach yet."""
    community = due.community
    account = community.chat.via
    for moderator in community.moderators:
        if unit.books.people.reach(account, moderator.person) is None:
            unit.emit(
                TellPrivately(
                    # One hello for each moderator and account, however many groups and restarts there are.
                    key=f"reachable.hello:{account}:{moderator.person}",
                    account=account,
                    person=moderator.person,
                    text=unit.house.words.private("reachable.hello", group=community.name),
                    origin="reachable.hello",
                    subject=community.id,
                    priority=Priority.MODERATION,
                )
            )
    _say_if_nobody(community, unit)


def on_hello(outcome: Outcome, unit: Unit) -> None:
    """The hello arrived, or it waits until the moderator opens the chat."""
    assert outcome.person is not None  # it was told to somebody
    unit.books.people.reachable(outcome.account, outcome.person, outcome.delivered, unit.now)
    if not outcome.delivered:
        for community in unit.house.moderated_by(outcome.person):
            if community.chat.via == outcome.account:
                _say_if_nobody(community, unit)


def somebody_reachable(community: Community, unit: Unit) -> bool:
    """Whether at least one moderator could be written to when last tried, or has not been tried yet."""
    account = community.chat.via
    return any(unit.books.people.reach(account, one.person) is not False for one in community.moderators)


def _say_if_nobody(community: Community, unit: Unit) -> None:
    if somebody_reachable(community, unit) or community.is_quiet(unit.now):
        return
    if first_in(FOR_GOOD, "reachable.said", community, "nobody", unit):
        unit.say(community.chat, unit.house.words.public("reachable.rules-only"))


FEATURE = Feature(
    name="reachable",
    outcomes={"reachable.hello": on_hello},
    timers={"reachable.probe": probe, "reachable.said": over},
    standing={"reachable.probe": "0 17 * * *"},
    at_start=("reachable.probe",),
)
