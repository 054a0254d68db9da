"""What observations would lead to: the same answer in rehearsal and in earnest. Never a sanction."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from orchard_bot.community.code_of_conduct import REPORTABLE, Clause, CodeOfConduct, Severity, Tier
from orchard_bot.detectors.observation import Observation
from orchard_bot.features.watching.tuning import UNTUNED, Tuning


class Would(StrEnum):
    """What is to happen because of a message."""

    NOTHING = "nothing"
    NOTE = "note"
    """A kind private note to the poster, who has said yes to such notes."""
    QUEUE = "queue"
    """It waits among the moderators' cases; nobody is called for it."""
    ALERT = "alert"
    """The moderators hear of it."""


class Judgement(Struct, frozen=True):
    """``clauses`` with the gravest first; ``strongest`` is what that rests on."""

    would: Would
    clauses: tuple[Clause, ...]
    strongest: Observation

    @property
    def safety(self) -> bool:
        """Whether a child or a family may be at risk."""
        return any(clause.safety for clause in self.clauses)


def judge(
    code: CodeOfConduct,
    observations: Sequence[Observation],
    *,
    notes: bool,
    impersonal: bool,
    tuning: Tuning = UNTUNED,
    asked: bool = False,
) -> Judgement | None:
    """What to do about a message; None where nothing reaches a threshold of the code.

    ``tuning``: what the group's moderators have taught. ``notes``: the poster has said yes to private notes.
    ``impersonal``: there is no person to write to. ``asked``: somebody asks about this one message (``/check``).
    """
    weighed = (_weighed(code, observation, tuning, asked=asked) for observation in observations)
    found = [one for one in weighed if one is not None]
    if not found:
        return None
    found.sort(key=lambda one: (one.serious, one.tier is Tier.NOTE, one.observation.score), reverse=True)
    would = _outcome(found, notes=notes, impersonal=impersonal)
    clauses = tuple(dict.fromkeys(one.clause.id for one in found))
    by_id = {one.clause.id: one.clause for one in found}
    return Judgement(would, tuple(by_id[id] for id in clauses), found[0].observation)


def _outcome(found: Sequence[_Weighed], *, notes: bool, impersonal: bool) -> Would:
    clear = [one for one in found if one.tier is not Tier.QUEUE]
    if any(one.serious for one in clear) or (clear and impersonal):
        return Would.ALERT
    if clear and notes:
        return Would.NOTE
    # Where the poster does not want notes, what the moderators may see they see in their own time.
    return Would.QUEUE if any(one.queued for one in found) else Would.NOTHING


class _Weighed(Struct, frozen=True):
    observation: Observation
    clause: Clause
    tier: Tier
    queued: bool

    @property
    def serious(self) -> bool:
        """The moderators are to hear of it at once."""
        grave = self.clause.severity is Severity.SERIOUS or self.clause.safety
        return self.tier is Tier.ALERT or (self.tier is Tier.NOTE and grave)


def _weighed(code: CodeOfConduct, observation: Observation, tuning: Tuning, *, asked: bool) -> _Weighed | None:
    spec, clause = code.detector(observation.detector), code.clause(observation.clause)
    if spec is None or clause is None or clause.kind not in REPORTABLE:
        return None  # or it is about a thread and no message in it
    tier = tuning.tier(spec, observation, asked=asked)
    if tier is Tier.NOTHING:
        return None
    return _Weighed(observation, clause, tier, tier is Tier.QUEUE or spec.queue_at is not None)
