"""What was found, in words that a parent reads on a phone: ``Fri 4 Dec, 3.15pm to 5pm``."""

from __future__ import annotations

from datetime import date, time

from orchard_bot.chat.text import PrivateText
from orchard_bot.community.newsletter import FoundEvent, Newsletter
from orchard_bot.features.unit import Unit

MOST_SHOWN = 20
"""Events in one message; a phone shows no more in one piece."""
MOST_TROUBLES = 6


def when_in_words(event: FoundEvent) -> str:
    """Day or days, and the times where there are any. The year where it is not the newsletter's own."""
    said = day_in_words(event.day)
    if event.last_day:
        said += f" to {day_in_words(event.last_day)}"
    if event.starts:
        said += f", {time_in_words(event.starts)}"
    if event.starts and event.ends:
        said += f" to {time_in_words(event.ends)}"
    return said


def day_in_words(day: date) -> str:
    """``Fri 4 Dec 2026``."""
    return f"{day:%a} {day.day} {day:%b %Y}"


def time_in_words(moment: time) -> str:
    """``3.15pm``, ``9am``, ``12 noon``."""
    if moment == time(12):
        return "12 noon"
    minutes = f".{moment.minute:02}" if moment.minute else ""
    return f"{(moment.hour - 1) % 12 + 1}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def newsletter_in_words(found: Newsletter, unit: Unit) -> PrivateText:
    """What it announces, what is doubtful, what was not read."""
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
