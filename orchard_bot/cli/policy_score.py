"""``orchard-bot policy score``: how the policy in force judges messages that people have labelled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from time import process_time_ns
from typing import Annotated

import msgspec
import typer
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from orchard_bot.cli.plain import plain_refusal
from orchard_bot.cli.policy import DEFAULT, PolicyFile, the_detectors
from orchard_bot.detectors.panel import Message, Panel
from orchard_bot.errors import ConfigError
from orchard_bot.settings.policy import Policy, load_policy


class Line(Struct, frozen=True, kw_only=True):
    """One labelled message of the file, as docs/reference/labelled-messages.md describes it."""

    text: str
    id: str = ""
    labels: tuple[str, ...] = ()
    at: datetime | None = None
    sender: str = ""
    reply_to: str | None = None


class LabelScore(Struct, frozen=True):
    """How one label did. ``precision`` is None where nothing was flagged, ``recall`` where nothing was to be found."""

    precision: float | None
    recall: float | None
    support: int


class TierScore(Struct, frozen=True):
    """One tier. Rates are shares of the labelled and of the unlabelled messages; None where there are none."""

    any_recall: float | None
    false_rate: float | None
    labels: dict[str, LabelScore]


class Microseconds(Struct, frozen=True):
    """CPU time of one message."""

    p50: float
    p99: float


class Scores(Struct, frozen=True):
    """The whole result. The queue includes what is nudged."""

    messages: int
    tiers: dict[str, TierScore]
    us_per_message: Microseconds


class Judged(Struct, frozen=True):
    """One message, its labels, and the clauses flagged at each tier."""

    line: Line
    queue: frozenset[str]
    nudge: frozenset[str]
    nanoseconds: int


def score(
    context: typer.Context,
    messages: Annotated[Path, typer.Argument(help="Labelled messages, JSON Lines.", metavar="FILE.jsonl")],
    file: PolicyFile = DEFAULT,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score labelled messages: what would be queued, what nudged, and how much of it rightly."""
    with plain_refusal():
        policy = load_policy(file, the_detectors(context), examples=False)
        judged = list(judge_lines(policy, read_lines(messages)))
    scores = scored(judged, sorted(clause.id for clause in policy.code.clauses))
    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode(scores), indent=2).decode())
    else:
        _show(Console(highlight=False), scores)


def read_lines(path: Path) -> list[Line]:
    """The labelled messages of a file. Raises ``ConfigError`` with the line that cannot be read."""
    try:
        rows = path.read_bytes().splitlines()
    except OSError as error:
        raise ConfigError("There is no such file.", file=path, fix="Name a file of JSON Lines.") from error
    lines = []
    for number, row in enumerate(rows, 1):
        if not row.strip():
            continue
        try:
            line = msgspec.json.decode(row, type=Line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            fix = 'Write one object a line, for example {"id": "a1", "text": "…", "labels": []}.'
            raise ConfigError(f"This line cannot be read: {error}.", file=path, line=number, fix=fix) from error
        lines.append(line)
    if not lines:
        raise ConfigError("There are no messages in this file.", file=path, fix="Write one object a line.")
    return lines


def judge_lines(policy: Policy, lines: Sequence[Line]) -> Iterable[Judged]:
    """Each message judged: with ``at`` as part of a stream, in the order of time and with its thread; without, by itself."""
    panel = Panel(policy.code, policy.detectors)
    panel.observe(Message(id="", text="Warm up, please."))
    for number, line in enumerate(_in_order(lines)):
        began = process_time_ns()
        message = Message(
            id=line.id or str(number), text=line.text, at=line.at, sender=line.sender, answers=line.reply_to
        )
        tiers = panel.tiers(panel.observe(message), asked=line.at is None)
        took = process_time_ns() - began
        nudged = frozenset(clause for clause, tier in tiers.items() if tier.prompt)
        yield Judged(line, frozenset(tiers), nudged, took)


def _in_order(lines: Sequence[Line]) -> Sequence[Line]:
    if any(line.at is None for line in lines):
        return lines
    return sorted(lines, key=lambda line: line.at.timestamp() if line.at else 0.0)


def scored(judged: Sequence[Judged], clauses: Iterable[str]) -> Scores:
    """The figures. Clauses that are neither labelled nor flagged anywhere are left out."""
    labelled = {label for one in judged for label in one.line.labels}
    seen = labelled.union(*(one.queue for one in judged))
    names = [*sorted(seen.intersection(clauses)), *sorted(labelled.difference(clauses))]
    times = sorted(one.nanoseconds / 1000 for one in judged)
    return Scores(
        len(judged),
        {
            "queue": _tier([(one.line.labels, one.queue) for one in judged], names),
            "nudge": _tier([(one.line.labels, one.nudge) for one in judged], names),
        },
        Microseconds(_quantile(times, 0.5), _quantile(times, 0.99)),
    )


def _tier(pairs: Sequence[tuple[tuple[str, ...], frozenset[str]]], names: Sequence[str]) -> TierScore:
    breaches = [bool(flagged) for labels, flagged in pairs if labels]
    innocent = [bool(flagged) for labels, flagged in pairs if not labels]
    return TierScore(_share(breaches), _share(innocent), {name: _label(pairs, name) for name in names})


def _label(pairs: Sequence[tuple[tuple[str, ...], frozenset[str]]], name: str) -> LabelScore:
    found = [name in flagged for labels, flagged in pairs if name in labels]
    right = [name in labels for labels, flagged in pairs if name in flagged]
    return LabelScore(_share(right), _share(found), len(found))


def _share(cases: Sequence[bool]) -> float | None:
    return round(sum(cases) / len(cases), 4) if cases else None


def _quantile(ordered: Sequence[float], share: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


def _show(console: Console, scores: Scores) -> None:
    for name, tier in scores.tiers.items():
        table = Table("Label", "Precision", "Recall", "Messages", title=name)
        for label, one in tier.labels.items():
            table.add_row(label, _percent(one.precision), _percent(one.recall), str(one.support))
        console.print(table)
        console.print(
            f"Of the labelled, {_percent(tier.any_recall)} flagged; of the others, {_percent(tier.false_rate)}."
        )
    times = scores.us_per_message
    console.print(
        f"{scores.messages} messages; CPU time a message: {times.p50:g} µs, one in a hundred over {times.p99:g} µs."
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"
