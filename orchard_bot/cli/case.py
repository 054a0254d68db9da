"""``orchard-bot case pack``: the evidence pack of one case, once two moderators have agreed to it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select

from orchard_bot.cli.plain import plain_refusal
from orchard_bot.community.case import Case
from orchard_bot.community.community import Community
from orchard_bot.errors import OrchardError
from orchard_bot.features.casework.evidence_pack import AGREED
from orchard_bot.settings.orchard import Settings, load_settings
from orchard_bot.storage.keyring import Keyring
from orchard_bot.storage.ledger import SqlLedger
from orchard_bot.storage.sqlite import opened
from orchard_bot.storage.tables import audit

case_app = typer.Typer(help="Cases: pack.", no_args_is_help=True)

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration file.")]
DEFAULT = Path("config/orchard.toml")

PAGE = """<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Case {{ case.code }}</title>
<style>body{font:1rem/1.5 sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem}dt{font-weight:bold}
blockquote{border-left:.25rem solid #888;margin-left:0;padding-left:1rem;white-space:pre-wrap}</style></head><body>
<h1>Case {{ case.code }}, {{ community.name }}</h1>
<p>Put together on the decision of two moderators. The group is run by parents, not by the school. What may point to
other people has been taken out: [left out]. Keep it safe, and delete it when it is no longer needed.</p>
<dl>
<dt>Written by</dt><dd>{{ case.author_name or "not known" }}{% if case.author %} ({{ case.author }}){% endif %}</dd>
<dt>Written</dt><dd>{{ when(case.posted_at or case.opened_at) }}</dd>
<dt>Came to the moderators</dt><dd>{{ when(case.opened_at) }}</dd>
<dt>Guidelines</dt><dd>{{ case.clauses | join(", ") or "none named" }} (edition {{ case.policy }})</dd>
<dt>Changed since</dt><dd>{{ "yes; this is the later text" if case.edited else "no" }}</dd>
{% if case.decision %}<dt>Decided</dt><dd>{{ case.decision.verdict }}, {{ when(case.decision.at) }}</dd>{% endif %}
</dl>
<h2>What was written</h2>
<blockquote>{{ words or "The words are no longer kept." }}</blockquote>
</body></html>
"""


class NotAgreed(OrchardError):
    """Two moderators have to agree first: in the case, More, Evidence pack."""


@case_app.command()
def pack(
    code: Annotated[str, typer.Argument(help="The code of the case, as the moderators have it.")],
    out: Annotated[Path, typer.Option("--out", help="The new file.")],
    config: Config = DEFAULT,
) -> None:
    """Write the evidence pack of a case to a new file that only you can read."""
    with plain_refusal():
        settings = load_settings(config)
        keyring = Keyring.beside(settings.database, settings.key_file)
        with opened(settings.database, keyring) as connection:
            community, case = _case(settings, SqlLedger(connection), code)
            agreed = select(audit.c.actor).where(audit.c.act == AGREED, audit.c.subject == case.id).distinct()
            if len(connection.execute(agreed).scalars().all()) < 2:
                raise NotAgreed("Two moderators have to agree first: in the case, More …, then Evidence pack.")
        _write(out, rendered(community, case))
    typer.echo(f"Written: {out}. It holds somebody's words: hand it over safely, then delete it.")


def rendered(community: Community, case: Case) -> str:
    """The page, complete in itself and with everything escaped."""
    # Slow to load, needed here only.
    from jinja2 import Environment  # noqa: PLC0415

    from orchard_bot.detectors.third_parties import without_third_parties  # noqa: PLC0415

    environment = Environment(autoescape=True)
    page = environment.from_string(PAGE)
    words = without_third_parties(case.evidence)
    return page.render(
        case=case, community=community, words=words, when=lambda moment: f"{community.local(moment):%A %d %B %Y, %H:%M}"
    )


def _case(settings: Settings, ledger: SqlLedger, code: str) -> tuple[Community, Case]:
    for community in settings.communities:
        case = ledger.cases.by_code(community.id, code.upper())
        if case is not None:
            return community, case
    raise OrchardError(f"There is no case with the code {code}. Moderators see it in the pack's message.")


def _write(out: Path, text: str) -> None:
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise OrchardError(f"{out} exists already. Choose another name.") from None
    except OSError as error:
        raise OrchardError(f"{out} cannot be written: {(error.strerror or 'unknown reason').lower()}.") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
