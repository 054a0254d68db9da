"""/reminders calendar: a file that a later one corrects, with where each thing was published; or the same in words."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from msgspec.structs import replace

from orchard_bot.chat.files import MOST_BYTES, Enclosure, UnfitFile
from orchard_bot.chat.intents import TellPrivately
from orchard_bot.chat.text import PrivateText
from tests.unit.features.test_newsletter_cards import ALL_CLEAR, FAIR, TRIP, sends, until

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

ONE_CLEAR = "Plan all that are clear (1)"
LONDON = ZoneInfo("Europe/London")


def file(stage: Stage) -> list[Any]:
    """The entries of the file that Anna gets."""
    stage.command("/reminders calendar")
    given = last(stage).file
    assert given is not None
    assert (given.name, given.kind) == ("class-dates.ics", "text/calendar")
    calendar = Calendar.from_ical(given.data)
    return sorted(calendar.walk("VEVENT"), key=lambda one: str(one["SUMMARY"]))


def last(stage: Stage) -> TellPrivately:
    return [one for one in stage.intents if isinstance(one, TellPrivately) and one.person == stage.anna][-1]


def test_it_has_every_date_with_its_source_place_and_alarm(stage: Stage) -> None:
    sends(stage, FAIR, replace(TRIP, last_day=date(2026, 1, 28)))
    stage.choose(ALL_CLEAR, stage.mia)
    fair, trip = file(stage)[::-1] if str(file(stage)[0]["SUMMARY"]) == "Farm trip" else file(stage)
    assert str(fair["SUMMARY"]) == "Fair"
    assert fair["DTSTART"].dt == datetime(2026, 1, 23, 15, 15, tzinfo=LONDON)
    assert str(fair["LOCATION"]) == "hall"
    assert "From the newsletter: Larch news of Fri 9 Jan 2026, p. 2" in str(fair["DESCRIPTION"])
    assert "not by the school" in str(fair["DESCRIPTION"])
    assert str(fair["STATUS"]) == "CONFIRMED"
    [alarm] = fair.walk("VALARM")
    assert fair["DTSTART"].dt + alarm["TRIGGER"].dt == datetime(2026, 1, 22, 18, 30, tzinfo=LONDON)
    assert (trip["DTSTART"].dt, trip["DTEND"].dt) == (date(2026, 1, 27), date(2026, 1, 29))
    assert "bring wellies" in str(trip["DESCRIPTION"])
    assert trip.walk("VALARM")[0]["TRIGGER"].dt == timedelta(hours=-5, minutes=-30)


def test_a_corrected_edition_changes_the_entry_and_a_cancellation_marks_it(stage: Stage) -> None:
    sends(stage, FAIR)
    stage.choose(ONE_CLEAR, stage.mia)
    [first] = file(stage)
    sends(stage, FAIR)
    stage.choose(ONE_CLEAR, stage.mia)
    [same] = file(stage)
    assert same.to_ical() == first.to_ical()
    stage.now += timedelta(hours=1)
    sends(stage, replace(FAIR, starts=time(14), ends=time(16)))
    stage.choose(ONE_CLEAR, stage.mia)
    [second] = file(stage)
    assert second["DTEND"].dt == datetime(2026, 1, 23, 16, tzinfo=LONDON)
    sends(stage, replace(FAIR, starts=time(14), ends=time(16), cancelled=True))
    stage.choose(ONE_CLEAR, stage.mia)
    [third] = file(stage)
    assert [int(one["SEQUENCE"]) for one in (first, second, third)] == [0, 1, 2]
    assert len({str(one["UID"]) for one in (first, second, third)}) == 1
    assert first["DTSTAMP"].dt < second["DTSTAMP"].dt
    assert str(third["STATUS"]) == "CANCELLED"
    assert str(third["SUMMARY"]) == "Called off: Fair"
    assert third.walk("VALARM") == []


def test_the_alarm_rings_at_the_time_that_the_person_chose(stage: Stage) -> None:
    sends(stage, FAIR)
    stage.choose(ONE_CLEAR, stage.mia)
    stage.command("/reminders on week")
    [fair] = file(stage)
    [alarm] = fair.walk("VALARM")
    assert fair["DTSTART"].dt + alarm["TRIGGER"].dt == datetime(2026, 1, 16, 18, 30, tzinfo=LONDON)
    until(stage, 23, 15, 20)
    assert file(stage)[0].walk("VALARM") == []


def test_somebody_in_two_classes_gets_both_and_sees_which_is_which(stage: Stage) -> None:
    sends(stage, FAIR)
    stage.choose("Pass it on to the other groups", stage.mia)
    stage.choose(ONE_CLEAR, stage.mia)
    stage.books.people.joined("year-4", stage.anna, stage.now)
    sends(stage, FAIR)
    stage.choose(ONE_CLEAR, stage.mia)
    titles = [str(one["SUMMARY"]) for one in file(stage)]
    assert titles == ["Class 3B: Fair", "Year 4: Fair"]
    words = last(stage).without_file
    assert words is not None
    assert "Class 3B: Fri 23 Jan 2026, 3.15pm: Fair; hall\n   (Larch news of Fri 9 Jan 2026, p. 2)" in words.value
    assert len({str(one["UID"]) for one in file(stage)}) == 2


def test_where_files_cannot_be_sent_the_words_say_all_of_it(stage: Stage) -> None:
    many = [replace(FAIR, uid=f"fair {number}", day=FAIR.day + timedelta(days=number)) for number in range(32)]
    sends(stage, *many)
    stage.choose("Plan all that are clear (32)", stage.mia)
    sends(stage, replace(FAIR, uid="fair 0", cancelled=True))
    stage.choose(ONE_CLEAR, stage.mia)
    assert len(file(stage)) == 32
    words = last(stage).without_file
    assert words is not None
    assert "Called off: Fri 23 Jan 2026, 3.15pm: Fair" in words.value
    assert "And 2 more" in words.value
    assert "not by the school" in words.value


def test_with_nothing_to_come_there_is_no_file(stage: Stage) -> None:
    stage.command("/reminders")
    stage.choose("A file for my calendar")
    assert last(stage).file is None
    assert "nothing to come" in stage.told(stage.anna)[-1]


@pytest.mark.parametrize(
    "unfit",
    [
        Enclosure("", "text/plain", b"x"),
        Enclosure("../etc/passwd", "text/plain", b"x"),
        Enclosure("a\nb", "text/plain", b"x"),
        Enclosure("empty.txt", "text/plain", b""),
        Enclosure("large.txt", "text/plain", b"x" * (MOST_BYTES + 1)),
    ],
)
def test_a_file_that_no_platform_should_see_goes_nowhere(stage: Stage, unfit: Enclosure) -> None:
    with pytest.raises(UnfitFile):
        stage._unit().tell(stage.account, stage.anna, PrivateText("here"), file=unfit)
