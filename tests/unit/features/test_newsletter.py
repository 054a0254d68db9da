"""What a moderator hears about a newsletter: each item with its place, each doubt, each thing that was not read."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from orchard_bot.community.newsletter import Doubt, FoundEvent, Newsletter, Refusal, Source, Trouble, Unreadable
from orchard_bot.features.newsletter.saying import time_in_words
from orchard_bot.testing.builders import a_private_message

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

SOURCE = Source(title="Larch news", day=date(2026, 11, 13), place="p. 2", fingerprint="0" * 64)
FAIR = FoundEvent(
    uid="1",
    title="Fair",
    day=date(2026, 12, 4),
    starts=time(15, 15),
    ends=time(17),
    place="Hall",
    bring="£1",
    source=SOURCE,
)


def told(stage: Stage, newsletter: Newsletter | Unreadable | None) -> str:
    event = a_private_message("/newsletter", author=stage.mia)
    request = stage.request(event, stage.mia, newsletter=newsletter)
    stage.run(stage.routes.commands["newsletter"][1].run, request)
    return stage.told(stage.mia)[-1]


def read(*events: FoundEvent, **fields: object) -> Newsletter:
    return Newsletter(source=SOURCE, events=events, **fields)  # type: ignore[arg-type] # a test names them


def test_an_item_is_shown_with_its_place_in_the_newsletter(stage: Stage) -> None:
    assert told(stage, read(FAIR)) == (
        "I have read Larch news of Fri 13 Nov 2026. This is what I found; please compare it with the original.\n\n"
        "• Fri 4 Dec 2026, 3.15pm to 5pm: Fair\n   Where: Hall\n   Bring or pay: £1\n   In the newsletter: p. 2"
    )


def test_days_and_nothing_more(stage: Stage) -> None:
    source = replace(SOURCE, title="", day=None, place="")
    week = FoundEvent(
        uid="1", title="", day=date(2026, 12, 7), last_day=date(2026, 12, 11), source=source, cancelled=True
    )
    said = told(stage, Newsletter(source=source, events=(week,)))
    assert "I have read your text." in said
    assert said.endswith("• Mon 7 Dec 2026 to Fri 11 Dec 2026: CANCELLED: (not clear what)")


@pytest.mark.parametrize("doubt", list(Doubt))
def test_every_doubt_is_said(stage: Stage, doubt: Doubt) -> None:
    assert "Look twice:" in told(stage, read(replace(FAIR, doubts=(doubt,))))


@pytest.mark.parametrize("trouble", list(Trouble))
def test_everything_that_was_not_read_is_said(stage: Stage, trouble: Trouble) -> None:
    assert "p. 7" in told(stage, read(FAIR, troubles=((trouble, "p. 7"),)))


@pytest.mark.parametrize("why", list(Refusal))
def test_every_refusal_says_what_to_do(stage: Stage, why: Refusal) -> None:
    assert len(told(stage, Unreadable(why))) > 40


def test_a_long_list_is_cut_and_says_so(stage: Stage) -> None:
    said = told(stage, read(*[FAIR] * 23))
    assert said.count("• ") == 20
    assert "… and 3 more." in said


def test_a_newsletter_without_dates(stage: Stage) -> None:
    assert "found no dates in it" in told(stage, read())


def test_without_anything_it_says_how(stage: Stage) -> None:
    assert "Send me the newsletter here" in told(stage, None)


def test_times_are_said_as_people_say_them() -> None:
    assert [time_in_words(each) for each in (time(12), time(9), time(0, 30), time(13, 5))] == [
        "12 noon",
        "9am",
        "12.30am",
        "1.05pm",
    ]
