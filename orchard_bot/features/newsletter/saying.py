"""When something is, in words that a parent reads on a phone: ``Fri 4 Dec, 3.15pm to 5pm``."""

from __future__ import annotations

from datetime import date, time

from orchard_bot.community.newsletter import FoundEvent


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
