"""What a moderator does with a newsletter: plan all that is clear in one press, or look at one item after the other.

Nothing is planned without a person's yes, or two persons' where the community wants that. What concerns other groups
too is passed on to their moderators, who choose for their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from orchard_bot.chat.refs import PersonRef
from orchard_bot.chat.text import PrivateText, shortened, shown_name
from orchard_bot.community.community import Community
from orchard_bot.community.local_time import in_full
from orchard_bot.features.feature import Request
from orchard_bot.features.newsletter.planning import Fate, Item, fact_of, is_over, plan, times_of
from orchard_bot.features.unit import Option, Unit

MOST_LISTED = 20
"""Items in one message about all of them."""


def first_options(items: Sequence[Item], community: Community, unit: Unit, *, pass_on: bool = True) -> list[Option]:
    """What to choose under the list of what was found, in this community."""
    words = unit.house.words
    left = [item for item in items if not is_over(item, community, unit.now)]
    clear = [item for item in left if not item.doubtful and item.problem is None]
    found = []
    if clear:
        label = words.label("newsletter.plan-all", count=len(clear))
        found.append(Option(label, "newsletter.plan-all", {"items": _plain(clear)}))
    if left:
        found.append(Option(words.label("newsletter.one-by-one"), "newsletter.card", {"items": _plain(left), "at": 0}))
    if left and pass_on and len(unit.house.communities) > 1:
        found.append(Option(words.label("newsletter.pass-on"), "newsletter.pass-on", {"items": _plain(left)}))
    return found


def on_plan_all(request: Request, unit: Unit) -> None:
    """Yes to all that are clear."""
    if _is_moderator(request, unit):
        unit.answer(request, _wanted(_items(request), request, unit))


def on_card(request: Request, unit: Unit) -> None:
    """Look at one item."""
    if _is_moderator(request, unit):
        _card(request, unit, "")


def on_keep(request: Request, unit: Unit) -> None:
    """Yes to this one; then the next."""
    if _is_moderator(request, unit):
        item = _items(request)[int(request.data["at"])]
        _next(request, unit, _wanted([item], request, unit).value)


def on_drop(request: Request, unit: Unit) -> None:
    """No to this one; then the next."""
    if _is_moderator(request, unit):
        _next(request, unit, unit.house.words.private("newsletter.dropped").value)


def on_change(request: Request, unit: Unit) -> None:
    """In other words: the reminder's own questions take over, time and source are kept."""
    if not _is_moderator(request, unit):
        return
    item = _items(request)[int(request.data["at"])]
    draft = {
        "source": item.source,
        "uid": item.uid,
        "on": item.day.isoformat(),
        "until": item.until.isoformat(),
        "as_read": item.title,
        "fact": msgspec.to_builtins(fact_of(item)),
    }
    moments = times_of(item, request.community, unit.now)
    if moments:
        draft["at"] = moments[-1].isoformat()
    unit.ask(request, "remind.what", draft, unit.house.words.private("remind.what"))


def on_agree(request: Request, unit: Unit) -> None:
    """The second moderator's yes to what the first one wants to plan."""
    if not _is_moderator(request, unit):
        return
    first = request.community.moderator(PersonRef.parse(str(request.data["by"])))
    if first is None or first.person == request.person:
        unit.answer(request, unit.house.words.private("newsletter.first-is-gone"))
        return
    summary = _planned(_items(request), request, unit)
    unit.answer(request, summary)
    words, me = unit.house.words, _name(request)
    _tell(first.person, words.private("newsletter.second-agreed", moderator=me, lines=summary.value), request, unit)


def on_refuse(request: Request, unit: Unit) -> None:
    """The second moderator's no: nothing is planned, and the first one hears so."""
    if not _is_moderator(request, unit):
        return
    unit.answer(request, unit.house.words.private("newsletter.refused"))
    first = request.community.moderator(PersonRef.parse(str(request.data["by"])))
    if first is not None:
        text = unit.house.words.private(
            "newsletter.second-refused",
            moderator=_name(request),
            group=request.community.name,
            lines=_list(_items(request), unit).value,
        )
        _tell(first.person, text, request, unit)


