"""``orchard-bot db``: look into the database, back it up, put a backup back, bring it up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, column, func, inspect, select, table

from orchard_bot.cli.plain import plain_refusal
from orchard_bot.runtime.clock import SystemClock
from orchard_bot.settings.orchard import load_settings
from orchard_bot.storage.backup import backup as back_up
from orchard_bot.storage.backup import damage, orphans
from orchard_bot.storage.backup import restore as put_back
from orchard_bot.storage.keyring import Keyring
from orchard_bot.storage.migrations import head
from orchard_bot.storage.sealed_backup import sealed_backup, unsealed
from orchard_bot.storage.sqlite import opened
from orchard_bot.storage.sqlite_connection import driver_of
from orchard_bot.storage.upgrade import migrate as bring_up

# What waits for a person: the table, which of its rows, and what ``status`` calls them.
WAITING_FOR_A_PERSON = (
    ("queue", column("parked_at").is_not(None), "events that could not be handled"),
    ("letters", column("state") == "dead", "messages that could not be delivered"),
)

db_app = typer.Typer(help="The database: status, backup, restore, migrate, check.", no_args_is_help=True)

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration file, which names the database.")]
Database = Annotated[Path | None, typer.Option("--database", help="A database file, whatever the configuration says.")]
DEFAULT = Path("config/orchard.toml")


@db_app.command()
def status(config: Config = DEFAULT, database: Database = None) -> None:
    """Show the schema, the size, how many rows each table has, and what waits for a person."""
    with plain_refusal(), opened(file := _chosen(config, database)) as connection:
        counts = rows_per_table(connection)
        waiting = _waiting(connection, counts)
        revision = _revision(connection, counts)
        size = file.stat().st_size
    console = Console()
    newest = head()
    console.print(f"Database: {file} ({size / 1024:,.0f} KiB)", markup=False, highlight=False, soft_wrap=True)
    this_version = "" if revision == newest else f", this version needs {newest}"
    console.print(f"Schema: {revision or 'none yet'}{this_version}", highlight=False)
    shown = Table("Table", "Rows")
    shown.columns[1].justify = "right"
    for name, count in counts.items():
        shown.add_row(name, f"{count:,}")
    console.print(shown)
    for count, words in waiting:
        console.print(f"Waiting for a person: {count:,} {words}.", highlight=False)


@db_app.command()
def backup(
    file: Annotated[Path | None, typer.Argument(help="The new file; beside the database if not given.")] = None,
    config: Config = DEFAULT,
    database: Database = None,
) -> None:
    """Copy the database to a new sealed file, also while the bot runs. It opens with the bot's key alone."""
    stamp = f"{SystemClock().now():%Y%m%dT%H%M%SZ}"
    with plain_refusal():
        source = _chosen(config, database)
        target = file or source.with_name(f"{source.stem}-{stamp}{source.suffix}")
        keyring = _keyring(config, database)
        if keyring.is_there:
            sealed_backup(source, target, keyring)
        else:
            back_up(source, target)
    typer.echo(f"Saved and checked: {target}")
    if not keyring.is_there:
        typer.echo("This database has no key yet, so the copy is not sealed. Keep it safe.")


@db_app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="The backup to put back.")],
    config: Config = DEFAULT,
    database: Database = None,
) -> None:
    """Put a backup in the database's place. Stop the bot first; what was there is kept beside it."""
    with plain_refusal():
        target = _chosen(config, database)
        with unsealed(file, target, _keyring(config, database)) as opened_file:
            kept = put_back(opened_file, target, now=SystemClock().now())
    typer.echo(f"Restored: {target}" + _kept(kept))


@db_app.command()
def migrate(config: Config = DEFAULT, database: Database = None) -> None:
    """Bring the database to this version's schema, after a backup. The bot does the same at every start."""
    with plain_refusal():
        file = _chosen(config, database)
        kept = bring_up(file, now=SystemClock().now(), keyring=_keyring(config, database))
    typer.echo(f"The schema is up to date: {file}" + _kept(kept))


@db_app.command()
def check(config: Config = DEFAULT, database: Database = None) -> None:
    """Read the whole database and say whether it is sound; exit code 1 when it is not."""
    with plain_refusal(), opened(_chosen(config, database)) as connection:
        found = damage(driver_of(connection)) + orphans(driver_of(connection))
    for line in found:
        typer.echo(line, err=True)
    if found:
        typer.echo("The database is damaged. Restore a backup: orchard-bot db restore FILE", err=True)
        raise typer.Exit(1)
    typer.echo("The database is sound.")


def _chosen(config: Path, database: Path | None) -> Path:
    """The database that was named, or the one of the configuration. Raises ``ConfigError``."""
    return (database or load_settings(config).database).resolve()


def _keyring(config: Path, database: Path | None) -> Keyring:
    """The keys of the database: those of the configuration, or beside the file that was named."""
    return Keyring.beside(_chosen(config, database), None if database else load_settings(config).key_file)


def rows_per_table(connection: Connection) -> dict[str, int]:
    """Every table of ours with its number of rows, in alphabetical order."""
    names = sorted(inspect(connection).get_table_names())
    return {name: connection.scalar(select(func.count()).select_from(table(name))) or 0 for name in names}


def _revision(connection: Connection, counts: dict[str, int]) -> str | None:
    if not counts.pop("alembic_version", 0):
        return None
    return connection.scalar(select(column("version_num")).select_from(table("alembic_version")))


def _waiting(connection: Connection, counts: dict[str, int]) -> list[tuple[int, str]]:
    found = [
        (connection.scalar(select(func.count()).select_from(table(name)).where(rows)) or 0, words)
        for name, rows, words in WAITING_FOR_A_PERSON
        if counts.get(name)
    ]
    return [(count, words) for count, words in found if count]


def _kept(copy: Path | None) -> str:
    return f"\nThe database from before is kept as {copy}" if copy else ""
