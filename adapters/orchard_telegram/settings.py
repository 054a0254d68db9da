"""The part ``[adapters.telegram]`` of the configuration, typed and checked, and the token that it points to."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct, field

from orchard_bot.errors import ConfigError

PLACE = "[adapters.telegram]"
_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{3,128}")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

Text = Annotated[str, Meta(min_length=1, max_length=256)]

COMMANDS = {
    "report": "Something in the group worries you",
    "rules": "What we have agreed on",
    "help": "What the bot can do for you",
}


class TelegramSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator may set: one of ``token_file`` and ``token_env`` is needed."""

    token_file: str | None = None
    """A file with the bot's token in it and nothing else, readable by the bot's user alone (mode 600)."""
    token_env: str | None = None
    """The name of an environment variable that holds the token, instead of a file."""
    mode: Literal["polling", "webhook"] = "polling"
    """"polling": the bot asks Telegram for news, from anywhere. "webhook": Telegram calls the bot's own web server."""
    webhook_url: str | None = None
    """For mode "webhook": the public https address that leads to /telegram of the bot's web server."""
    api_url: str = "https://api.telegram.org"
    """The Bot API server; change it for one of your own."""
    ephemeral: Literal["auto", "on", "off"] = "auto"
    """Commands and answers in the group that only one member sees: "auto" where the server has them, "on" refuses
    to start without them, "off" never uses them."""
    commands: Annotated[dict[str, Text], Meta(max_length=100)] = field(default_factory=lambda: dict(COMMANDS))
    """The commands that Telegram offers when somebody types "/", each with a few words about it."""

    @property
    def hook(self) -> str:
        """What Telegram is told to call. It follows no redirection, and the bot's server has /telegram/ with a slash."""
        url = self.webhook_url or ""
        return f"{url}/" if url.endswith("/telegram") else url


def read(settings: Mapping[str, Any]) -> TelegramSettings:
    """The settings as given in the file. Raises ``ConfigError`` with the fix where something is wrong."""
    try:
        found = msgspec.convert(dict(settings), TelegramSettings)
    except msgspec.ValidationError as error:
        raise wrong(str(error), _fix(settings)) from error
    _check_token_source(found)
    _check_addresses(found)
    for name in found.commands:
        if not _COMMAND.fullmatch(name):
            raise wrong(f"{name!r} cannot be a command.", "Use 1 to 32 small letters, digits and '_', without a slash.")
    return found


def token(settings: TelegramSettings) -> str:
    """The bot's token. Raises ``ConfigError`` where it is missing, open to others, or not a token."""
    found = _from_file(Path(settings.token_file).expanduser()) if settings.token_file else _from_env(settings)
    check_token(found)
    return found


def check_token(found: str) -> None:
    """Raises ``ConfigError`` for what cannot be a token; it is not shown."""
    if not _TOKEN.fullmatch(found):
        raise wrong(
            "This is not a bot's token.",
            "Copy the whole token from @BotFather: digits, a colon, and about 35 letters, digits, '-' and '_'.",
        )


def wrong(problem: str, fix: str) -> ConfigError:
    """An error in this part of the configuration."""
    return ConfigError(problem, fix=fix, file=PLACE)


def _from_env(settings: TelegramSettings) -> str:
    name = settings.token_env or ""
    found = os.environ.get(name, "").strip()
    if not found:
        raise wrong(f"The environment variable {name} is empty.", f"Set {name} to the token from @BotFather.")
    return found


def _from_file(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        found = path.read_text("ascii").strip()
    except OSError as error:
        raise wrong(
            f"The token file {path} cannot be read: {error.strerror}.",
            f"Put the token from @BotFather into it, then: chmod 600 {path}",
        ) from error
    except UnicodeDecodeError as error:
        raise wrong(f"The token file {path} holds more than a token.", "Put the token alone into it.") from error
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise wrong(f"Others on this machine can read the token file {path}.", f"Close it to them: chmod 600 {path}")
    return found


def _check_token_source(found: TelegramSettings) -> None:
    if not found.token_file and not found.token_env:
        raise wrong(
            "There is no token.", 'Write token_file = "telegram.token" and put the token from @BotFather there.'
        )
    if found.token_file and found.token_env:
        raise wrong("There are two places for the token.", "Keep one of token_file and token_env.")


def _check_addresses(found: TelegramSettings) -> None:
    api = _address(found.api_url)
    if api is None or api[0] not in {"http", "https"}:
        fix = 'Write the address of a Bot API server, for example "http://127.0.0.1:8081", or leave it out.'
        raise wrong("api_url is not an address.", fix)
    if found.mode == "polling":
        if found.webhook_url:
            raise wrong("webhook_url is set, but the bot polls.", 'Write mode = "webhook", or remove webhook_url.')
        return
    hook = _address(found.webhook_url or "")
    if hook is None or (hook[0] != "https" and not (hook[0] == "http" and api[1] in _LOOPBACK)):
        # A Bot API server on this machine may call over plain http; Telegram's own never does.
        fix = 'Write webhook_url = "https://bot.example.org/telegram", the address that leads to the bot\'s web server.'
        raise wrong("A webhook needs a public https address.", fix)


def _address(url: str) -> tuple[str, str] | None:
    """Scheme and host."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return (parts.scheme, host) if host else None


def _fix(settings: Mapping[str, Any]) -> str:
    fields = ", ".join(TelegramSettings.__struct_fields__)
    unknown = [name for name in settings if name not in TelegramSettings.__struct_fields__]
    if unknown:
        return f"Remove {unknown[0]!r}; the settings here are: {fields}."
    return f"Correct the value at the place named. The settings here are: {fields}."
