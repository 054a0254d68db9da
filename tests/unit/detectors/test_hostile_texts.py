"""Every detector of the shipped policy bears every text: no exception, spans inside the text, time in proportion."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchard_bot.detectors.observation import MOST_OBSERVATIONS
from orchard_bot.detectors.panel import Message, Panel
from orchard_bot.detectors.reading import LONGEST, Reading
from orchard_bot.runtime.discovery import detectors
from orchard_bot.settings.policy import Policy, load_policy

POLICY = Path(__file__).parents[3] / "config" / "code_of_conduct.toml"

HOSTILE = {
    "100 kB of words": "sign the petition " * 6_000,
    "emoji": "🙄" * 10_000,
    "combining marks": "a" + "\u0301" * 20_000,
    "right to left": "\u202e" * 2_000 + "kcuf" + "\u202c" * 2_000,
    "mixed scripts": "аbсdе fυсk 你好 مرحبا हिन्दी " * 500,
    "regex bait": "a" * 30_000 + "!" + "(" * 5_000,
    "address bait": "a." * 20_000 + "@" * 500,
    "number bait": "0 7 7 0 0 9 0 " * 3_000,
    "street bait": "1 " + "ab " * 10_000 + "road",
    "star bait": "f*" * 10_000,
    "half surrogates": "\ud83d" * 5_000 + "fuck" + "\udc00" * 500,
    "nothing": "\x00" * 5_000,
    "quotes": '"' * 10_000,
    "links": "http://a.b/" * 5_000,
    "lines of a letter": "from: mr\nto: me\nclass dojo messages\n" * 3_000,
    "overrides inside out": "\u2066\u2067\u2068\u202d" * 3_000 + "shit" + "\u2069" * 9_000,
    "marks without letters": "\u0489\u20dd\ufe0f\u200d" * 10_000,
}


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(POLICY, detectors(), examples=False)


@pytest.mark.parametrize("picture", [False, True], ids=["typed", "in a picture"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_borne(policy: Policy, text: str, picture: bool) -> None:
    reading = Reading(text, picture=picture)
    assert len(reading.scanned) <= LONGEST + 3
    for detector in policy.detectors:
        seen = detector.observe(reading)
        assert len(seen) <= MOST_OBSERVATIONS
        for one in seen:
            assert 0 <= one.span[0] < one.span[1] <= len(text)
            assert 0 < one.score <= 1


@pytest.mark.parametrize(
    "unit",
    ["sign the petition ", "a.", "0 7 7 0 ", "f*", "1 ab road ", "http://a.b/ ", "🙄 é ", "mr a\n", "from:\nto: "],
)
def test_time_grows_no_faster_than_the_text(policy: Policy, unit: str) -> None:
    """Four times the text may take four times as long, and some more for the noise of a busy machine."""
    rules = [one for one in policy.detectors if not one.slow]

    def took(times: int) -> float:
        best = 1.0
        for _ in range(3):
            reading = Reading(unit * times, picture=True)  # then the detector of pictures looks, too
            began = process_time()
            for detector in rules:
                detector.observe(reading)
            best = min(best, process_time() - began)
        return best

    small = 1_500 // len(unit)
    took(small)
    assert took(4 * small) < 14 * took(small) + 0.01


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(categories=None), max_size=80), min_size=1, max_size=5))
def test_no_conversation_raises(policy: Policy, texts: list[str]) -> None:
    panel = Panel(policy.code, [one for one in policy.detectors if not one.slow])
    for number, text in enumerate(texts):
        panel.tiers(panel.observe(Message(id=str(number), text=text)))
