"""Judges what a message means, where no word gives it away: a small trained encoder, with one head for each clause.

Needs the extra ``semantic``; without it nothing is noticed and ``doctor`` says so. Trained by ``make train`` on the
messages under ``training/data``; docs/reference/detection-report.md says how well it does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Protocol, runtime_checkable

from msgspec import Struct

from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.links import addresses
from orchard_bot.detectors.observation import Observation, Options
from orchard_bot.detectors.reading import Reading

EXTRA = "semantic"
LEAST = 0.02
"""Scores below this say nothing, not even to a detector of threads."""
SHORTEST = 2
"""Characters with meaning that a text needs."""

REASONS: Mapping[str, str] = {
    "grievance": "This reads like a complaint about somebody.",
    "disrespect": "This may hurt or belittle somebody here.",
    "politics": "This reads like an opinion on politics or current affairs.",
    "private-chat": "This seems to concern two people only.",
    "discrimination": "This may hurt people for who they are.",
    "dojo": "This seems to pass on what a member of staff wrote in private.",
    "off-topic-link": "The link seems to have little to do with school or children.",
    "commercial": "This reads like an advert.",
    "campaign": "This reads like a petition or a campaign.",
    "personal-appeal": "This seems to ask for money or help for a cause of one's own.",
    "swearing": "This reads like strong language.",
    "disrepute": "This may run the school down as a whole.",
    "defamation": "This says or hints that somebody did something seriously wrong.",
    "policy-challenge": "This seems to contest a rule or a decision of the school.",
    "child": "This seems to be about a particular child's behaviour, health or home.",
    "personal-data": "This may hold somebody else's personal details.",
}
"""What is said about each clause that has a head."""


ABOUT_LINKS = "off-topic-link"
"""This clause's head has nothing to say where there is no link."""


class Meaning(Protocol):
    """The port behind which the encoder is: the version of its weights, and a score from 0 to 1 for each clause."""

    @property
    def version(self) -> str: ...

    def scores(self, reading: Reading) -> Mapping[str, float]: ...


@runtime_checkable
class Lacking(Protocol):
    """A detector that may be unable to see: ``lacks`` names the extra to install, or is empty."""

    @property
    def lacks(self) -> str: ...


def has_link(reading: Reading) -> bool:
    """Whether there is a web address in a text."""
    return next(addresses(reading), None) is not None


class NoOptions(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing to set."""


class MeaningDetector:
    """One clause's head. All of them together look at a text once."""

    slow = True

    def __init__(self, spec: DetectorSpec, meaning: Meaning | None) -> None:
        self.name = spec.name
        self.version = meaning.version if meaning else "none"
        self.lacks = "" if meaning else EXTRA
        self._clause = spec.clause
        self._look: Callable[[Reading], Mapping[str, float]] | None = meaning.scores if meaning else None

    def observe(self, reading: Reading) -> Sequence[Observation]:
        """At most one observation, about the whole text."""
        if self._look is None or len(reading.original.strip()) < SHORTEST:
            return ()
        score = reading.once(self._look).get(self._clause, 0.0)
        if score < LEAST or (self._clause == ABOUT_LINKS and not has_link(reading)):
            return ()
        span = (0, len(reading.original))
        return (Observation(self._clause, span, round(score, 3), REASONS[self._clause], self.name, self.version),)


def build(spec: DetectorSpec, options: Options) -> MeaningDetector:
    """The head of the spec's clause. Raises ConfigError for a clause that has none."""
    options.read(NoOptions)
    if spec.clause not in REASONS:
        known = ", ".join(sorted(REASONS))
        raise options.refuse(problem=f"There is no head for the clause '{spec.clause}'.", fix=f"Use one of: {known}.")
    return MeaningDetector(spec, shipped())


@cache
def shipped() -> Meaning | None:
    """The encoder that comes with the bot, loaded once (some 0.3 s, 60 MB); None where the extra is missing."""
    try:
        from orchard_bot.detectors.encoder import OnnxMeaning  # noqa: PLC0415 (needs the extra)
    except ModuleNotFoundError:
        return None
    return OnnxMeaning.shipped()
