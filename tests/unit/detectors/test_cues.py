"""Adverts, campaigns, appeals, politics and quoted messages are noticed by turns of phrase; their innocent twins are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchard_bot.detectors import campaign, commercial, dojo, personal_appeal, politics
from orchard_bot.detectors.cues import noticed, plain, scores, topics
from orchard_bot.detectors.hints import _Untouched, hints, names
from orchard_bot.detectors.observation import Detector, DetectorFactory
from orchard_bot.detectors.reading import Reading

Build: TypeAlias = Callable[..., Detector]
CLEAR = 0.75

TOLD = [
    (commercial.build, "I make celebration cakes, DM me to order", "Who made the cakes for the PTA stall?"),
    (commercial.build, "Free quotes from my husband, he's a roofer", "Can anyone recommend a roofer? Quotes please"),
    (campaign.build, "Sign the petition against the mast", "Sign the reading record, please"),
    (personal_appeal.build, "Please sponsor me for the marathon", "Comic Relief on Friday, £1 each"),
    (dojo.build, "Screenshot of what Mrs Lee sent me", "Please don't post screenshots of teachers' messages"),
    (politics.build, "Vote Tory on Thursday", "Polling station in the hall, no lunch club"),
]


@pytest.mark.parametrize(("factory", "breach", "fine"), TOLD)
def test_the_breach_is_told_from_its_innocent_twin(
    build: Build, factory: DetectorFactory, breach: str, fine: str
) -> None:
    detector = build(factory, clause="any")
    [seen] = detector.observe(Reading(breach))
    assert seen.score >= CLEAR
    assert breach[slice(*seen.span)].strip()
    assert max((one.score for one in detector.observe(Reading(fine))), default=0.0) < CLEAR


def test_where_nothing_is_told_nothing_is_noticed(build: Build) -> None:
    assert build(campaign.build, clause="campaign").observe(Reading("PE kit tomorrow")) == ()
    assert noticed(Reading("School council meets on Monday"), "campaign") is None, "only what speaks for innocence"


def test_typographic_quotes_and_capitals_hide_nothing() -> None:
    assert plain(Reading("DON’T ‘Sign’")) == "don't 'sign'"
    assert noticed(Reading("LET’S ALL BOYCOTT THEM"), "campaign") is not None


@given(st.text(st.characters(categories=None)))
def test_no_text_raises_and_every_place_stays_where_it_was(text: str) -> None:
    reading = Reading(f"{text} sign the petition")
    assert len(plain(reading)) == len(reading.scanned)
    found = noticed(reading, "campaign")
    assert found is not None
    assert 0 <= found.span[0] < found.span[1] <= len(reading.scanned)
    assert len(scores(reading)) == len(topics())
    row = hints(reading)
    assert len(row) == len(names())
    assert all(0.0 <= number <= 1.0 for number in row)


def test_a_capital_that_becomes_two_small_letters_shifts_nothing() -> None:
    assert len(plain(Reading("İSTANBUL"))) == len("İSTANBUL")


def test_the_lists_of_the_hints_have_nothing_to_refuse() -> None:
    with pytest.raises(AssertionError, match="nothing to refuse"):
        _Untouched().refuse("add", problem="", fix="")


def test_hints_of_a_short_shout_say_so() -> None:
    row = dict(zip(names(), hints(Reading("WHAT THE F**K?!!!")), strict=True))
    assert row["swearing"] > 0.8
    assert row["question"] == row["exclaiming"] == row["short"] == 1.0
    assert row["shouting"] == 1.0
