"""A fuzz target: the normaliser and every fast detector of the shipped policy, guided by what they execute.

    .venv/bin/python tests/fuzz/texts.py -max_total_time=60 build/fuzz

libFuzzer's options apply (https://github.com/google/atheris). A text that breaks a promise is written to a file ``crash-…``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["orchard_bot.detectors"]):
    from orchard_bot.detectors.normaliser import Undisguised, fold
    from orchard_bot.detectors.observation import MOST_OBSERVATIONS
    from orchard_bot.detectors.reading import LONGEST, Reading
    from orchard_bot.runtime.discovery import detectors
    from orchard_bot.settings.policy import load_policy

POLICY = Path(__file__).parents[2] / "config" / "code_of_conduct.toml"
FAST = [one for one in load_policy(POLICY, detectors(), examples=False).detectors if not one.slow]


def look(data: bytes) -> None:
    """One text, as typed or as read in a picture, sometimes many times over."""
    given = atheris.FuzzedDataProvider(data)
    times, picture = given.ConsumeIntInRange(1, 4), given.ConsumeBool()
    text = given.ConsumeUnicode(2_000) * times
    _check_places(text)
    reading = Reading(text, picture=picture)
    assert len(reading.scanned) <= LONGEST + 3
    for detector in FAST:
        seen = detector.observe(reading)
        assert len(seen) <= MOST_OBSERVATIONS, detector.name
        for one in seen:
            assert 0 <= one.span[0] < one.span[1] <= len(text), detector.name
            assert 0 < one.score <= 1, detector.name


def _check_places(text: str) -> None:
    """Every character of what the normaliser makes has a place in the text, and they stand in order."""
    folded = fold(text)
    found = Undisguised(f" {folded.text} ")
    assert len(found.text) == len(found.runs)
    end = 0
    for at in range(len(folded.text)):
        start, upto = folded.span(at, at + 1)
        assert 0 <= start < upto <= len(text)
        assert upto >= end
        end = upto


def main() -> None:
    """Until libFuzzer has had enough."""
    atheris.Setup(sys.argv, look)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
