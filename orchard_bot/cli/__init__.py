"""``orchard-bot``: run · check · doctor · init · policy · newsletter · db · privacy · audit · case. Each command's file imports what it needs, when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchard_bot.cli.audit import audit_app
from orchard_bot.cli.case import case_app
from orchard_bot.cli.db import db_app
from orchard_bot.cli.newsletter import newsletter_app
from orchard_bot.cli.plain import plain_refusal
from orchard_bot.cli.policy import policy_app
from orchard_bot.cli.policy_diff import diff
from orchard_bot.cli.policy_export import export
from orchard_bot.cli.policy_rehearse import rehearse
from orchard_bot.cli.policy_score import score
from orchard_bot.cli.privacy import privacy_app
from orchard_bot.cli.privacy_papers import breach, dpia, notice, record

app = typer.Typer(
    help="Orchard Bot: a quiet helper for class group chats.", no_args_is_help=True, pretty_exceptions_enable=False
)
for command in (score, rehearse, diff, export):
    policy_app.command()(command)
for paper in (notice, record, dpia, breach):
    privacy_app.command()(paper)
app.add_typer(policy_app, name="policy")
app.add_typer(newsletter_app, name="newsletter")
app.add_typer(db_app, name="db")
app.add_typer(privacy_app, name="privacy")
app.add_typer(audit_app, name="audit")
app.add_typer(case_app, name="case")

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.", show_default=True)]
DEFAULT = Path("config/orchard.toml")


@app.command()
def run(
    config: Config = DEFAULT,
    host: Annotated[
        str | None, typer.Option(envvar="ORCHARD_HOST", help="Serve the pages here instead of [web] host.")
    ] = None,
) -> None:
    """Run the bot until it is stopped (Ctrl+C)."""
    import asyncio  # noqa: PLC0415 - see the module's docstring

    from orchard_bot.app import run as run_bot  # noqa: PLC0415

    def announce(address: str) -> None:
        typer.echo(f"Orchard Bot is running. Open {address} in a browser; Ctrl+C stops it.")

    with plain_refusal():
        asyncio.run(run_bot(config, announce=announce, host=host))


@app.command()
def check(config: Config = DEFAULT) -> None:
    """Say whether the configuration and the policy are valid, and what they set up."""
    from orchard_bot.cli.check import check_config  # noqa: PLC0415

    with plain_refusal():
        check_config(config)


@app.command()
def doctor(config: Config = DEFAULT) -> None:
    """Connect, and say what the bot may not do in each group, how to grant it, and whom it cannot reach."""
    import asyncio  # noqa: PLC0415

    from orchard_bot.cli.doctor import examine  # noqa: PLC0415

    with plain_refusal():
        well = asyncio.run(examine(config))
    raise typer.Exit(0 if well else 1)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Where the files go; created if need be.")] = Path("config"),
) -> None:
    """Ask a few questions and write a configuration that works."""
    from orchard_bot.cli.init import ask_and_write  # noqa: PLC0415

    with plain_refusal():
        ask_and_write(folder)
