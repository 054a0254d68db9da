"""``orchard-bot init``: a few questions, and a configuration that works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

import orchard_bot
from orchard_bot.app import Composition
from orchard_bot.cli.init_platform import where_it_lives
from orchard_bot.cli.questions import asked, quoted
from orchard_bot.errors import ConfigError

POLICY = "code_of_conduct.toml"
SETTINGS = "orchard.toml"

_TEMPLATE = """\
# Orchard Bot's configuration, written by `orchard-bot init`. docs/reference/settings.md explains every field.

[bot]
database = "../var/{id}.db"
policy = "{policy}"

[web]
host = "127.0.0.1"
port = 8080
inside = {inside} # outbox and cases, for trying things out

{adapter}
[[communities]]
id = "{id}"
name = {name}
chat = "{chat}"
timezone = "{timezone}"
quiet_hours = {{ start = 21:00:00, end = 07:30:00 }}
watch = "rehearsal" # "live" once the moderators like what they see in /status
moderators = [
{moderators}
]
"""


def ask_and_write(folder: Path) -> None:
    """Asks, writes two files, and checks them as the bot would. Never overwrites anything."""
    settings, policy = folder / SETTINGS, folder / POLICY
    if settings.exists():
        fix = f"Give another folder (orchard-bot init FOLDER), or move {settings} away first."
        raise ConfigError("There is a configuration already; nothing was changed.", fix=fix, file=settings)
    name = asked("What is the group called?", "Larch class parents")
    answers = {"id": _id_from(name), "name": quoted(name), "timezone": _timezone(), "policy": POLICY}
    answers |= where_it_lives(answers["id"], answers["name"], folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        written = [settings]
        if not policy.exists():
            policy.write_text(_shipped_policy(), encoding="utf-8")
            written.append(policy)
        settings.write_text(_TEMPLATE.format_map(answers), encoding="utf-8")
    except OSError as error:
        fix = "Choose a folder that you may write to."
        raise ConfigError(f"The files could not be written: {error.strerror}.", fix=fix, file=folder) from error
    Composition.load(settings).platforms()
    typer.echo(f"Wrote {' and '.join(str(file) for file in written)}.")
    typer.echo(f"Start the bot with: orchard-bot run --config {shlex.quote(str(settings))}")


def _timezone() -> str:
    while True:
        answer: str = typer.prompt("Time zone?", default="Europe/London").strip()
        try:
            ZoneInfo(answer)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            typer.echo("There is no such time zone. Write a name from the IANA list, for example Europe/London.")
        else:
            return answer


def _id_from(name: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:24].strip("-")
    return words if words[:1].isalpha() else f"group-{words}".strip("-")


def _shipped_policy() -> str:
    """The code of conduct that comes with the bot: inside the wheel, or in the checkout's config folder."""
    package = Path(orchard_bot.__file__).parent
    for place in (package / "defaults" / POLICY, package.parent / "config" / POLICY):
        if place.exists():
            return place.read_text("utf-8")
    raise ConfigError("The code of conduct is missing.", fix="Install orchard-bot again.", file=package)
