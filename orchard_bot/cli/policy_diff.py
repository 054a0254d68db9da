"""``orchard-bot policy diff``: what differs between two editions of the code, and which examples are judged anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec import Struct

from orchard_bot.cli.plain import plain_refusal
from orchard_bot.cli.policy import the_detectors
from orchard_bot.community.code_of_conduct import Tier
from orchard_bot.detectors.panel import Message, Panel
from orchard_bot.settings.policy import Policy, load_policy


class Change(Struct, frozen=True):
    """One difference: of a clause, a detector, or the judgement of an example."""

    about: str
    name: str
    before: str
    after: str


def diff(
    context: typer.Context,
    old: Annotated[Path, typer.Argument(help="The edition in force.")],
    new: Annotated[Path, typer.Argument(help="The edition to come.")],
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare two editions: clauses, thresholds, and what becomes of every example of either."""
    with plain_refusal():
        installed = the_detectors(context)
        before, after = (load_policy(path, installed, examples=False) for path in (old, new))
    changes = [*_clauses(before, after), *_detectors(before, after), *_verdicts(before, after)]
    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode(changes), indent=2).decode())
        return
    for change in changes:
        typer.echo(f"{change.about} {change.name}\n  before: {change.before}\n  after:  {change.after}")
    typer.echo(f"{len(changes)} differences." if changes else "The two editions are alike.")


def _clauses(before: Policy, after: Policy) -> Iterator[Change]:
    yield from _between(
        "clause",
        {one.id: f"{one.title}: {one.text} [{one.severity}]" for one in before.code.clauses},
        {one.id: f"{one.title}: {one.text} [{one.severity}]" for one in after.code.clauses},
    )


def _detectors(before: Policy, after: Policy) -> Iterator[Change]:
    yield from _between(
        "detector", *({one.name: _setup(one, seen.version) for one, seen in each.watches()} for each in (before, after))
    )


def _setup(spec: object, version: str) -> str:
    assert isinstance(spec, Struct)
    shown = {key: value for key, value in msgspec.to_builtins(spec).items() if key in _SHOWN and value is not None}
    return ", ".join(f"{key} {value}" for key, value in shown.items()) + f", version {version}"


_SHOWN = ("clause", "uses", "queue_at", "note_at", "alert_at", "asked_at")


def _verdicts(before: Policy, after: Policy) -> Iterator[Change]:
    texts = dict.fromkeys(
        text
        for policy in (before, after)
        for spec in policy.code.detectors
        for text in (*spec.examples.breach, *spec.examples.fine)
        if "\n" not in text
    )
    panels = [Panel(policy.code, policy.detectors) for policy in (before, after)]
    for text in texts:
        was, becomes = (_in_words(panel.tiers(panel.observe(Message(id="", text=text)))) for panel in panels)
        if was != becomes:
            yield Change("example", f"«{text}»", was, becomes)


def _in_words(tiers: dict[str, Tier]) -> str:
    return ", ".join(f"{clause}: {tier}" for clause, tier in sorted(tiers.items())) or "let pass"


def _between(about: str, before: dict[str, str], after: dict[str, str]) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        was, becomes = before.get(name, "not there"), after.get(name, "not there")
        if was != becomes:
            yield Change(about, name, was, becomes)
