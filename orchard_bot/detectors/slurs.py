"""Notices slurs: words that run people down for who they are (policy: mutual respect and cultural sensitivity).

Options: ``add``, ``remove`` and ``innocent``, see ``WordOptions``.
"""

from __future__ import annotations

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.lexicon import load_lexicon
from orchard_bot.detectors.observation import Options
from orchard_bot.detectors.word_detector import Reasons, WordDetector

_REASONS = Reasons(
    plain="There is a word here that runs people down for who they are.",
    disguised="This looks like a hidden word that runs people down for who they are.",
    doubtful="This word can hurt people for who they are; it may also be meant innocently.",
)


def build(spec: DetectorSpec, options: Options) -> WordDetector:
    """The detector of slurs. Raises ConfigError for options that make no sense."""
    return WordDetector(spec, load_lexicon("slurs.toml", options), _REASONS)
