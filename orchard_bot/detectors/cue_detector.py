"""A detector made from turns of phrase: what adverts, campaigns, appeals, politics and quoted messages have in common."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.cues import digest, noticed
from orchard_bot.detectors.observation import Observation, Options
from orchard_bot.detectors.reading import Reading

RULES = "1"
"""Goes up when the rules change; the phrases are in the version by their digest."""


class NoOptions(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to set."""


class CueDetector:
    """Notices the phrases of one topic of ``data/cues.toml``."""

    slow = False

    def __init__(self, spec: DetectorSpec, options: Options, topic: str, reason: str) -> None:
        options.read(NoOptions)
        self.name = spec.name
        self.version = f"{RULES}.{digest(topic)}"
        self._clause = spec.clause
        self._topic = topic
        self._reason = reason

    def observe(self, reading: Reading) -> Sequence[Observation]:
        """At most one observation, at the most telling phrase."""
        found = noticed(reading, self._topic)
        if found is None:
            return ()
        span = reading.span(*found.span)
        return (Observation(self._clause, span, found.score, self._reason, self.name, self.version),)
