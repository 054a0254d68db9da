"""``orchard-bot privacy``: what a parent who answers for people's data needs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchard_bot.cli.plain import plain_refusal
from orchard_bot.runtime.clock import SystemClock
from orchard_bot.settings.orchard import Settings, load_settings
from orchard_bot.storage.export import export as export_all
from orchard_bot.storage.export import put_in
from orchard_bot.storage.export import wipe as wipe_all
from orchard_bot.storage.keyring import IN_ENVIRONMENT, Keyring
from orchard_bot.storage.rotation import rotate
from orchard_bot.storage.upgrade import migrate

privacy_app = typer.Typer(help="What the bot holds about people, and the keys to it.", no_args_is_help=True)

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
DEFAULT = Path("config/orchard.toml")


@privacy_app.command()
def rotate_key(config: Config = DEFAULT) -> None:
    """Seal everything in the database with a new key. Stop the bot first."""
    with plain_refusal():
        settings, keyring = _settings(config)
        count, kept = rotate(settings.database, keyring, SystemClock().now())
    typer.echo(f"Sealed again: {count:,}.")
    if kept is None:
        typer.echo(f"Of the keys in {IN_ENVIRONMENT} only the first and the last are needed now.")
    else:
        typer.echo(f"The new key is in {keyring.path}. Keep a copy of it apart from the database.")
        typer.echo(f"The old one is in {kept}: older backups open with it alone. Delete it when they are gone.")


@privacy_app.command()
def export(file: Annotated[Path, typer.Argument(help="The new file.")], config: Config = DEFAULT) -> None:
    """Write everything the bot holds to a sealed file, also while the bot runs. The bot's key opens it."""
    with plain_refusal():
        settings, keyring = _settings(config)
        count = export_all(settings.database, file, keyring)
    typer.echo(f"Exported and sealed: {count:,} rows, {file}")


@privacy_app.command("import")
def import_(file: Annotated[Path, typer.Argument(help="What was exported.")], config: Config = DEFAULT) -> None:
    """Bring an export into an empty database: after a wipe, or on another machine with the same key. Stop the bot first."""
    with plain_refusal():
        settings, keyring = _settings(config)
        migrate(settings.database, now=SystemClock().now(), keyring=keyring)
        count = put_in(settings.database, file, keyring)
    typer.echo(f"Imported: {count:,} rows.")


@privacy_app.command()
def wipe(
    config: Config = DEFAULT,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Erase everything the bot holds about anybody. There is no way back. Stop the bot first."""
    with plain_refusal():
        settings, _ = _settings(config)
        if not yes:
            typer.confirm(f"Erase everything in {settings.database}?", abort=True)
        count = wipe_all(settings.database)
    typer.echo(f"Erased: {count:,} rows. Backups and exports are files of your own: delete those too.")


def _settings(config: Path) -> tuple[Settings, Keyring]:
    settings = load_settings(config)
    return settings, Keyring.beside(settings.database, settings.key_file)
