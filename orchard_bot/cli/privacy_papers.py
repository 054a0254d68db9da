"""``orchard-bot privacy notice | record | dpia | breach``: first drafts, filled in from the settings and the tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec import Struct

from orchard_bot.cli.plain import plain_refusal
from orchard_bot.community.community import Watch
from orchard_bot.errors import ConfigError
from orchard_bot.runtime import discovery
from orchard_bot.settings.orchard import Settings, load_settings
from orchard_bot.settings.policy import load_policy
from orchard_bot.storage.kept_words import kept_in_words
from orchard_bot.storage.plain_words import PLAIN
from orchard_bot.storage.tables import metadata, seals

DRAFT = (
    "*Drafted by `orchard-bot privacy {name}` from the settings of this bot. It is a start and no legal advice: read it, "
    "correct it, and ask somebody who knows where you are unsure.*"
)

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write it to this new file instead of the screen.")]
DEFAULT = Path("config/orchard.toml")


class Kind(Struct, frozen=True):
    """One kind of data that concerns people."""

    name: str
    about: str
    plain: str
    columns: tuple[str, ...]
    until: str


def notice(config: Config = DEFAULT, out: Out = None) -> None:
    """A privacy notice to pin in the group."""
    _give("notice", config, out)


def record(config: Config = DEFAULT, out: Out = None) -> None:
    """A record of processing: every kind of data, why, and how long."""
    _give("record", config, out)


def dpia(config: Config = DEFAULT, out: Out = None) -> None:
    """A first draft of an impact assessment."""
    _give("dpia", config, out)


def breach(config: Config = DEFAULT, out: Out = None) -> None:
    """A checklist for the first 72 hours after data may have got out."""
    _give("breach", config, out)


def _give(name: str, config: Path, out: Path | None) -> None:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - slow to load, needed here only

    with plain_refusal():
        facts = _facts(load_settings(config))
        papers = Environment(  # noqa: S701 - Markdown for the operator, not a web page
            loader=PackageLoader("orchard_bot.cli", "papers"), undefined=StrictUndefined, keep_trailing_newline=True
        )
        text = papers.get_template(f"{name}.md").render(facts, draft=DRAFT.format(name=name))
        if out is None:
            typer.echo(text, nl=False)
            return
        if out.exists():
            raise ConfigError("This file exists already.", fix="Choose another name, or remove it.", file=out)
        out.write_text(text, encoding="utf-8")
    typer.echo(f"Written: {out}")


def _facts(settings: Settings) -> dict[str, Any]:
    code = load_policy(settings.policy, discovery.detectors(), examples=False).code
    retention = settings.retention
    people = dict.fromkeys(one.name for community in settings.communities for one in community.moderators)
    return {
        "groups": [
            {"id": one.id, "name": one.name, "watch": one.watch.value, "two_keys": one.confirm_removal_by_two}
            for one in settings.communities
        ],
        "watching": any(one.watch is not Watch.OFF for one in settings.communities),
        "people": list(people),
        "platforms": sorted(name.capitalize() for name in settings.adapters),
        "policy": code.label,
        "database": settings.database.name,
        "key_place": "in a file of its own" if settings.key_file else "in a file beside the database",
        "evidence_days": retention.evidence.days,
        "open_days": retention.open_case.days,
        "case_days": retention.cases.days,
        "kinds": [
            Kind(
                table.name,
                table.comment or "",
                PLAIN[table.name],
                columns,
                kept_in_words(table.info["kept"], retention),
            )
            for table in metadata.sorted_tables
            if table is not seals and (columns := _columns(table.info))
        ],
    }


def _columns(info: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*info["whose"], *info["duty"], *info["words"], *info["inside"])))