def on_pass_on(request: Request, unit: Unit) -> None:
    """The moderators of every other group are offered the same, each for their own group."""
    if not _is_moderator(request, unit):
        return
    items, words = _items(request), unit.house.words
    others = [one for one in unit.house.communities.values() if one.id != request.community.id]
    for community in others:
        for moderator in community.moderators:
            text = words.private(
                "newsletter.offered",
                moderator=_name(request),
                theirs=request.community.name,
                group=community.name,
                lines=_list(items, unit).value,
            )
            options = first_options(items, community, unit, pass_on=False)
            unit.tell(community.chat.via, moderator.person, text, options, community=community.id, once=False)
    unit.answer(request, words.private("newsletter.passed-on", groups=", ".join(one.name for one in others)))


def _wanted(items: Sequence[Item], request: Request, unit: Unit) -> PrivateText:
    """Plan them, or ask the second moderator where it takes two."""
    community, words = request.community, unit.house.words
    if not community.reminders_by_two:
        return _planned(items, request, unit)
    others = [one for one in community.moderators if one.person != request.person]
    data = {"items": _plain(items), "by": str(request.person)}
    options = [
        Option(words.label("newsletter.agree"), "newsletter.agree", data),
        Option(words.label("newsletter.refuse"), "newsletter.refuse", data),
    ]
    text = words.private(
        "newsletter.please-agree", moderator=_name(request), group=community.name, lines=_list(items, unit).value
    )
    for other in others:
        _tell(other.person, text, request, unit, options)
    return words.private("newsletter.second-asked" if others else "newsletter.no-second")


def _tell(person: PersonRef, text: PrivateText, request: Request, unit: Unit, options: Sequence[Option] = ()) -> None:
    unit.tell(request.community.chat.via, person, text, options, community=request.community.id)


def _name(request: Request) -> str:
    """The name of the moderator who presses."""
    me = request.community.moderator(request.person)
    return shown_name(me.name) if me else ""


def _list(items: Sequence[Item], unit: Unit) -> PrivateText:
    words = unit.house.words
    lines = [words.private("newsletter.item-in-list", title=item.title).value for item in items[:MOST_LISTED]]
    if len(items) > MOST_LISTED:
        lines.append(words.private("newsletter.more", count=len(items) - MOST_LISTED).value)
    return PrivateText("\n".join(lines))


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
    when = _when(item, request.community, unit)
    key = "newsletter.card" if when else "newsletter.card-too-late"
    if item.cancelled:
        key = "newsletter.card-cancelled"
    card = words.private(key, number=number + 1, count=len(items), when=when, text=post).value
    doubt = words.private("newsletter.card-doubtful").value if item.doubtful else ""
    options = [
        Option(words.label("newsletter.keep"), "newsletter.keep", data),
        Option(words.label("newsletter.change"), "newsletter.change", data),
        Option(words.label("newsletter.drop"), "newsletter.drop", data),
    ]
    unit.answer(request, PrivateText("\n\n".join(part for part in (said, card, doubt) if part)), options, once=False)


def _planned(items: Sequence[Item], request: Request, unit: Unit) -> PrivateText:
    """What became of each."""
    words, community = unit.house.words, request.community
    fates = plan(items, community, request.person, unit)
    lines = [
        words.private(
            f"newsletter.fate-{fate}",
            title=shortened(item.title, 80),
            when=_when(item, community, unit),
        ).value
        for fate, item in fates
    ]
    if any(fate in (Fate.PLANNED, Fate.MOVED) for fate, _ in fates):
        lines.append(words.private("newsletter.planned-close").value)
    return PrivateText("\n\n".join(lines))


def _when(item: Item, community: Community, unit: Unit) -> str:
    """Every time that it would be posted; empty where it is too late for all of them."""
    moments = times_of(item, community, unit.now)
    joint = unit.house.words.private("newsletter.and").value
    return joint.join(in_full(community.local(moment)) for moment in moments)


def _is_moderator(request: Request, unit: Unit) -> bool:
    if request.community.moderator(request.person) is not None:
        return True
    unit.answer(request, unit.house.words.private("remind.moderators-only"))
    return False


def _items(request: Request) -> list[Item]:
    return msgspec.convert(request.data["items"], list[Item], strict=False)


def _plain(items: Sequence[Item]) -> list[Any]:
    return [msgspec.to_builtins(item) for item in items]
