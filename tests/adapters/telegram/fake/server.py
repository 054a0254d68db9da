"""The HTTP side: the Bot API's routes and the control port, and connections that can be cut."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.adapters.telegram.fake import acts, bodies, hosting
from tests.adapters.telegram.fake.api import Api, Reply
from tests.adapters.telegram.fake.refusal import NotPossible, Refused

_JSON = msgspec.json.Encoder()
_open_connections: dict[tuple[str, int, str, int], asyncio.Transport] = {}
"""By the addresses of both ends: ASGI itself has no way to hang up."""


class _CuttableProtocol(H11Protocol):
    """Remembers the connection, so that a fault can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.ends = _ends(transport.get_extra_info("peername"), transport.get_extra_info("sockname"))
        _open_connections[self.ends] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        _open_connections.pop(self.ends, None)


def _ends(client: Any, server: Any) -> tuple[str, int, str, int]:
    return (*client[:2], *server[:2])


class HttpServer:
    """``stage``: whose acts the control port performs; None for no control port."""

    def __init__(self, api: Api, stage: acts.Stage) -> None:
        self._api, self._stage = api, stage
        self._stopped = asyncio.Event()
        self._server: uvicorn.Server | None = None
        self.port = 0

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; port 0 is any free one."""
        self._stopped.clear()
        app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._bot_api, methods=["GET", "POST"]),
                Route("/file/bot{token}/documents/{key}", self._file),
                Route("/control/{act}", self._control, methods=["POST"]),
            ]
        )
        self._server, self.port = await hosting.start(app, port, http=_CuttableProtocol)

    async def stop(self) -> None:
        """Cut every connection, and listen no more. Safe to call twice."""
        self._stopped.set()
        if self._server is not None:
            for ends, transport in list(_open_connections.items()):
                if ends[3] == self.port:
                    transport.abort()
            await hosting.stop(self._server)
            self._server = None

    async def _bot_api(self, request: Request) -> Response:
        try:
            given = await bodies.read(request)
        except Refused as refused:
            return JSONResponse(refused.body(), refused.code)
        except ClientDisconnect:
            return Response(status_code=400)  # hung up in the middle of a sentence
        reply = await self._api.call(request.path_params["token"], request.path_params["method"], given)
        if reply.fate:
            return await self._end_badly(request, reply)
        content = reply.body if isinstance(reply.body, bytes) else _JSON.encode(reply.body)
        kind = "text/html" if content.startswith(b"<") else "application/json"
        return Response(content, reply.code, media_type=kind)

    async def _file(self, request: Request) -> Response:
        data = self._api.file(request.path_params["token"], request.path_params["key"])
        return Response(status_code=404) if data is None else Response(data, media_type="application/octet-stream")

    async def _end_badly(self, request: Request, reply: Reply) -> Response:
        if reply.fate == "hang":
            await self._stopped.wait()
        transport = _open_connections.get(_ends(request.scope["client"], request.scope["server"]))
        if transport is not None:
            transport.abort()
        return Response(status_code=500)  # nobody is there any more to read it

    async def _control(self, request: Request) -> Response:
        try:
            arguments = msgspec.json.decode(await request.body(), type=dict[str, Any])
            result = acts.perform(self._stage, request.path_params["act"], arguments)
        except (NotPossible, msgspec.DecodeError) as error:
            return PlainTextResponse(str(error), 400)
        return Response(_JSON.encode(result), media_type="application/json")
