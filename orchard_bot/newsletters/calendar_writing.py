"""A calendar file (RFC 5545) of what newsletters announced, by icalendar: a later file changes the entries of an earlier one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

MEDIA_TYPE = "text/calendar"
MOST_ENTRIES = 300
_SHORTEST = timedelta(minutes=30)
"""How long something without an end is shown to take."""


class Entry(Struct, frozen=True, kw_only=True):
    """One event. ``uid`` and ``sequence`` make it the same entry in the next file (RFC 5545, 3.8.4.7 and 3.8.7.4)."""

    uid: str
    sequence: int
    changed_at: datetime
    title: str
    day: date
    until: date
    starts: time | None
    ends: time | None
    timezone: str
    place: str
    description: str
    cancelled: bool
    remind_at: datetime | None
    """When the calendar is to ring; None: not at all."""


def can_write() -> bool:
    """Whether the library is there."""
    try:
        import icalendar  # noqa: F401, PLC0415 - the extra
    except ModuleNotFoundError:  # pragma: no cover - the tests have it
        return False
    return True


def calendar_file(name: str, entries: Sequence[Entry]) -> bytes:
    """The file, at most ``MOST_ENTRIES`` of them. Needs the extra ``newsletter``."""
    from icalendar import Calendar  # noqa: PLC0415 - the extra

    calendar = Calendar()
    calendar.add("PRODID", "-//Orchard Bot//Reminders from the newsletter//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("X-WR-CALNAME", name)
    for entry in entries[:MOST_ENTRIES]:
        calendar.add_component(_event(entry))
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written


def _event(entry: Entry):  # type: ignore[no-untyped-def] # icalendar is an extra
    from icalendar import Alarm, Event  # noqa: PLC0415 - the extra

    event = Event()
    begins, ends = _span(entry)
    event.add("UID", entry.uid)
    event.add("SEQUENCE", entry.sequence)
    event.add("DTSTAMP", entry.changed_at)
    event.add("LAST-MODIFIED", entry.changed_at)
    event.add("DTSTART", begins)
    event.add("DTEND", ends)
    event.add("SUMMARY", entry.title)
    event.add("DESCRIPTION", entry.description)
    event.add("STATUS", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("TRANSP", "TRANSPARENT")
    if entry.place:
        event.add("LOCATION", entry.place)
    if entry.remind_at is not None and not entry.cancelled:
        alarm = Alarm()
        alarm.add("ACTION", "DISPLAY")
        alarm.add("DESCRIPTION", entry.title)
        alarm.add("TRIGGER", _before(begins, entry))
        event.add_component(alarm)
    return event


def _span(entry: Entry) -> tuple[date, date]:
    """Begin and end; whole days where no time is known, and then the end is the day after (RFC 5545, 3.6.1)."""
    if entry.starts is None:
        return entry.day, entry.until + timedelta(days=1)
    zone = ZoneInfo(entry.timezone)
    begins = datetime.combine(entry.day, entry.starts, zone)
    ends = begins + _SHORTEST if entry.ends is None else datetime.combine(entry.until, entry.ends, zone)
    return begins, max(ends, begins)


def _before(begins: date, entry: Entry) -> timedelta:
    """From the begin to the alarm, on the clock on the wall."""
    assert entry.remind_at is not None
    wall = entry.remind_at.astimezone(ZoneInfo(entry.timezone)).replace(tzinfo=None)
    start = begins.replace(tzinfo=None) if isinstance(begins, datetime) else datetime.combine(begins, time())
    return min(wall - start, timedelta())
