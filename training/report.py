"""Writes docs/reference/detection-report.md: how the shipped policy does on the test split, which no training has seen."""

from __future__ import annotations

import itertools
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from orchard_bot.cli.policy_score import Judged, Scores, judge_lines, read_lines, scored
from orchard_bot.detectors.encoder import OnnxMeaning
from orchard_bot.detectors.reading import Reading
from orchard_bot.runtime.discovery import detectors
from orchard_bot.settings.policy import Policy, load_policy

DATA = Path(__file__).parent / "data"
REPORT = Path("docs/reference/detection-report.md")
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.01)

HEAD = """# How well the detectors do

Written by `training/report.py`, part of `make train`, with the policy and the weights as they are shipped. The messages are the test
split under `training/data`: authors, topics and whole chats that no training has seen. About half of the single messages are
deliberately hard innocent ones; the chats are ordinary. The numbers are small: read them as orders of magnitude.

"Queue" includes what is nudged. Recall and false alarms are shares of the messages, whatever the clause.
"""


def main() -> None:
    """Judge the test split and write the page."""
    policy = load_policy(Path("config/code_of_conduct.toml"), detectors(), examples=False)
    parts = [HEAD]
    everything: list[Judged] = []
    for title, name in (("Single messages", "messages.jsonl"), ("Class chats", "chats.jsonl")):
        judged = _judge(policy, name)
        everything += judged
        scores = scored(judged, [clause.id for clause in policy.code.clauses])
        parts += [f"## {title}\n", *_summary(judged, scores), *_labels(scores)]
    parts += ["## Calibration\n", *_calibration(everything)]
    parts += ["## Taken for another clause\n", *_confusions(everything)]
    REPORT.write_text("\n".join(parts).rstrip() + "\n", "utf-8")


def _judge(policy: Policy, name: str) -> list[Judged]:
    rows = [line for line in (DATA / name).read_text("utf-8").split("\n") if '"split": "test"' in line]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.write("\n".join(rows))
        file.flush()
        return list(judge_lines(policy, read_lines(Path(file.name))))


def _summary(judged: Sequence[Judged], scores: Scores) -> Iterator[str]:
    breaches = sum(bool(one.line.labels) for one in judged)
    yield f"{breaches} breaches and {len(judged) - breaches} innocent messages.\n"
    yield "| tier | any breach found | innocent flagged |\n|---|---|---|"
    for name, tier in scores.tiers.items():
        yield f"| {name} | {_percent(tier.any_recall)} | {_percent(tier.false_rate)} |"
    yield ""


def _labels(scores: Scores) -> Iterator[str]:
    yield "| clause | messages | queue: precision | recall | nudge: precision | recall |\n|---|---|---|---|---|---|"
    queue, nudge = scores.tiers["queue"].labels, scores.tiers["nudge"].labels
    for label, one in queue.items():
        two = nudge[label]
        shares = (one.precision, one.recall, two.precision, two.recall)
        yield f"| {label} | {one.support} | " + " | ".join(map(_percent, shares)) + " |"
    yield ""


def _calibration(judged: Sequence[Judged]) -> Iterator[str]:
    yield "The encoder's best score of a message, and how many messages with such a score breach anything:\n"
    yield "| score | messages | breaches |\n|---|---|---|"
    meaning = OnnxMeaning.shipped()
    best = [(max(meaning.scores(Reading(one.line.text)).values()), bool(one.line.labels)) for one in judged]
    for low, high in itertools.pairwise(BINS):
        inside = [breach for score, breach in best if low <= score < high]
        share = _percent(sum(inside) / len(inside)) if inside else "–"
        yield f"| {low:g} to {min(high, 1):g} | {len(inside)} | {share} |"
    yield ""


def _confusions(judged: Sequence[Judged]) -> Iterator[str]:
    yield "| the clause | taken for | times |\n|---|---|---|"
    pairs = Counter(
        (one.line.labels[0], said)
        for one in judged
        if one.line.labels
        for said in sorted(one.queue.difference(one.line.labels))
    )
    for (label, said), times in pairs.most_common(12):
        yield f"| {label} | {said} | {times} |"
    yield ""


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


if __name__ == "__main__":
    main()
