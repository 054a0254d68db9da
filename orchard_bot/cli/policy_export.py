"""``orchard-bot policy export``: the texts that posters and moderators agreed to keep, as training and scoring read them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from orchard_bot.cli.plain import plain_refusal
from orchard_bot.errors import ConfigError
from orchard_bot.settings.orchard import load_settings
from orchard_bot.storage.ledger import SqlLedger
from orchard_bot.storage.sqlite import opened

CONFIG = Path("config/orchard.toml")


def export(
    into: Annotated[Path, typer.Argument(help="The file to write, JSON Lines.", metavar="FILE.jsonl")],
    config: Annotated[Path, typer.Option("--config", "-c", help="The configuration file.", show_default=True)] = CONFIG,
) -> None:
    """Write what may be learnt from: words and labels, no names, groups or times. It stays your duty to delete the file."""
    with plain_refusal():
        settings = load_settings(config)
        with opened(settings.database) as connection:
            kept = SqlLedger(connection).kept_texts.all()
        rows = [{"id": f"own-{number}", "text": one.text, "labels": one.labels} for number, one in enumerate(kept, 1)]
        try:
            # "x": whatever is there already is not written over.
            with into.open("xb") as file:
                file.writelines(msgspec.json.encode(row) + b"\n" for row in rows)
        except OSError as error:
            fix = "Name a new file in a folder that you may write to."
            raise ConfigError("The file cannot be written.", file=into, fix=fix) from error
    typer.echo(f"{len(rows)} texts written to {into}.")
