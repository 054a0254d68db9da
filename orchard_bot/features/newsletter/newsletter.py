"""A moderator sends a newsletter, or pastes one: they hear what it announces, what is doubtful, what was not read.

This is a proposal only: nothing is posted before a moderator has chosen it (``cards``).
"""

from __future__ import annotations

from orchard_bot.chat.text import PrivateText
from orchard_bot.community.community import Role
from orchard_bot.community.newsletter import FoundEvent, Newsletter, Unreadable
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
from orchard_bot.features.newsletter.planning import item_of
from orchard_bot.features.newsletter.saying import day_in_words, when_in_words
from orchard_bot.features.unit import Unit

MOST_SHOWN = 20
"""Events in one message; a phone shows no more in one piece."""
MOST_TROUBLES = 6
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
        unit.answer(request, _said(found, unit), first_options(items, request.community, unit), once=False)


def _said(found: Newsletter, unit: Unit) -> PrivateText:
    words = unit.house.words
    title = found.source.title or words.private("newsletter.untitled").value
    day = day_in_words(found.source.day) if found.source.day else ""
    named = words.private("newsletter.of-day", title=title, day=day).value if day else title
    parts = [words.private("newsletter.found" if found.events else "newsletter.nothing", newsletter=named).value]
    parts += [_line(event, unit) for event in found.events[:MOST_SHOWN]]
    if len(found.events) > MOST_SHOWN:
        parts.append(words.private("newsletter.more", count=len(found.events) - MOST_SHOWN).value)
    for trouble, detail in found.troubles[:MOST_TROUBLES]:
        parts.append(words.private(f"newsletter.trouble-{trouble}", detail=detail).value)
    return PrivateText("\n\n".join(parts))


def _line(event: FoundEvent, unit: Unit) -> str:
    words = unit.house.words
    title = event.title or words.private("newsletter.no-title").value
    if event.cancelled:
        title = words.private("newsletter.cancelled", title=title).value
    lines = [words.private("newsletter.event", when=when_in_words(event), title=title).value]
    if event.place:
        lines.append(words.private("newsletter.where", place=event.place).value)
    if event.bring:
        lines.append(words.private("newsletter.bring", bring=event.bring).value)
    if event.source.place:
        lines.append(words.private("newsletter.source", place=event.source.place).value)
    lines += [words.private(f"newsletter.doubt-{doubt}").value for doubt in event.doubts]
    return "\n".join(lines)


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
)
