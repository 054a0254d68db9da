"""A moderator sends a newsletter, or pastes one: they hear what it announces, what is doubtful, what was not read.

This is a proposal only: nothing is posted before a moderator has chosen it (``cards``).
"""

from __future__ import annotations

from orchard_bot.community.community import Role
from orchard_bot.community.newsletter import Unreadable
from orchard_bot.features.feature import Command, Feature, Request, Where
from orchard_bot.features.newsletter.cards import (
    first_options,
    on_agree,
    on_card,
    on_change,
    on_drop,
    on_keep,
    on_pass_on,
    on_plan_all,
    on_refuse,
)
from orchard_bot.features.newsletter.from_feed import on_feed
from orchard_bot.features.newsletter.planning import item_of
from orchard_bot.features.newsletter.saying import newsletter_in_words
from orchard_bot.features.unit import Unit

MODERATORS = frozenset({Role.MODERATOR})


def on_newsletter(request: Request, unit: Unit) -> None:
    """A document or text that was read, or the command with nothing behind it."""
    found = request.newsletter
    if found is None:
        unit.answer(request, unit.house.words.private("newsletter.how"))
    elif isinstance(found, Unreadable):
        unit.answer(request, unit.house.words.private(f"newsletter.unreadable-{found.why}"))
    else:
        items = [item_of(event, unit) for event in found.events]
        unit.answer(
            request, newsletter_in_words(found, unit), first_options(items, request.community, unit), once=False
        )


FEATURE = Feature(
    name="newsletter",
    commands=(
        Command("newsletter", on_newsletter, summary="newsletter.summary", where=Where.PRIVATE, roles=MODERATORS),
    ),
    actions={
        "newsletter.plan-all": on_plan_all,
        "newsletter.card": on_card,
        "newsletter.keep": on_keep,
        "newsletter.drop": on_drop,
        "newsletter.change": on_change,
        "newsletter.agree": on_agree,
        "newsletter.refuse": on_refuse,
        "newsletter.pass-on": on_pass_on,
    },
    newsletter=on_newsletter,
    feed=on_feed,
)
