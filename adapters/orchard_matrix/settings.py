"""The part ``[adapters.matrix]`` of the configuration, typed and checked, and the password that it points to."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from orchard_bot.errors import ConfigError
from orchard_matrix.ids import is_user

PLACE = "[adapters.matrix]"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_SERVER = re.compile(r"\*|[A-Za-z0-9.-]+(?::[0-9]{1,5})?|\[[0-9a-fA-F:]+\](?::[0-9]{1,5})?")


class MatrixSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator may set: one of ``password_file`` and ``password_env`` is needed for the first start."""

    homeserver: str
    """Where the server answers, for example "https://matrix.example.org", or "http://127.0.0.1:8008" on this machine."""
    user: str
    """The bot's own account, in full: "@orchard:example.org"."""
    password_file: str | None = None
    """A file with the account's password in it and nothing else, readable by the bot's user alone (mode 600)."""
    password_env: str | None = None
    """The name of an environment variable that holds the password, instead of a file."""
    store: str = "var/matrix"
    """A folder that is the bot's device: its session, its keys, and how far it has read. Keep it with the database."""
    invited_by: tuple[str, ...] = ()
    """Servers besides the bot's own whose people may invite it: "school.example"; "*" for all of them."""
    encrypt_private_chats: bool = True
    """Whether private chats that the bot opens are encrypted. Those that people open are as they made them."""
    messages_per_second: Annotated[float, Meta(gt=0, le=1000)] = 0.2
    """How fast the bot may talk: the server's rc_message. 0.2 is what Synapse allows where nothing else is set."""


def read(settings: Mapping[str, Any]) -> MatrixSettings:
    """The settings as given in the file. Raises ``ConfigError`` with the fix where something is wrong."""
    given = dict(settings)
    try:
        found = msgspec.convert(given, MatrixSettings)
    except msgspec.ValidationError as error:
        raise wrong(str(error), _fix(given)) from error
    if not is_user(found.user):
        raise wrong("user is no account of Matrix.", 'Write it in full, with the server: user = "@orchard:example.org"')
    _check_homeserver(found.homeserver)
    if not found.store:
        raise wrong("store names no folder.", 'Leave it out, or write store = "var/matrix".')
    if found.password_file and found.password_env:
        raise wrong("There are two places for the password.", "Keep one of password_file and password_env.")
    for server in found.invited_by:
        if not _SERVER.fullmatch(server):
            raise wrong(
                f"{server!r} in invited_by is no server.", 'Write the part of an account after the colon, or "*".'
            )
    return found


def password(settings: MatrixSettings) -> str:
    """The account's password. Raises ``ConfigError`` where it is missing or open to others."""
    if settings.password_file:
        return _from_file(Path(settings.password_file).expanduser())
    if settings.password_env:
        found = os.environ.get(settings.password_env, "").strip()
        if found:
            return found
        name = settings.password_env
        raise wrong(f"The environment variable {name} is empty.", f"Set {name} to the password of the bot's account.")
    raise wrong(
        "There is no password, and the bot has no session on the server yet.",
        'Write password_file = "matrix.password" and put the password of the bot\'s account there.',
    )


def wrong(problem: str, fix: str) -> ConfigError:
    """An error in this part of the configuration."""
    return ConfigError(problem, fix=fix, file=PLACE)


def _from_file(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        found = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise wrong(
            f"The password file {path} cannot be read.",
            f"Put the password of the bot's account into it, then: chmod 600 {path}",
        ) from error
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise wrong(f"Others on this machine can read the password file {path}.", f"Close it to them: chmod 600 {path}")
    if not found:
        raise wrong(f"The password file {path} is empty.", "Put the password of the bot's account into it.")
    return found


def _check_homeserver(url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"} or parts.path not in {"", "/"} or parts.query:
        raise wrong("homeserver is not an address.", 'Write homeserver = "https://matrix.example.org", without a path.')
    if parts.scheme == "http" and host not in _LOOPBACK and "." in host:
        raise wrong(
            "homeserver is not encrypted: the password would travel in the open.",
            "Write https://, or http:// with 127.0.0.1 for a server on this machine.",
        )


def _fix(settings: Mapping[str, Any]) -> str:
    fields = ", ".join(MatrixSettings.__struct_fields__)
    unknown = [name for name in settings if name not in MatrixSettings.__struct_fields__]
    if unknown:
        return f"Remove {unknown[0]!r}; the settings here are: {fields}."
    if "homeserver" not in settings:
        return 'Write where the server answers: homeserver = "https://matrix.example.org"'
    if "user" not in settings:
        return 'Write the bot\'s own account: user = "@orchard:example.org"'
    return f"Correct the value at the place named. The settings here are: {fields}."
