"""``/reminders`` for everybody in the group: what comes next, and whether I hear of it in my private chat."""

from __future__ import annotations

from dataclasses import replace

from orchard_bot.community.consent import OptIn
from orchard_bot.community.local_time import in_full
from orchard_bot.features.feature import Request
from orchard_bot.features.joining.consent import on_join, on_leave
from orchard_bot.features.reminding.remind_posting import POST
from orchard_bot.features.unit import Unit

MOST_SHOWN = 10


def on_reminders(request: Request, unit: Unit) -> None:
    """``/reminders``, ``/reminders on``, ``/reminders off``."""
    wanted = request.args.strip().lower()
    if wanted in ("on", "off"):
        switch = on_join if wanted == "on" else on_leave
        switch(replace(request, args=OptIn.REMINDERS.value), unit)
        return
    request.hide_command(unit)
    unit.answer(request, unit.house.words.private("reminders.list", lines=_lines(request, unit), on=_on(request, unit)))


def _lines(request: Request, unit: Unit) -> str:
    words, community = unit.house.words, request.community
    rows = unit.books.schedules.upcoming(community.id, POST)
    lines = [
        words.private(
            "reminders.line",
            when=in_full(community.local(row.due)),
            title=row.data["title"],
            source=row.data["source"],
        ).value
        for row in rows[:MOST_SHOWN]
    ]
    if len(rows) > MOST_SHOWN:
        lines.append(words.private("reminders.more", count=len(rows) - MOST_SHOWN).value)
    return "\n\n".join(lines or [words.private("reminders.none").value])


def _on(request: Request, unit: Unit) -> str:
    given = unit.books.consents.given(request.community.id, request.person)
    return unit.house.words.private("reminders.is-on" if OptIn.REMINDERS in given else "reminders.is-off").value
