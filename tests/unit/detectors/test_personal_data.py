"""Other people's numbers and addresses are noticed; one's own, the office's and what was agreed to are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchard_bot.detectors import personal_data
from orchard_bot.detectors.observation import MOST_OBSERVATIONS, Detector
from orchard_bot.detectors.reading import Reading

Build: TypeAlias = Callable[..., Detector]

BREACHES = [
    ("Ella's mum is on 07700 900123", "07700 900123"),
    ("Mrs Patel's mobile: +44 7700 900142, ring her", "+44 7700 900142"),
    ("the governor's home number is (0116) 496 0118", "(0116) 496 0118"),
    ("Mr Tran lives at 12 Mill Lane", "12 Mill Lane"),
    ("she's moved to LE11 4QT", "LE11 4QT"),
    ("her own email is kelly.h88@mail.example", "kelly.h88@mail.example"),
    ("The gate code is 4471", "gate code is 4471"),
    ("07700900654 he does the lifts", "07700900654"),
]
FINE = [
    "My new number is 07700 900456",
    "Ring me on 07700 900456 if you're stuck",
    "man with van 07700 900231 text me",
    "The office is on 0116 496 0123, option 2",
    "Absence line 0116 496 0772",
    "Party is at the soft play, 22 Park Street, LE1 5ZZ",
    "Quiz night at 41 High Street",
    "Amir's mum says it's fine to share: 07700 900350",
    "Write to admin@oakfield.sch.uk",
    "Bus 48 at 4.55, page 12, 2025-09-15, £12.50",
    "no digits here at all",
]


@pytest.fixture(scope="module")
def detector(build: Build) -> Detector:
    return build(personal_data.build, clause="personal-data")


@pytest.mark.parametrize(("text", "detail"), BREACHES)
def test_somebody_elses_detail_is_marked(detector: Detector, text: str, detail: str) -> None:
    seen = detector.observe(Reading(text))
    assert [text[slice(*one.span)].strip() for one in seen] == [detail]
    assert all(one.score > 0.5 for one in seen)


@pytest.mark.parametrize("text", FINE)
def test_what_is_ones_own_or_public_or_agreed_is_let_pass(detector: Detector, text: str) -> None:
    assert detector.observe(Reading(text)) == ()


def test_an_address_that_nothing_tells_the_owner_of_is_unclear(detector: Detector) -> None:
    [one] = detector.observe(Reading("anna.b@mail.example"))
    assert one.score == personal_data.UNCLEAR


def test_a_list_without_end_gives_a_handful(detector: Detector) -> None:
    assert len(detector.observe(Reading("Jo's mum 07700 900311, " * 400))) <= MOST_OBSERVATIONS


@given(st.text(st.characters(categories=None)), st.text("0123456789 ()+-@.", max_size=60))
def test_no_text_raises(detector: Detector, text: str, digits: str) -> None:
    for one in detector.observe(Reading(f"{digits} her number {text} {digits}")):
        assert one.span[0] < one.span[1]
