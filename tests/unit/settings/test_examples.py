"""Examples are tests: a text for a detector of texts, a little conversation for a detector of threads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from orchard_bot.community.code_of_conduct import CodeOfConduct, DetectorSpec, Examples
from orchard_bot.detectors.meaning import MeaningDetector
from orchard_bot.detectors.observation import Observation
from orchard_bot.detectors.reading import Reading
from orchard_bot.detectors.thread import Thread
from orchard_bot.settings.examples import lacking, try_examples
from orchard_bot.settings.toml_file import load

OURS = load(Path(__file__).parents[3] / "config" / "code_of_conduct.toml", CodeOfConduct)


class Whispers:
    """Notices an answer to somebody, by somebody else."""

    name, version, slow = "whispers", "1", False

    def observe(self, reading: Reading) -> Sequence[Observation]:
        return ()

    def follow(self, thread: Thread) -> Sequence[Observation]:
        answered = thread.answered()
        if answered is None or answered.author == thread.latest.author:
            return ()
        return (Observation("private-chat", (0, 1), 1.0, "An answer.", self.name, self.version),)


def code(*specs: DetectorSpec) -> CodeOfConduct:
    return msgspec.structs.replace(OURS, detectors=specs)


WATCHED = DetectorSpec(
    name="whispers",
    clause="private-chat",
    queue_at=0.5,
    examples=Examples(
        breach=("Ann: Hello\nBob: Hi\nCyd > Ann: Hi there",),
        fine=("Ann: Hello\nBob: Hi", "Ann: Hello\nAnn > Ann: Me again", "Ann: Hello\nBob > Zoe: Hi", "no conversation"),
    ),
)
BLIND = DetectorSpec(
    name="meaning-child", uses="meaning", clause="child", queue_at=0.5, examples=Examples(("a",), ("b",))
)


def test_a_conversation_is_judged_at_its_last_line() -> None:
    trials = list(try_examples(code(WATCHED), [Whispers()]))
    assert [trial.passed for trial in trials] == [True] * 5
    assert trials[0].at == ("detectors", 0, "examples", "breach", 0)


def test_a_detector_that_cannot_see_is_not_tried_and_nor_is_what_depends_on_scores() -> None:
    blind = MeaningDetector(BLIND, None)
    assert (lacking(blind), lacking(Whispers())) == ("semantic", "")
    assert list(try_examples(code(WATCHED, BLIND), [Whispers(), blind])) == []
