"""``orchard-bot check``: the configuration, the policy and the wording are valid, and this is what they set up."""

from __future__ import annotations

from pathlib import Path

import typer

from orchard_bot.app import Composition
from orchard_bot.runtime.clock import SystemClock


def check_config(config: Path) -> None:
    """Prints what is set up. Raises ``ConfigError`` with file, line and fix, or ``MissingExtra``."""
    composition = Composition.load(config)
    platforms = composition.platforms()
    code = composition.house.code
    typer.echo(f"{config}: valid.")
    typer.echo(f"Code of conduct: {code.label}, {len(code.clauses)} clauses.")
    if code.review_overdue(SystemClock().now().date()):
        typer.echo("  Its review is overdue: ask the school whether there is a newer version.")
    typer.echo("Detectors: " + (", ".join(one.name for one in composition.detectors) or "none"))
    typer.echo("Features: " + ", ".join(one.name for one in composition.features))
    typer.echo("Accounts: " + ", ".join(str(one.account) for one in platforms))
    for community in composition.house.communities.values():
        count = len(community.moderators)
        moderators = f"{count} moderators" if count > 1 else "1 moderator (two are better)"
        typer.echo(f"Group {community.id}: {community.name}, {moderators}, watch {community.watch}.")
