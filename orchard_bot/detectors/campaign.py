"""Notices petitions and calls to join a campaign (policy: no unrelated campaigns)."""

from __future__ import annotations

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.cue_detector import CueDetector
from orchard_bot.detectors.observation import Options

REASON = "This may be a petition or a campaign."


def build(spec: DetectorSpec, options: Options) -> CueDetector:
    """The detector; it has no options."""
    return CueDetector(spec, options, "campaign", REASON)
