"""``orchard-bot policy``: check the code of conduct, try its examples, see what a detector makes of a text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec import Struct
from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchard_bot.cli.picture_text import text_in_picture
from orchard_bot.cli.plain import plain_refusal
from orchard_bot.community.code_of_conduct import DetectorSpec, Tier, month_in_words
from orchard_bot.detectors.observation import DetectorFactory, Observation
from orchard_bot.detectors.reading import Reading
from orchard_bot.runtime.clock import SystemClock
from orchard_bot.runtime.discovery import detectors as installed_detectors
from orchard_bot.settings.examples import Trial, lacking, tier_of, try_examples
from orchard_bot.settings.policy import Policy, load_policy

policy_app = typer.Typer(help="The code of conduct: check, test, explain.", no_args_is_help=True)

DEFAULT = Path("config/code_of_conduct.toml")
PolicyFile = Annotated[Path, typer.Option("--file", help="The code of conduct.", show_default=True)]

_TIERS = {
    Tier.NOTHING: "let pass",
    Tier.QUEUE: "moderators' queue",
    Tier.NOTE: "private note",
    Tier.ALERT: "tell moderators",
}


class Seen(Struct, frozen=True, kw_only=True):
    """What one detector made of a text, for ``policy explain``."""

    detector: str
    version: str
    clause: str
    queue_at: float | None
    note_at: float | None
    alert_at: float | None
    asked_at: float | None
    lacks: str
    verdict: Tier
    """In the talk of a group."""
    named_when_asked: bool
    """Whether somebody who asks about this message hears of it."""
    observations: tuple[Observed, ...]


class Observed(Struct, frozen=True, kw_only=True):
    """One observation with the words that it is about."""

    text: str
    start: int
    end: int
    score: float
    reason: str


class Explanation(Struct, frozen=True, kw_only=True):
    """A text as the detectors see it."""

    text: str
    normalised: str
    policy: str
    detectors: tuple[Seen, ...]


@policy_app.command()
def check(context: typer.Context, file: PolicyFile = DEFAULT) -> None:
    """Say whether the file is valid, and show its clauses and detectors."""
    with plain_refusal():
        policy = load_policy(file, the_detectors(context))
    console = Console(highlight=False)
    console.print(f"{file} is valid: {policy.code.title}, {policy.code.label}.", markup=False, soft_wrap=True)
    console.print(_clauses(policy))
    console.print(_watches(policy))
    if policy.code.review_overdue(_today()):
        due = month_in_words(policy.code.review_due)
        hint = f"The policy was due for review in {due}. You may want to ask whether there is a newer one."
        console.print(hint, markup=False, soft_wrap=True)


@policy_app.command("test")
def run_examples(context: typer.Context, file: PolicyFile = DEFAULT) -> None:
    """Try every example in the file. Ends with exit code 1 if a detector gets one wrong."""
    with plain_refusal():
        policy = load_policy(file, the_detectors(context), examples=False)
    trials = list(try_examples(policy.code, policy.detectors))
    failed = sum(not trial.passed for trial in trials)
    console = Console(highlight=False)
    console.print(_results(trials))
    console.print(f"{len(trials) - failed} of {len(trials)} examples are judged as they should be.", markup=False)
    if failed:
        raise typer.Exit(1)


@policy_app.command()
def explain(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="The message, in quotes.")] = "",
    file: PolicyFile = DEFAULT,
    picture: Annotated[Path | None, typer.Option(help="A picture to read the text from instead.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what each detector sees in a text or in a picture, and why. Nothing is stored."""
    if bool(text) == bool(picture):
        raise typer.BadParameter("Write the message in quotes, or name a picture with --picture.")
    with plain_refusal():
        policy = load_policy(file, the_detectors(context), examples=False)
        text = text_in_picture(picture) if picture else text
    found = explanation(policy, text.encode("utf-8", "replace").decode(), picture=picture is not None)
    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        _show(Console(highlight=False), policy, found)


