"""Where the group lives: in the sandbox, or on a platform that can set itself up in a few questions."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import typer

from orchard_bot.chat.platform import HasSetup, SetUp
from orchard_bot.cli.questions import Terminal, asked, quoted
from orchard_bot.errors import MissingExtra
from orchard_bot.runtime import discovery

ACCOUNT = "main"
SANDBOX = "sandbox"

_SANDBOX = """\
# The sandbox: the group on a web page, to try things out. For a real group, put your platform's adapter here.
[adapters.sandbox]
account = "main"
group = {{ id = "{id}", title = {name} }}
"""


def where_it_lives(id: str, name: str, folder: Path) -> Mapping[str, str]:
    """The parts of the configuration that depend on the platform. ``name`` is quoted already."""
    offers = _offers()
    platform = _which(offers) if offers else SANDBOX
    if platform == SANDBOX:
        return _in_the_sandbox(id, name)
    return _on(platform, asyncio.run(offers[platform].set_up(Terminal(), ACCOUNT, folder)))


def _offers() -> dict[str, HasSetup]:
    """The platforms installed that can be set up here."""
    found: dict[str, HasSetup] = {}
    for name in sorted(discovery.adapters()):
        try:
            factory = discovery.adapter(name)
        except MissingExtra:
            continue  # nobody asked for it
        if isinstance(factory, HasSetup):
            found[name] = factory
    return found


def _which(offers: Mapping[str, HasSetup]) -> str:
    names = [SANDBOX, *offers]
    while (answer := asked(f"Where does the group live ({', '.join(names)})?", SANDBOX).lower()) not in names:
        typer.echo(f"Please write one of: {', '.join(names)}.")
    return answer


def _in_the_sandbox(id: str, name: str) -> Mapping[str, str]:
    people = [("sandbox/amira", asked("First moderator's first name?", "Amira"))]
    people.append(("sandbox/joe", asked("Second moderator's first name?", "Joe")))
    adapter = _SANDBOX.format(id=id, name=name)
    return {
        "adapter": adapter,
        "chat": f"sandbox/{ACCOUNT}/{id}",
        "moderators": _moderators(people),
        "inside": "true",
    }


def _on(platform: str, found: SetUp) -> Mapping[str, str]:
    own = "".join(f"{key} = {quoted(value)}\n" for key, value in found.settings.items())
    return {
        "adapter": f'[adapters.{platform}]\naccount = "{ACCOUNT}"\n{own}',
        "chat": str(found.chat),
        "moderators": _moderators([(str(person), name) for person, name in found.moderators]),
        "inside": "false",
    }


def _moderators(people: list[tuple[str, str]]) -> str:
    return "\n".join(f'    {{ person = "{person}", name = {quoted(name)} }},' for person, name in people)
