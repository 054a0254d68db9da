"""Notices requests for money or help for oneself or a cause (policy: no personal appeals)."""

from __future__ import annotations

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.cue_detector import CueDetector
from orchard_bot.detectors.observation import Options

REASON = "This may ask for money or help for a cause."


def build(spec: DetectorSpec, options: Options) -> CueDetector:
    """The detector; it has no options."""
    return CueDetector(spec, options, "personal-appeal", REASON)