def explanation(policy: Policy, text: str, *, picture: bool = False) -> Explanation:
    """What every detector of ``policy`` makes of ``text``; ``picture``: it was read in one."""
    reading = Reading(text, picture=picture)
    seen = tuple(
        _seen(text, spec, detector.version, lacking(detector), tuple(detector.observe(reading)))
        for spec, detector in policy.watches()
    )
    return Explanation(text=text, normalised=reading.folded.text, policy=policy.code.label, detectors=seen)


def _seen(text: str, spec: DetectorSpec, version: str, lacks: str, observations: tuple[Observation, ...]) -> Seen:
    return Seen(
        detector=spec.name,
        version=version,
        clause=spec.clause,
        queue_at=spec.queue_at,
        note_at=spec.note_at,
        alert_at=spec.alert_at,
        asked_at=spec.asked_at,
        lacks=lacks,
        verdict=tier_of(spec, observations),
        named_when_asked=tier_of(spec, observations, asked=True) is not Tier.NOTHING,
        observations=tuple(
            Observed(
                text=text[slice(*one.span)], start=one.span[0], end=one.span[1], score=one.score, reason=one.reason
            )
            for one in observations
        ),
    )


def _show(console: Console, policy: Policy, found: Explanation) -> None:
    marked = Text("Text:       ") + Text(found.text)
    for seen in found.detectors:
        for one in seen.observations:
            marked.stylize("bold underline", 12 + one.start, 12 + one.end)
    console.print(marked, soft_wrap=True)
    console.print(Text(f"Normalised: {found.normalised}"), soft_wrap=True)
    for seen in found.detectors:
        clause = policy.code.clause(seen.clause)
        assert clause is not None, "the loader refuses a detector without a clause"
        console.print()
        heading = f"{seen.detector} ({seen.version}): {_TIERS[seen.verdict]}"
        if seen.verdict is Tier.NOTHING and seen.named_when_asked:
            heading += ", but named to whoever asks"
        console.print(Text(heading, style="bold"), soft_wrap=True)
        console.print(Text(f"  clause: {seen.clause}, {clause.title}"), soft_wrap=True)
        console.print(Text(f"  thresholds: {_thresholds(seen)}"), soft_wrap=True)
        for one in seen.observations:
            console.print(
                Text(f"  {one.score:.2f} at {one.start}–{one.end}: «{one.text}» {one.reason}"), soft_wrap=True
            )
        if not seen.observations:
            blind = f"cannot see: pip install 'orchard-bot[{seen.lacks}]'"
            console.print(Text(f"  {blind if seen.lacks else 'nothing noticed'}"))


def _clauses(policy: Policy) -> Table:
    table = Table("Clause", "Title", "Kind", "Severity", "Watched by", title="Clauses")
    for clause in policy.code.clauses:
        severity = f"{clause.severity}, safety" if clause.safety else str(clause.severity)
        table.add_row(
            clause.id, Text(clause.title), clause.kind, severity, ", ".join(clause.watched_by) or "people only"
        )
    return table


def _watches(policy: Policy) -> Table:
    table = Table("Detector", "Version", "Clause", "Thresholds", "Examples", title="Detectors")
    for spec, detector in policy.watches():
        examples = f"{len(spec.examples.breach)} + {len(spec.examples.fine)}"
        table.add_row(spec.name, detector.version, spec.clause, _thresholds(spec), examples)
    return table


def _results(trials: list[Trial]) -> Table:
    table = Table("", "Detector", "Should be", "Was", "Example", title="Examples")
    for trial in trials:
        mark = Text("ok", style="green") if trial.passed else Text("WRONG", style="bold red")
        expected = "noticed" if trial.breach else "let pass"
        table.add_row(mark, trial.detector, expected, _TIERS[trial.tier], Text(trial.text))
    return table


def _thresholds(of: DetectorSpec | Seen) -> str:
    bars = [("queue", of.queue_at), ("note", of.note_at), ("alert", of.alert_at), ("when asked", of.asked_at)]
    return ", ".join(f"{name} from {bar:g}" for name, bar in bars if bar is not None)


def the_detectors(context: typer.Context) -> Mapping[str, DetectorFactory]:
    """The installed detectors, unless the caller brought some."""
    return installed_detectors() if context.obj is None else context.obj


def _today() -> date:
    return SystemClock().now().date()
