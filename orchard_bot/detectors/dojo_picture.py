"""Notices pictures of a private message from staff (policy: private teacher messages), by the text that was read in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.cues import digest, noticed
from orchard_bot.detectors.observation import Observation, Options
from orchard_bot.detectors.reading import Reading

RULES = "1"
"""Goes up when the rules change; the signs are in the version by their digest."""
REASON = "Text in a picture looks like a private message from staff."
FILE = "pictures.toml"
STAFF, SCREEN, PERSONAL = "staff", "screen", "personal"


class NoOptions(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to set."""


class DojoPicture:
    """Looks for a member of staff, and for a screen with messages or words that are meant for one family."""

    slow = False
    only_pictures: Literal[True] = True

    def __init__(self, spec: DetectorSpec, options: Options) -> None:
        options.read(NoOptions)
        self.name = spec.name
        self.version = ".".join([RULES, *(digest(topic, FILE) for topic in (STAFF, SCREEN, PERSONAL))])
        self._clause = spec.clause

    def observe(self, reading: Reading) -> Sequence[Observation]:
        """At most one observation, about all that was read in the picture; nothing about what people write."""
        if not reading.picture:
            return ()
        staff, screen, personal = (_score(reading, topic) for topic in (STAFF, SCREEN, PERSONAL))
        score = round(staff * (1 - (1 - screen) * (1 - personal)), 3)
        if not score:
            return ()
        return (Observation(self._clause, (0, len(reading.original)), score, REASON, self.name, self.version),)


def _score(reading: Reading, topic: str) -> float:
    found = noticed(reading, topic, FILE)
    return 0.0 if found is None else found.score


def build(spec: DetectorSpec, options: Options) -> DojoPicture:
    """The detector; it has no options."""
    return DojoPicture(spec, options)
