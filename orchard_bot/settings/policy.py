"""Reads ``code_of_conduct.toml``, builds its detectors and tries every example; what is wrong is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from orchard_bot.community.code_of_conduct import HUMAN_ONLY, CodeOfConduct, DetectorSpec, Status
from orchard_bot.detectors.observation import Detector, DetectorFactory
from orchard_bot.settings.examples import Trial, try_examples
from orchard_bot.settings.expectations import suggestion
from orchard_bot.settings.toml_file import TomlFile, read_toml
from orchard_bot.settings.toml_lines import KeyPath

T = TypeVar("T")

ENOUGH = 3
"""Examples of each kind that a detector needs (policy for detectors: at least three breaches, three fine)."""
CARD_LINES = 8
CARD_WIDTH = 60


class Policy(Struct, frozen=True):
    """The code of conduct with its detectors, built and in the order of the file."""

    code: CodeOfConduct
    detectors: tuple[Detector, ...]

    def watches(self) -> Iterator[tuple[DetectorSpec, Detector]]:
        """Each detector with the way in which it is set up."""
        yield from zip(self.code.detectors, self.detectors, strict=True)


def load_policy(path: Path | str, detectors: Mapping[str, DetectorFactory], *, examples: bool = True) -> Policy:
    """The policy at ``path``. ``detectors`` are the installed ones by name; ``examples``: try them, too.

    Raises ConfigError with file, line and fix.
    """
    file = read_toml(path)
    code = file.convert(CodeOfConduct)
    _check_edition(file, code)
    _check_clauses(file, code)
    _check_detectors(file, code, detectors)
    built = tuple(_build(file, spec, number, detectors) for number, spec in enumerate(code.detectors))
    policy = Policy(code, built)
    for trial in try_examples(code, built) if examples else ():
        if not trial.passed:
            raise file.refuse(trial.at, _surprise(trial), fix=_SURPRISED)
    return policy


def _surprise(trial: Trial) -> str:
    if trial.breach:
        return f"The detector '{trial.detector}' does not notice this example of a breach."
    return f"The detector '{trial.detector}' takes this example for a breach, but it should be fine."


_SURPRISED = "Change the example, the options or the thresholds; `orchard-bot policy explain` shows what is noticed."


class _OptionsInFile:
    """The options of one detector, where they stand."""

    def __init__(self, file: TomlFile, spec: DetectorSpec, at: KeyPath) -> None:
        self._file, self._spec, self._at = file, spec, at

    def read(self, type: type[T]) -> T:
        return self._file.fit(self._spec.options, type, self._at)

    def refuse(self, *at: str | int, problem: str, fix: str) -> Exception:
        return self._file.refuse((*self._at, *at), problem, fix=fix)


def _build(file: TomlFile, spec: DetectorSpec, number: int, detectors: Mapping[str, DetectorFactory]) -> Detector:
    return detectors[spec.made_from](spec, _OptionsInFile(file, spec, ("detectors", number, "options")))


def _check_edition(file: TomlFile, code: CodeOfConduct) -> None:
    if (code.status is Status.APPROVED) != (code.approved_on is not None):
        fix = 'Write approved_on = 2026-03-31 with status = "approved", and leave it out of a draft.'
        raise file.refuse(("status",), "The status and the date of approval do not fit together.", fix=fix)
    lines = code.card.strip().splitlines()
    if len(lines) > CARD_LINES or max(map(len, lines), default=0) > CARD_WIDTH:
        fix = f"Write at most {CARD_LINES} lines of at most {CARD_WIDTH} characters each."
        raise file.refuse(("card",), "The card is too long for a phone's screen.", fix=fix)


def _check_clauses(file: TomlFile, code: CodeOfConduct) -> None:
    topics = _unique(file, "topics", "id", [topic.id for topic in code.topics])
    _unique(file, "contacts", "id", [contact.id for contact in code.contacts])
    _unique(file, "clauses", "id", [clause.id for clause in code.clauses])
    names = {spec.name for spec in code.detectors}
    for number, clause in enumerate(code.clauses):
        if clause.topic not in topics:
            problem = f"There is no topic '{clause.topic}'."
            raise file.refuse(("clauses", number, "topic"), problem, fix=suggestion(clause.topic, topics))
        for place, name in enumerate(clause.watched_by):
            if name not in names:
                fix = suggestion(name, names) if names else f'Write response = "{HUMAN_ONLY}".'
                problem = f"There is no detector '{name}' in this file."
                raise file.refuse(("clauses", number, "response", place), problem, fix=fix)
    for number, topic in enumerate(code.topics):
        if not code.clauses_in(topic.id):
            fix = "Give a clause this topic, or take the topic out."
            raise file.refuse(("topics", number), f"The topic '{topic.id}' has no clause.", fix=fix)


def _unique(file: TomlFile, table: str, key: str, names: Sequence[str]) -> set[str]:
    for number, name in enumerate(names):
        if name in names[:number]:
            first = file.line_of((table, names.index(name), key))
            fix = "Give one of the two another name, or take it out."
            raise file.refuse((table, number, key), f"'{name}' stands twice: first on line {first}.", fix=fix)
    return set(names)


def _check_detectors(file: TomlFile, code: CodeOfConduct, detectors: Mapping[str, DetectorFactory]) -> None:
    _unique(file, "detectors", "name", [spec.name for spec in code.detectors])
    for number, spec in enumerate(code.detectors):
        at = ("detectors", number)
        if spec.made_from not in detectors:
            key = "uses" if spec.uses else "name"
            problem = f"No installed package provides a detector '{spec.made_from}'."
            raise file.refuse((*at, key), problem, fix=suggestion(spec.made_from, detectors))
        _check_its_clause(file, code, spec, at)
        if spec.threshold is None:
            fix = "Write note_at = 0.7 for a private note, alert_at = 0.7 to tell the moderators, queue_at = 0.5 to let it wait."
            raise file.refuse(at, f"The detector '{spec.name}' has no threshold, so it could do nothing.", fix=fix)
        for kind, texts in (("breach", spec.examples.breach), ("fine", spec.examples.fine)):
            if len(texts) < ENOUGH:
                problem = f"The detector '{spec.name}' has {len(texts)} examples of '{kind}'; it needs {ENOUGH}."
                fix = f"Add messages to `{kind}` under [detectors.examples]; they are tried whenever the file is read."
                raise file.refuse((*at, "examples", kind), problem, fix=fix)


def _check_its_clause(file: TomlFile, code: CodeOfConduct, spec: DetectorSpec, at: KeyPath) -> None:
    clause = code.clause(spec.clause)
    if clause is None:
        known = [clause.id for clause in code.clauses]
        problem = f"There is no clause '{spec.clause}'."
        raise file.refuse((*at, "clause"), problem, fix=suggestion(spec.clause, known))
    if spec.name not in clause.watched_by:
        problem = f"The clause '{spec.clause}' does not name the detector '{spec.name}' in its response."
        fix = f'Write response = ["{spec.name}"] in that clause, or choose another clause here.'
        raise file.refuse((*at, "clause"), problem, fix=fix)
    for number, other in enumerate(code.clauses):
        if spec.name in other.watched_by and other.id != spec.clause:
            problem = f"The detector '{spec.name}' watches the clause '{spec.clause}', not this one."
            raise file.refuse(("clauses", number, "response"), problem, fix="Take it out of this response.")
