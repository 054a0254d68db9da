"""The welcome: one private message to somebody who has come into the group, and never a second one.

It says first that everything is voluntary. Nothing is on without a yes; silence is not consent; nobody else sees
who accepted.
"""

from __future__ import annotations

from datetime import timedelta

from orchard_bot.chat.events import MemberJoined
from orchard_bot.chat.text import PrivateText
from orchard_bot.features.feature import Feature, Request
from orchard_bot.features.joining.consent import opt_ins
from orchard_bot.features.unit import Option, Unit

OFFER_STANDS = timedelta(days=60)
"""Long, because the welcome may wait for its reader to open the chat. ``/join`` stands for ever."""


def on_member_joined(request: Request, unit: Unit) -> None:
    """Once for each person and group, however often they come and go."""
    community, words = request.community, unit.house.words
    if not unit.books.people.welcomed(community.id, request.person, unit.now):
        return
    parts = (words.private("onboarding.welcome", group=community.name), words.private("onboarding.offers"))
    text = PrivateText("\n\n".join(part.value for part in parts))
    options = [*opt_ins(unit), Option(words.label("onboarding.no-thanks"), "onboarding.no-thanks")]
    unit.answer(request, text, options, once=False, lasts=OFFER_STANDS)


def on_no_thanks(request: Request, unit: Unit) -> None:
    """A no is taken as a no."""
    unit.answer(request, unit.house.words.private("onboarding.no-thanks"))


FEATURE = Feature(
    name="onboarding",
    actions={"onboarding.no-thanks": on_no_thanks},
    listens={MemberJoined: on_member_joined},
)
