"""The normaliser sees through disguises and always knows where a character came from."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchard_bot.detectors import normaliser
from orchard_bot.detectors.normaliser import Undisguised, fold, squeezed


@pytest.mark.parametrize(
    "disguised",
    [
        "MUDDY",
        "ｍｕｄｄｙ",
        "𝓂𝓊𝒹𝒹𝓎",
        "m\u200bud\u00addy",
        "mu\u0301d\u0337dy",
        "müddý",
        "🅼🆄🅳🅳🆈",
        "ⓜⓤⓓⓓⓨ",
        "мυԁԁу",
        "ᴍᴜᴅᴅʏ",
        "🇲🇺🇩🇩🇾",
    ],
)
def test_one_word_shines_through_every_disguise(disguised: str) -> None:
    assert fold(disguised).text == "muddy"


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("b00t$", "boots"),
        ("W3ll1e5", "wellies"),
        ("c@p+", "capt"),
        ("ﬃ ½", "ffi i 2"),
        ("Größe", "grosse"),
        ("don’t — stop!", "don t   stop "),
        ("हिन्दी", "हिन्दी"),
        ("a😀b🖕🏽", "a😀b🖕🏽"),
    ],
)
def test_signs_become_letters_and_punctuation_becomes_space(written: str, folded: str) -> None:
    assert fold(written).text == folded


def test_a_span_leads_back_to_the_original_characters() -> None:
    text = "Well, m\u200bu\u0301ddy ﬃ boots"
    folded = fold(text)
    start = folded.text.index("muddy")
    assert text[slice(*folded.span(start, start + 5))] == "m\u200bu\u0301ddy"
    start = folded.text.index("fi")
    assert text[slice(*folded.span(start, start + 1))] == "ﬃ"


@given(st.text())
def test_every_folded_character_has_a_place_in_the_original(text: str) -> None:
    folded = fold(text)
    spans = [folded.span(at, at + 1) for at in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


@given(st.text(alphabet=st.characters(codec="ascii")))
def test_plain_text_keeps_its_length(text: str) -> None:
    assert len(fold(text).text) == len(text)


@given(st.text())
def test_the_ascii_part_of_a_text_folds_alike_with_and_without_foreign_company(text: str) -> None:
    plain = "".join(character for character in text if character.isascii())
    assert fold(plain + "ж").text == fold(plain).text + "ж"


def test_the_table_of_seen_characters_is_bounded() -> None:
    every = "".join(map(chr, range(0x4E00, 0x4E00 + 2 * normaliser._REMEMBERED)))
    assert fold(every).text == every
    assert len(normaliser._TABLE) <= normaliser._REMEMBERED


def test_spaced_letters_are_joined_and_repeats_squeezed() -> None:
    text = Undisguised("so m u  d d y now sooo")
    assert text.text == "so mudy now so"
    start = text.text.index("mudy")
    assert text.runs[start : start + 4] == [1, 1, 2, 1]
    assert text.spaced(start, start + 4)
    assert not text.spaced(start - 1, start + 4)
    assert text.span(start, start + 4) == (3, 13)


def test_two_single_letters_are_no_spaced_word() -> None:
    assert Undisguised("a b cd").text == "a b cd"


@given(st.text())
def test_undisguising_any_text_keeps_its_places(text: str) -> None:
    folded = fold(text).text
    found = Undisguised(folded)
    assert len(found.text) == len(found.runs)
    spans = [found.span(at, at + 1) for at in range(len(found.text))]
    assert all(0 <= start < end <= len(folded) for start, end in spans)
    assert spans == sorted(spans)


@given(st.text())
def test_squeezing_counts_every_character(text: str) -> None:
    letters, runs = squeezed(text)
    assert "".join(letter * run for letter, run in zip(letters, runs, strict=True)) == text
    assert all(one != other for one, other in itertools.pairwise(letters))
