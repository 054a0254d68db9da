"""The commands as a page: what people type in a chat, and what an operator types at a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer.main

from orchard_bot.cli import app
from orchard_bot.community.community import Role
from orchard_bot.features.feature import Command, Where
from orchard_bot.runtime.discovery import features
from orchard_bot.settings.wording import load_wording

_WHO = {Role.STRANGER: "anybody", Role.MEMBER: "members of the group", Role.MODERATOR: "the group's moderators"}
_WHERE = {Where.ANYWHERE: "in the group or in private", Where.PRIVATE: "in private", Where.GROUP: "in the group"}


def commands_page() -> str:
    """A heading for each command."""
    return "\n".join(["## In a chat\n", *_in_chats(), "## At the terminal\n", *_at_the_terminal()])


def chat_commands() -> list[Command]:
    """What all installed features understand, by name."""
    return sorted((command for feature in features() for command in feature.commands), key=lambda one: one.name)


def terminal_commands() -> list[tuple[str, Any]]:
    """The words behind ``orchard-bot``, with the typer command that they start."""
    return list(_walk("", typer.main.get_command(app)))


def _in_chats() -> Iterator[str]:
    words = load_wording()
    for command in chat_commands():
        says = words.private(command.summary).value
        widest = next(role for role in Role if role in command.roles)
        yield f"### /{command.name}\n"
        yield f"{says[0].upper()}{says[1:]}. For {_WHO[widest]}, {_WHERE[command.where]}.\n"
    yield "### /cancel\n"
    yield "Stops whatever the bot has just asked; so do the words cancel and stop. For anybody, in private.\n"


def _at_the_terminal() -> Iterator[str]:
    for name, command in terminal_commands():
        yield f"### orchard-bot {name}\n"
        yield f"{command.help}\n"
        for parameter in command.params:
            option = parameter.param_type_name == "option"
            shown = "`, `".join(parameter.opts) if option else (parameter.name or "").upper()
            yield f"- `{shown}`: {parameter.help}{_or_else(parameter)}"
        yield ""


def _or_else(parameter: Any) -> str:
    given = parameter.default
    return "" if given is None or isinstance(given, bool) else f" Left out: `{given}`."


def _walk(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path, command
        return
    for name, one in inner.items():
        yield from _walk(f"{path} {name}".strip(), one)
