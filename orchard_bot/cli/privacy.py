"""``orchard-bot privacy``: what a parent who answers for people's data needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchard_bot.cli.plain import plain_refusal
from orchard_bot.runtime.clock import SystemClock
from orchard_bot.settings.orchard import load_settings
from orchard_bot.storage.keyring import IN_ENVIRONMENT, Keyring
from orchard_bot.storage.rotation import rotate

privacy_app = typer.Typer(help="What the bot holds about people, and the keys to it.", no_args_is_help=True)

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
DEFAULT = Path("config/orchard.toml")


@privacy_app.command()
def rotate_key(config: Config = DEFAULT) -> None:
    """Seal everything in the database with a new key. Stop the bot first."""
    with plain_refusal():
        settings = load_settings(config)
        keyring = Keyring.beside(settings.database, settings.key_file)
        count, kept = rotate(settings.database, keyring, SystemClock().now())
    typer.echo(f"Sealed again: {count:,}.")
    if kept is None:
        typer.echo(f"Of the keys in {IN_ENVIRONMENT} only the first and the last are needed now.")
    else:
        typer.echo(f"The new key is in {keyring.path}. Keep a copy of it apart from the database.")
        typer.echo(f"The old one is in {kept}: older backups open with it alone. Delete it when they are gone.")
