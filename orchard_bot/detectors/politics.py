"""Notices parties, politicians and causes of the day (policy: no political platform)."""

from __future__ import annotations

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.cue_detector import CueDetector
from orchard_bot.detectors.observation import Options

REASON = "This may be about politics or current affairs."


def build(spec: DetectorSpec, options: Options) -> CueDetector:
    """The detector; it has no options."""
    return CueDetector(spec, options, "politics", REASON)
