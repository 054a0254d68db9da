"""An ASGI application on loopback, inside the running event loop."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn


async def start(app: Any, port: int = 0, **options: Any) -> tuple[uvicorn.Server, int]:
    """Listen; port 0 is any free one. Gives the server, and its port."""
    # With its protocol named, asyncio switches Nagle's delay off, which costs 40 ms a request.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    config = uvicorn.Config(app, lifespan="off", log_config=None, timeout_keep_alive=60, **options)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    chosen = int(listener.getsockname()[1])
    await server.startup(sockets=[listener])
    return server, chosen


async def stop(server: uvicorn.Server) -> None:
    """Listen no more, and wait for nobody."""
    server.force_exit = True
    await server.shutdown()


@asynccontextmanager
async def hosting(app: Any) -> AsyncIterator[str]:
    """Its address, as long as the block lasts."""
    server, port = await start(app)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await stop(server)
