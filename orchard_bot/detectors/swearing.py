"""Notices strong words, masked, abbreviated or in disguise (policy: no swearing or offensive language).

Mild oaths are not noticed. Options: ``add``, ``remove`` and ``innocent``, see ``WordOptions``.
"""

from __future__ import annotations

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.lexicon import load_lexicon
from orchard_bot.detectors.observation import Options
from orchard_bot.detectors.word_detector import Reasons, WordDetector

_REASONS = Reasons(
    plain="There is a strong word here.",
    disguised="This looks like a strong word in disguise.",
    doubtful="This word is strong to some ears.",
)


def build(spec: DetectorSpec, options: Options) -> WordDetector:
    """The detector of strong words. Raises ConfigError for options that make no sense."""
    return WordDetector(spec, load_lexicon("swearing.toml", options), _REASONS)
