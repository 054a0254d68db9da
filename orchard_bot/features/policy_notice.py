"""A soft word to the moderators, once, when the review of the policy is overdue."""

from __future__ import annotations

from orchard_bot.chat.intents import Priority
from orchard_bot.community.code_of_conduct import month_in_words
from orchard_bot.features.feature import Due, Feature
from orchard_bot.features.pause import FOR_GOOD, first_in, over
from orchard_bot.features.unit import Unit


def on_look(due: Due, unit: Unit) -> None:
    """Looks once a week whether the review is due, and says so once for each edition."""
    community, code = due.community, unit.house.code
    local = community.local(unit.now)
    if not code.review_overdue(local.date()) or community.is_quiet(unit.now):
        return
    if first_in(FOR_GOOD, "policy-notice.said", community, f"{code.version}@{code.review_due}", unit):
        text = unit.house.words.private("policy-notice.overdue", label=code.label, due=month_in_words(code.review_due))
        for moderator in community.moderators:
            unit.tell(community.chat.via, moderator.person, text, community=community.id, priority=Priority.REMINDER)


FEATURE = Feature(
    name="policy-notice",
    timers={"policy-notice.look": on_look, "policy-notice.said": over},
    standing={"policy-notice.look": "0 18 * * 1"},
)
