"""An operator's own patterns are found whatever the text; patterns that cannot be right are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchard_bot.detectors import patterns
from orchard_bot.detectors.observation import MOST_OBSERVATIONS, Detector
from orchard_bot.detectors.reading import Reading
from orchard_bot.errors import ConfigError

Build: TypeAlias = Callable[..., Detector]

REASON = "This may be a petition."


@pytest.fixture(scope="module")
def detector(build: Build) -> Detector:
    return build(patterns.build, clause="campaign", patterns=[r"\bpetitions?\b", r"sign\w* (it|this)"], reason=REASON)


def test_matches_are_marked_in_order_whatever_the_capitals(detector: Detector) -> None:
    text = "😀 SIGN THIS Petition é"
    seen = detector.observe(Reading(text))
    assert [text[slice(*one.span)] for one in seen] == ["SIGN THIS", "Petition"]
    assert {(one.clause, one.reason, one.score) for one in seen} == {("campaign", REASON, 1.0)}


def test_a_flood_of_matches_gives_a_handful_of_observations(detector: Detector) -> None:
    assert len(detector.observe(Reading("petition " * 20_000))) == MOST_OBSERVATIONS


def test_half_a_surrogate_pair_hides_nothing(detector: Detector) -> None:
    text = "\ud83d petition"
    assert [one.span for one in detector.observe(Reading(text))] == [(2, 10)]


@given(st.text(st.characters(categories=None)))
def test_no_text_raises_or_shifts_a_span(detector: Detector, text: str) -> None:
    text = f"{text} petition"
    assert detector.observe(Reading(text))[-1].span == (len(text) - 8, len(text))


def test_an_empty_match_is_no_observation(build: Build) -> None:
    words = build(patterns.build, patterns=[r"\b"], reason=REASON)
    assert words.observe(Reading("some words")) == ()


@pytest.mark.parametrize(
    ("given_patterns", "words"),
    [
        (["a(?=b)"], "RE2 refuses"),
        (["(unclosed"], "RE2 refuses"),
        (["a*"], "matches any text"),
        ([], "not empty"),
        ([""], "not empty"),
    ],
)
def test_a_pattern_that_cannot_be_right_is_refused(build: Build, given_patterns: list[str], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        build(patterns.build, patterns=given_patterns, reason=REASON)


def test_the_version_tells_patterns_apart(build: Build) -> None:
    one, other = (build(patterns.build, patterns=[word], reason=REASON).version for word in ("one", "two"))
    assert one != other
