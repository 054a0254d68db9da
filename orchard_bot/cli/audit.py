"""``orchard-bot audit``: who decided what, when, under which clause; and whether the trail is as it was written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchard_bot.cli.plain import plain_refusal
from orchard_bot.settings.orchard import load_settings
from orchard_bot.storage.audit import broken_at, lines
from orchard_bot.storage.keyring import Keyring
from orchard_bot.storage.sqlite import opened

SHORT = 8
"""So many letters of a stand-in tell people apart on one page."""

audit_app = typer.Typer(help="The audit trail: verify, show.", no_args_is_help=True)

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
DEFAULT = Path("config/orchard.toml")


@audit_app.command()
def verify(config: Config = DEFAULT) -> None:
    """Go along the whole trail and say whether a line was changed or taken out; exit code 1 where one was."""
    with plain_refusal(), opened(load_settings(config).database) as connection:
        wrong = broken_at(connection)
        kept = list(lines(connection))
    if wrong:
        typer.echo(f"The audit trail is broken. {wrong}", err=True)
        raise typer.Exit(1)
    typer.echo(f"The audit trail is sound: {len(kept):,} lines.")
    if kept:
        typer.echo(f"Its newest line has the hash {kept[-1].hash}. Write it down elsewhere to prove it later.")


@audit_app.command()
def show(
    config: Config = DEFAULT,
    last: Annotated[int, typer.Option(min=1, help="How many of the newest lines.")] = 50,
) -> None:
    """Show the newest lines. Moderators appear by name, everybody else as a stand-in."""
    with plain_refusal():
        settings = load_settings(config)
        keyring = Keyring.beside(settings.database, settings.key_file)
        names = {
            keyring.token(str(moderator.person)): moderator.name
            for community in settings.communities
            for moderator in community.moderators
        }
        with opened(settings.database, keyring) as connection:
            kept = list(lines(connection))[-last:]
    for row in kept:
        actor = names.get(row.actor, row.actor[:SHORT]) if row.actor else "the bot"
        clause = f", clause {row.clause}" if row.clause else ""
        typer.echo(f"{row.id}  {row.at:%Y-%m-%d %H:%M}Z  {actor}: {row.act} {row.subject}{clause}, policy {row.policy}")
