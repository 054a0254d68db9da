"""Asks a configured feed for news: nothing private is reached, nothing endless is read, nothing is asked for twice."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from orchard_bot.errors import OrchardError

MOST_BYTES = 5_000_000
MOST_MOVES = 3
SECONDS = 20.0
_MOVED = frozenset({301, 302, 303, 307, 308})


class FeedRefused(OrchardError):
    """A feed was not fetched. The message says why and what to change."""


class Stamp(Struct, frozen=True, kw_only=True):
    """What the server said of its last answer, to be told when nothing is new."""

    etag: str = ""
    last_modified: str = ""


class Fetched(Struct, frozen=True, kw_only=True):
    """An answer. ``data`` is None where nothing is new. ``moved_to``: the address to put into the configuration."""

    data: bytes | None
    stamp: Stamp
    moved_to: str = ""


def fetch_feed(url: str, stamp: Stamp, *, allow_loopback: bool = False) -> Fetched:
    """What is at ``url`` now. Raises ``FeedRefused``; needs the extra ``newsletter``."""
    import httpcore  # noqa: PLC0415 - the extra

    address, moved = url, ""
    until = time.monotonic() + SECONDS
    for _ in range(MOST_MOVES + 1):
        _check(address, came_from=url)
        headers: dict[bytes | str, bytes | str] = {
            "Host": _host(address),
            "User-Agent": "orchard-bot",
            "Accept-Encoding": "identity",
        }
        if stamp.etag:
            headers["If-None-Match"] = stamp.etag
        if stamp.last_modified:
            headers["If-Modified-Since"] = stamp.last_modified
        timeouts = {"connect": 10.0, "read": 10.0, "write": 10.0, "pool": 10.0}
        try:
            with (
                httpcore.ConnectionPool(network_backend=_guarded(allow_loopback=allow_loopback)) as pool,
                pool.stream("GET", address, headers=headers, extensions={"timeout": timeouts}) as response,
            ):
                said = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in response.headers}
                if response.status == 304:
                    return Fetched(data=None, stamp=stamp, moved_to=moved)
                if response.status in _MOVED and said.get("location"):
                    address = urljoin(address, said["location"])
                    moved = address if response.status in {301, 308} else moved
                    continue
                if response.status != 200:
                    raise FeedRefused(f"{url} answers with status {response.status}. Look at it in a browser.")
                if said.get("content-encoding", "identity") != "identity":
                    raise FeedRefused(f"{url} is sent compressed although it was asked not to be.")
                data = _bounded(response.iter_stream(), url, until)
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            raise FeedRefused(f"{url} cannot be reached ({type(error).__name__}). Try again later.") from error
        new = Stamp(etag=said.get("etag", "")[:200], last_modified=said.get("last-modified", "")[:100])
        return Fetched(data=data, stamp=new, moved_to=moved)
    raise FeedRefused(f"{url} moves on and on. Open it in a browser and configure the address where you end.")


def _check(address: str, *, came_from: str) -> None:
    try:
        parts = urlsplit(address)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        known = False
    if not known or parts.username:
        raise FeedRefused(f"{came_from} is, or leads to, no web address. Configure one that begins with https://.")
    if parts.scheme == "http" and came_from.startswith("https:"):
        raise FeedRefused(f"{came_from} leads to an address without encryption. Configure the address it is to be.")


def _host(address: str) -> str:
    return urlsplit(address).netloc


def _bounded(pieces: Iterable[bytes], url: str, until: float) -> bytes:
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) > MOST_BYTES:
            raise FeedRefused(f"{url} is larger than {MOST_BYTES // 1_000_000} MB: no feed of a newsletter is.")
        if time.monotonic() > until:
            raise FeedRefused(f"{url} takes longer than {SECONDS:.0f} seconds. Try again later.")
    return bytes(data)


def public_addresses(host: str, port: int, *, allow_loopback: bool) -> list[str]:
    """Where ``host`` is. Raises ``FeedRefused`` where any of its addresses is not a public one."""
    try:
        found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise FeedRefused(f"{host} is not known. Check the address of the feed.") from error
    for each in found:
        address = ipaddress.ip_address(each.partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None) or address
        if (not mapped.is_global or mapped.is_multicast) and not (allow_loopback and mapped.is_loopback):
            raise FeedRefused(f"{host} is an address inside a private network. Feeds are read from public ones only.")
    return found


def _guarded(*, allow_loopback: bool):  # type: ignore[no-untyped-def] # httpcore is an extra
    """Connects to the very address that was checked, so that a name cannot change its mind in between."""
    import httpcore  # noqa: PLC0415

    class Guarded(httpcore.SyncBackend):
        def connect_tcp(self, host, port, *args, **named):  # type: ignore[no-untyped-def] # as its parent has it
            checked = public_addresses(host, port, allow_loopback=allow_loopback)
            return super().connect_tcp(checked[0], port, *args, **named)

    return Guarded()
