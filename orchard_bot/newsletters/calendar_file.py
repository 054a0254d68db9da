"""Calendar files (.ics), by icalendar: each entry in the community's own time, what recurs one by one for a year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar, Component

from orchard_bot.community.newsletter import FoundEvent, Refusal, Source, Trouble
from orchard_bot.newsletters.details import bring_or_pay
from orchard_bot.newsletters.paragraphs import Contents, UnreadableDocument, tidy

MOST_ENTRIES = 2_000
MOST_TIMES = 60
"""How often one entry that recurs is taken."""
AHEAD = timedelta(days=400)
_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")


def read_calendar(data: bytes, source: Source, today: date, zone: ZoneInfo) -> Contents:
    """The entries of a calendar file as events. Raises ``UnreadableDocument`` where it is none."""
    try:
        calendar = Calendar.from_ical(data)
        entries = list(calendar.walk("VEVENT"))[: MOST_ENTRIES + 1]
        name = tidy(str(calendar.get("X-WR-CALNAME") or ""))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise UnreadableDocument(
            Refusal.BROKEN, "This calendar file is damaged. Export it anew, or paste its text."
        ) from error
    troubles: list[tuple[Trouble, str]] = []
    if len(entries) > MOST_ENTRIES:
        troubles.append((Trouble.CUT, ""))
    found: list[FoundEvent] = []
    moved = {
        (str(one.get("UID")), _instant(_value(one, "RECURRENCE-ID"), zone)) for one in entries if "RECURRENCE-ID" in one
    }
    for entry in entries[:MOST_ENTRIES]:
        title = tidy(str(entry.get("SUMMARY") or ""))
        try:
            found += _events(entry, title, source, today, zone, moved)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError):
            troubles.append((Trouble.ODD_ENTRY, title[:60]))
    found.sort(key=lambda event: (event.day, event.starts or time.min))
    return Contents(title=name, events=tuple(found), troubles=tuple(troubles))


def _events(
    entry: Component, title: str, source: Source, today: date, zone: ZoneInfo, moved: set[tuple[str, datetime | None]]
) -> Iterator[FoundEvent]:
    begin = _value(entry, "DTSTART")
    if not isinstance(begin, date):
        raise TypeError("an entry without a beginning")
    end = _value(entry, "DTEND")
    duration = _value(entry, "DURATION")
    length = end - begin if isinstance(end, date) else duration if isinstance(duration, timedelta) else timedelta(0)
    if length < timedelta(0):
        raise ValueError("an entry that ends before it begins")
    uid = tidy(str(entry.get("UID") or f"{title}-{begin}"))[:200]
    is_moved = "RECURRENCE-ID" in entry
    times = [begin] if is_moved else list(_times(entry, begin, today, zone))
    for each in times:
        if not is_moved and (uid, _instant(each, zone)) in moved:
            continue
        several = len(times) > 1 or is_moved
        yield _event(entry, title, source, each, length, zone, f"{uid}/{each:%Y%m%d}" if several else uid)


def _event(
    entry: Component, title: str, source: Source, begin: date, length: timedelta, zone: ZoneInfo, uid: str
) -> FoundEvent:
    if isinstance(begin, datetime):
        first, last = _local(begin, zone), _local(begin + length, zone)
        starts: time | None = first.time().replace(second=0, microsecond=0)
        ends = last.time().replace(second=0, microsecond=0) if length else None
        day, last_day = first.date(), last.date() if last.date() > first.date() else None
        if last_day and last.time() == time.min:
            last_day = last_day - timedelta(days=1) if last_day - timedelta(days=1) > day else None
    else:
        # the end of whole days is the day after the last
        starts = ends = None
        day, last_day = begin, begin + length - timedelta(days=1) if length > timedelta(days=1) else None
    about = tidy(str(entry.get("DESCRIPTION") or ""))
    return FoundEvent(
        uid=uid,
        title=title,
        day=day,
        last_day=last_day,
        starts=starts,
        ends=ends,
        place=tidy(str(entry.get("LOCATION") or ""))[:120],
        bring=bring_or_pay(about),
        cancelled=str(entry.get("STATUS") or "").upper() == "CANCELLED",
        source=source,
        sentence=f"{title}. {about}".strip()[:300],
    )


def _times(entry: Component, begin: date, today: date, zone: ZoneInfo) -> Iterator[date]:
    """When it happens, within a year and a month of today; without a rule: once."""
    rule = entry.get("RRULE")
    if rule is None:
        yield begin
        return
    text = rule.to_ical().decode() if not isinstance(rule, list) else rule[0].to_ical().decode()
    if any(f"FREQ={word}" in text for word in _OFTEN):
        raise ValueError("an entry that recurs many times a day")
    # Reckoned in local wall time, so that 9 o'clock stays 9 o'clock when the clocks change.
    is_time = isinstance(begin, datetime)
    start = (
        _local(begin, zone).replace(tzinfo=None) if isinstance(begin, datetime) else datetime.combine(begin, time.min)
    )
    parts = [part for part in text.split(";") if not part.startswith("UNTIL=")]
    until = rule.get("UNTIL") if not isinstance(rule, list) else None
    last = datetime.combine(today, time.min) + AHEAD
    if until:
        given = until[0]
        stop = (
            _local(given, zone).replace(tzinfo=None)
            if isinstance(given, datetime)
            else datetime.combine(given, time.max)
        )
        last = min(last, stop)
    left_out = {_instant(each.dt, zone) for many in _lists(entry.get("EXDATE")) for each in many.dts}
    taken = 0
    for each in rrulestr(";".join(parts), dtstart=start, ignoretz=True):
        if each > last or taken >= MOST_TIMES:
            return
        value: date = each.replace(tzinfo=zone) if is_time else each.date()
        if each >= datetime.combine(today, time.min) - timedelta(days=31) and _instant(value, zone) not in left_out:
            taken += 1
            yield value


def _lists(value: object) -> list:  # type: ignore[type-arg] # icalendar gives one or several of its own lists
    return [] if value is None else value if isinstance(value, list) else [value]


def _value(entry: Component, name: str) -> object:
    found = entry.get(name)
    if isinstance(found, list):
        found = found[0]
    return getattr(found, "dt", None)


def _local(value: datetime, zone: ZoneInfo) -> datetime:
    return value.replace(tzinfo=zone) if value.tzinfo is None else value.astimezone(zone)


def _instant(value: object, zone: ZoneInfo) -> datetime | None:
    if isinstance(value, datetime):
        return _local(value, zone).astimezone(UTC)
    return datetime.combine(value, time.min, UTC) if isinstance(value, date) else None
