"""The part ``[adapters.signal]`` of the configuration, typed and checked."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from orchard_bot.errors import ConfigError

PLACE = "[adapters.signal]"
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


class SignalSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an operator may set."""

    transport: Literal["jsonrpc", "rest"] = "jsonrpc"
    """"jsonrpc": signal-cli's own daemon, which loses nothing while the bot is down. "rest": signal-cli-rest-api."""
    number: str
    """The bot's own phone number, with the country code: "+447700900123". Never a parent's or a moderator's."""
    url: str = "http://127.0.0.1:8080"
    """Where the service answers. It has no password of its own: this machine or a private network only."""
    jsonrpc_url: str | None = None
    """For transport "rest": a JSON-RPC daemon of the same account, used to delete what a moderator decided on."""
    spool: str = "signal.spool"
    """A file that keeps what has been received until it is stored: seconds, as a rule. Mode 600."""


def read(settings: Mapping[str, Any]) -> SignalSettings:
    """The settings as given in the file. Raises ``ConfigError`` with the fix where something is wrong."""
    try:
        found = msgspec.convert(dict(settings), SignalSettings)
    except msgspec.ValidationError as error:
        raise wrong(str(error), _fix(settings)) from error
    if not _NUMBER.fullmatch(found.number):
        raise wrong("number is no phone number.", 'Write it with the country code: number = "+447700900123"')
    _check_address("url", found.url)
    if found.jsonrpc_url is not None:
        if found.transport == "jsonrpc":
            raise wrong("jsonrpc_url is for transport rest alone.", "Remove it: url leads to the daemon already.")
        _check_address("jsonrpc_url", found.jsonrpc_url)
    if not found.spool:
        raise wrong("spool names no file.", 'Leave it out, or write spool = "signal.spool".')
    return found


def wrong(problem: str, fix: str) -> ConfigError:
    """An error in this part of the configuration."""
    return ConfigError(problem, fix=fix, file=PLACE)


def _check_address(name: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"} or parts.path not in {"", "/"}:
        raise wrong(f"{name} is not an address.", f'Write {name} = "http://127.0.0.1:8080", without a path.')
    if not _near(host):
        raise wrong(
            f"{name} leads to the open internet, and the service there asks nobody for a password.",
            "Run it on this machine or in the same private network, and write its address there.",
        )


def _near(host: str) -> bool:
    """This machine, a private address, or a name without a dot such as a container's."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".internal", ".local", ".lan"))


def _fix(settings: Mapping[str, Any]) -> str:
    fields = ", ".join(SignalSettings.__struct_fields__)
    unknown = [name for name in settings if name not in SignalSettings.__struct_fields__]
    if unknown:
        return f"Remove {unknown[0]!r}; the settings here are: {fields}."
    if "number" not in settings:
        return 'Write the bot\'s own phone number: number = "+447700900123"'
    return f"Correct the value at the place named. The settings here are: {fields}."
