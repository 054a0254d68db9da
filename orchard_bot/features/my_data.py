"""``/mydata`` and ``/forgetme``: everything that is held on the person who asks, and its erasure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from orchard_bot.chat.text import PrivateText
from orchard_bot.community.community import Role
from orchard_bot.features.books import Erased, Held
from orchard_bot.features.feature import Command, Feature, Outcome, Request, Where
from orchard_bot.features.unit import Option, Unit

ANYBODY = frozenset(Role)
"""Also those who have left: something may still be held on them."""
GONE = "my-data.gone"
SHOWN = 5
"""Rows of a kind in words; all of them are in the JSON."""


def on_mydata(request: Request, unit: Unit) -> None:
    """Twice: in words, and as JSON to take along."""
    words = unit.house.words
    held = unit.books.personal.held(request.person, unit.house.retention)
    if not held:
        unit.answer(request, words.private("my-data.nothing"))
        return
    kinds = "\n\n".join(_kind(one, unit) for one in held)
    unit.answer(request, words.private("my-data.all", person=str(request.person), kinds=kinds))
    data = {"person": str(request.person), "held": {one.kind: one.rows for one in held}}
    unit.answer(request, PrivateText(msgspec.json.format(msgspec.json.encode(data), indent=1).decode()))


def _kind(held: Held, unit: Unit) -> str:
    words = unit.house.words
    lines = [_line(row) for row in held.rows[:SHOWN]]
    if len(held.rows) > SHOWN:
        lines.append(words.private("my-data.more", count=len(held.rows) - SHOWN).value)
    return words.private("my-data.kind", about=held.about, until=held.until, rows="\n".join(lines)).value


def _line(row: Mapping[str, object]) -> str:
    return "• " + ", ".join(f"{name.replace('_', ' ')}: {_shown(value)}" for name, value in row.items())


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def on_forgetme(request: Request, unit: Unit) -> None:
    """Ask once; nothing is erased by mistyping."""
    words = unit.house.words
    unit.answer(
        request,
        words.private("my-data.forget-ask", days=unit.house.retention.open_case.days),
        [
            Option(words.label("my-data.yes"), "my-data.forget"),
            Option(words.label("my-data.no"), "my-data.keep"),
        ],
    )


def on_yes(request: Request, unit: Unit) -> None:
    """Erase, and say what stays until when. That they were written to just now goes once it is delivered."""
    erased = unit.books.personal.erase(request.person, unit.now)
    unit.note(request.community.id, "forgotten", request.community.id, by=request.person)
    text = unit.house.words.private("my-data.forget-done").value + _waits(erased, request, unit)
    unit.answer(request, PrivateText(text), origin=GONE)


def _waits(erased: Erased, request: Request, unit: Unit) -> str:
    words = unit.house.words
    days = unit.house.retention.open_case.days
    parts = [words.private("my-data.forget-others", days=days).value]
    if erased.until is not None:
        day = request.community.local(erased.until)
        parts.insert(
            0, words.private("my-data.forget-reports", count=erased.reports, date=f"{day.day} {day:%B %Y}").value
        )
    return "\n\n" + "\n\n".join(parts)


def on_no(request: Request, unit: Unit) -> None:
    """Nothing happens."""
    unit.answer(request, unit.house.words.private("my-data.forget-kept"))


def on_gone(outcome: Outcome, unit: Unit) -> None:
    """The last word has reached them, or cannot: the note of that goes too."""
    if outcome.person is not None and not outcome.waiting:
        unit.books.personal.erase(outcome.person, unit.now)


FEATURE = Feature(
    name="my-data",
    commands=(
        Command("mydata", on_mydata, summary="my-data.summary", where=Where.PRIVATE, roles=ANYBODY),
        Command("forgetme", on_forgetme, summary="my-data.forget-summary", where=Where.PRIVATE, roles=ANYBODY),
    ),
    actions={"my-data.forget": on_yes, "my-data.keep": on_no},
    outcomes={GONE: on_gone},
)
