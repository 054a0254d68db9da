"""Private reminders in the reader's own language: what the bot says is translated, what the newsletter says is not."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from orchard_bot.community.consent import OptIn
from orchard_bot.community.reminder import Lead
from orchard_bot.features.reminding.wishes import LANGUAGES, Wish, language_called, read_wish
from tests.unit.features.test_newsletter_cards import ALL_CLEAR, FAIR, TRIP, sends, until

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

KINDS = ("one", "several", "corrected", "week")


def test_every_language_has_every_sentence_and_says_who_speaks_and_how_it_ends(stage: Stage) -> None:
    words = stage.house.words
    for language in LANGUAGES:
        said = [
            words.private(f"reminders.one-{language}", title="Fair", source="page 2").value,
            words.private(f"reminders.corrected-{language}", title="Fair", source="page 2").value,
            words.private(f"reminders.several-{language}", lines="Fair").value,
            words.private(f"reminders.week-{language}", lines="Fair").value,
        ]
        assert all("Fair" in text and "/reminders off" in text for text in said)
        assert len(set(said)) == len(KINDS)
        assert "Fair" in words.private(f"reminders.called-off-{language}", title="Fair").value


def test_a_language_is_chosen_kept_and_shown(stage: Stage) -> None:
    stage.command("/reminders on week")
    stage.choose("In another language")
    assert stage.labels(stage.anna) == list(LANGUAGES.values())
    stage.choose("Polski")
    assert stage.books.consents.choices("3b", OptIn.REMINDERS) == {stage.anna: "week/pl"}
    assert "a week before, in Polski." in stage.told(stage.anna)[-1]
    stage.choose("On the morning of the day")
    assert stage.books.consents.choices("3b", OptIn.REMINDERS) == {stage.anna: "morning/pl"}
    stage.command("/reminders")
    assert "on the morning of the day, in Polski." in stage.told(stage.anna)[-1]
    stage.command("/reminders on english")
    assert stage.books.consents.choices("3b", OptIn.REMINDERS) == {stage.anna: "morning"}


@pytest.mark.parametrize(
    ("typed", "kept"), [("polish", "/pl"), ("اردو", "/ur"), ("RO", "/ro"), ("klingon", ""), ("", "")]
)
def test_a_language_can_be_typed(stage: Stage, typed: str, kept: str) -> None:
    stage.command(f"/reminders on {typed}")
    assert stage.books.consents.choices("3b", OptIn.REMINDERS) == {stage.anna: kept}


def test_all_that_is_said_is_said_in_it(stage: Stage) -> None:
    stage.command("/reminders on week")
    stage.command("/reminders on polish")
    stage.set(week_ahead=False)
    sends(stage, FAIR, TRIP)
    stage.choose(ALL_CLEAR, stage.mia)
    until(stage, 17, 12, 0)
    [first] = [text for text in stage.told(stage.anna) if "biuletyn" in text]
    assert first.startswith("Z biuletynu szkolnego: Fri 23 Jan 2026, 3.15pm: Fair")
    assert "rodzice, nie szkoła" in first
    sends(stage, replace(FAIR, starts=time(14)))
    stage.choose("Plan all that are clear (1)", stage.mia)
    assert stage.told(stage.anna)[-1].startswith("W biuletynie poprawiono: Fri 23 Jan 2026, 2pm: Fair")
    sends(stage, replace(FAIR, starts=time(14), cancelled=True))
    stage.choose("Plan all that are clear (1)", stage.mia)
    assert "Odwołane: Fri 23 Jan 2026, 2pm: Fair" in stage.told(stage.anna)[-1]


def test_who_hears_with_the_group_hears_it_too(stage: Stage) -> None:
    stage.command("/reminders on romanian")
    sends(stage, FAIR, TRIP)
    stage.choose(ALL_CLEAR, stage.mia)
    until(stage, 26, 12, 0)
    told = [text for text in stage.told(stage.anna) if "părinți" in text]
    assert any(text.startswith("Din buletinul școlii: ") for text in told)
    assert any(text.startswith("Săptămâna aceasta, din buletin:") for text in told)


def test_a_language_that_is_no_longer_there_becomes_english() -> None:
    assert read_wish("week/xx") == Wish(Lead.WEEK)
    assert read_wish("") == Wish()
    assert language_called(" Polski ") == "pl"
