"""What a moderator does with a newsletter: plan all that is clear in one press, or look at one item after the other.

Nothing is planned without a person's yes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from orchard_bot.chat.text import PrivateText, shortened
from orchard_bot.community.local_time import in_full
from orchard_bot.features.feature import Request
from orchard_bot.features.newsletter.planning import Fate, Item, plan
from orchard_bot.features.unit import Option, Unit


def first_options(items: Sequence[Item], unit: Unit) -> list[Option]:
    """What to choose under the list of what was found."""
    words = unit.house.words
    left = [item for item in items if not item.over]
    clear = [item for item in left if not item.doubtful and item.problem is None]
    found = []
    if clear:
        label = words.label("newsletter.plan-all", count=len(clear))
        found.append(Option(label, "newsletter.plan-all", {"items": _plain(clear)}))
    if left:
        found.append(Option(words.label("newsletter.one-by-one"), "newsletter.card", {"items": _plain(left), "at": 0}))
    return found


def on_plan_all(request: Request, unit: Unit) -> None:
    """Yes to all that are clear."""
    if _is_moderator(request, unit):
        unit.answer(request, _summary(plan(_items(request), request, unit), request, unit))


def on_card(request: Request, unit: Unit) -> None:
    """Look at one item."""
    if _is_moderator(request, unit):
        _card(request, unit, "")


def on_keep(request: Request, unit: Unit) -> None:
    """Yes to this one; then the next."""
    if _is_moderator(request, unit):
        item = _items(request)[int(request.data["at"])]
        _next(request, unit, _summary(plan([item], request, unit), request, unit).value)


def on_drop(request: Request, unit: Unit) -> None:
    """No to this one; then the next."""
    if _is_moderator(request, unit):
        _next(request, unit, unit.house.words.private("newsletter.dropped").value)


def on_change(request: Request, unit: Unit) -> None:
    """In other words: the reminder's own questions take over, time and source are kept."""
    if _is_moderator(request, unit):
        item = _items(request)[int(request.data["at"])]
        draft = {"at": item.at.isoformat(), "source": item.source}
        unit.ask(request, "remind.what", draft, unit.house.words.private("remind.what"))


def _next(request: Request, unit: Unit, said: str) -> None:
    at = int(request.data["at"]) + 1
    if at >= len(request.data["items"]):
        done = unit.house.words.private("newsletter.that-was-all").value
        unit.answer(request, PrivateText(f"{said}\n\n{done}"))
        return
    _card(request, unit, said, at)


def _card(request: Request, unit: Unit, said: str, at: int | None = None) -> None:
    words, items = unit.house.words, _items(request)
    number = int(request.data["at"]) if at is None else at
    item = items[number]
    data = {"items": request.data["items"], "at": number}
    post = words.public("remind.post", title=item.title, source=item.source).value
    key = "newsletter.card-cancelled" if item.cancelled else "newsletter.card"
    when = in_full(request.community.local(item.at))
    card = words.private(key, number=number + 1, count=len(items), when=when, text=post).value
    doubt = words.private("newsletter.card-doubtful").value if item.doubtful else ""
    options = [
        Option(words.label("newsletter.keep"), "newsletter.keep", data),
        Option(words.label("newsletter.change"), "newsletter.change", data),
        Option(words.label("newsletter.drop"), "newsletter.drop", data),
    ]
    unit.answer(request, PrivateText("\n\n".join(part for part in (said, card, doubt) if part)), options, once=False)


def _summary(fates: Sequence[tuple[Fate, Item]], request: Request, unit: Unit) -> PrivateText:
    words = unit.house.words
    lines = [
        words.private(
            f"newsletter.fate-{fate}",
            title=shortened(item.title, 80),
            when=in_full(request.community.local(item.at)),
        ).value
        for fate, item in fates
    ]
    if any(fate in (Fate.PLANNED, Fate.MOVED) for fate, _ in fates):
        lines.append(words.private("newsletter.planned-close").value)
    return PrivateText("\n\n".join(lines))


def _is_moderator(request: Request, unit: Unit) -> bool:
    if request.community.moderator(request.person) is not None:
        return True
    unit.answer(request, unit.house.words.private("remind.moderators-only"))
    return False


def _items(request: Request) -> list[Item]:
    return msgspec.convert(request.data["items"], list[Item], strict=False)


def _plain(items: Sequence[Item]) -> list[Any]:
    return [msgspec.to_builtins(item) for item in items]
