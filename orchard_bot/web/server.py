"""Serves the pages: a socket of our own, uvicorn inside our event loop, signals left to the bot."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.applications import Starlette

from orchard_bot.errors import OrchardError

CLOSE_SECONDS = 2
_BACKLOG = 128


class AddressTaken(OrchardError):
    """The address for the pages cannot be used. Change ``host`` or ``port`` under ``[web]``, or stop what uses it."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are for the bot: it stops the server."""
        yield


@contextlib.asynccontextmanager
async def serving(pages: Starlette, host: str, port: int) -> AsyncIterator[str]:
    """Serve ``pages`` while the block runs; gives the address. Raises ``AddressTaken``."""
    listener = _listen(host, port)
    config = uvicorn.Config(
        pages, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=CLOSE_SECONDS
    )
    server = _Server(config)
    shown = f"[{host}]" if ":" in host else host
    async with asyncio.TaskGroup() as beside:
        task = beside.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://{shown}:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await asyncio.wait({task}, timeout=2 * CLOSE_SECONDS)
            task.cancel()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise _taken(host, port, error) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _taken(host, port, error) from error
    listener.setblocking(False)
    return listener


def _taken(host: str, port: int, error: OSError | UnicodeError) -> AddressTaken:
    why = getattr(error, "strerror", None) or "this is not an address"
    return AddressTaken(
        f"The pages cannot be served on {host}:{port} ({why}). Stop the program that uses this address, or change "
        "host or port under [web] in the configuration."
    )
