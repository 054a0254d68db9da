"""Files that the bot sends: signal-cli takes them inside the request, so that none lies about on a disk."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

from orchard_bot.chat.files import Enclosure


def data_uri(file: Enclosure) -> str:
    """The file as ``data:<type>;filename=<name>;base64,<data>`` (signal-cli(1), send, --attachment; RFC 2397)."""
    name = quote(file.name, safe="-_.~ ").replace(" ", "_")
    return f"data:{file.kind};filename={name};base64,{b64encode(file.data).decode()}"
