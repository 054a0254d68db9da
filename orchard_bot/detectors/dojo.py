"""Notices private messages from staff that are quoted, shown or offered (policy: private teacher messages)."""

from __future__ import annotations

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.cue_detector import CueDetector
from orchard_bot.detectors.observation import Options

REASON = "This may show what a member of staff wrote in private."


def build(spec: DetectorSpec, options: Options) -> CueDetector:
    """The detector; it has no options."""
    return CueDetector(spec, options, "dojo", REASON)
