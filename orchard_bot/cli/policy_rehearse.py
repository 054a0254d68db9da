"""``orchard-bot policy rehearse``: what the policy as it is now would have done lately, from scores kept without text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from orchard_bot.cli.plain import plain_refusal
from orchard_bot.cli.policy import the_detectors
from orchard_bot.community.code_of_conduct import CodeOfConduct, Tier
from orchard_bot.features.books import Sighting
from orchard_bot.runtime.clock import SystemClock
from orchard_bot.settings.orchard import load_settings
from orchard_bot.settings.policy import load_policy
from orchard_bot.storage.ledger import SqlLedger
from orchard_bot.storage.sqlite import opened

CONFIG = Path("config/orchard.toml")


class Rehearsed(Struct, frozen=True):
    """One clause in one group: how many messages came to each tier, as it was and as it would be now."""

    community: str
    clause: str
    messages: int
    was: dict[str, int]
    now: dict[str, int]
    a_week: float
    """How many would be noticed in a week."""


def rehearse(
    context: typer.Context,
    config: Annotated[Path, typer.Option("--config", "-c", help="The configuration file.", show_default=True)] = CONFIG,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far to look back.")] = 14,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Go over the scores of the last days with the thresholds of today. Scores below every threshold were not kept."""
    with plain_refusal():
        settings = load_settings(config)
        code = load_policy(settings.policy, the_detectors(context), examples=False).code
        since = SystemClock().now() - timedelta(days=days)
        with opened(settings.database) as connection:
            cases = SqlLedger(connection).cases
            found = [
                one
                for community in settings.communities
                for one in rehearsed(code, community.id, cases.sightings(community.id, since), days)
            ]
    if json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        _show(Console(highlight=False), found, since, days)


def rehearsed(code: CodeOfConduct, community: str, sightings: Iterable[Sighting], days: int) -> Sequence[Rehearsed]:
    """The scores of one group, clause by clause, under ``code``."""
    by_clause: dict[str, list[Sighting]] = {}
    for one in sightings:
        by_clause.setdefault(one.clause, []).append(one)
    found = []
    for clause, seen in sorted(by_clause.items()):
        now = Counter(str(_tier(code, one)) for one in seen)
        noticed = len(seen) - now[Tier.NOTHING]
        was = Counter(one.would for one in seen)
        found.append(Rehearsed(community, clause, len(seen), dict(was), dict(now), round(7 * noticed / days, 1)))
    return found


def _tier(code: CodeOfConduct, sighting: Sighting) -> Tier:
    spec = code.detector(sighting.detector)
    return spec.tier(sighting.score) if spec else Tier.NOTHING


def _show(console: Console, found: Sequence[Rehearsed], since: datetime, days: int) -> None:
    if not found:
        console.print(f"Nothing was noticed in the last {days} days.")
        return
    table = Table("Group", "Clause", "Messages", "As it was", "As it would be", "A week", title=f"Since {since:%d %B}")
    for one in found:
        table.add_row(
            one.community, one.clause, str(one.messages), _in_words(one.was), _in_words(one.now), f"{one.a_week:g}"
        )
    console.print(table)


def _in_words(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
