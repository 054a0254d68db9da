"""The line between the bot and the server, on which a story can make things go wrong. People have lines of their own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, ClientTimeout, web

_BROKEN: list[Any] = [{"type": 7}, {"type": "m.room.message", "sender": "nobody", "content": {}, "event_id": "?"}]
_KEPT_APART = frozenset({"content-length", "content-encoding", "transfer-encoding", "connection", "host"})


class Line:
    """Hands everything on, but for the faults. What the World calls its faults, in Matrix's own way."""

    def __init__(self, url: str) -> None:
        self.url = ""
        self.reorder = False
        self._to = url
        self._http: ClientSession | None = None
        self._refusals: list[tuple[int, dict[str, Any]]] = []
        self._lost = self._refused = self._twice = self._broken = 0
        self._open: set[asyncio.Task[Any]] = set()

    def rate_limited(self, retry_after: float = 1.0, times: int = 1) -> None:
        """The next acts are refused for a while."""
        body = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests", "retry_after_ms": int(retry_after * 1000)}
        self._refusals += [(429, body)] * times

    def unavailable(self, times: int = 1) -> None:
        """The next acts find the server unwell."""
        self._refusals += [(502, {})] * times

    def drop_answer(self, times: int = 1) -> None:
        """The next acts are done, and the line goes dead before the answer."""
        self._lost += times

    def duplicate_events(self, times: int = 1) -> None:
        """The next events come twice."""
        self._twice += times

    def malformed(self, times: int = 1) -> None:
        """Something that nobody can read comes along."""
        self._broken += times

    def refuse_start(self, times: int = 1) -> None:
        """The next questions for news fail."""
        self._refused += times

    def disconnect(self) -> None:
        """Every open request dies."""
        for one in self._open:
            one.cancel()

    def clear(self) -> None:
        """All goes well from now on."""
        self._refusals.clear()
        self._lost = self._refused = self._twice = self._broken = 0
        self.reorder = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Line]:
        """While the block runs, the line is at ``url``."""
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{rest:.*}", self._serve)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"
        async with ClientSession(auto_decompress=True, timeout=ClientTimeout(total=90)) as self._http:
            try:
                yield self
            finally:
                self.disconnect()
                await runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            return await self._answer(request)
        except asyncio.CancelledError:
            return _dead(request)
        finally:
            self._open.discard(task)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        news, act = request.path.endswith("/sync"), _is_act(request)
        if news and self._refused:
            self._refused -= 1
            return web.json_response({}, status=502)
        if act and self._refusals:
            status, body = self._refusals.pop(0)
            return web.json_response(body, status=status)
        assert self._http is not None
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _KEPT_APART}
        async with self._http.request(
            request.method, self._to + request.path_qs, data=await request.read(), headers=headers
        ) as answer:
            payload = await answer.read()
            status = answer.status
        if act and self._lost:
            self._lost -= 1
            return _dead(request)
        if news and status == 200:
            payload = self._disturbed(payload)
        return web.Response(body=payload, status=status, content_type="application/json")

    def _disturbed(self, payload: bytes) -> bytes:
        if not (self._twice or self._broken or self.reorder):
            return payload
        answer = json.loads(payload)
        joined = answer.get("rooms", {}).get("join", {})
        if self.reorder:
            answer.setdefault("rooms", {})["join"] = dict(reversed(joined.items()))
        for part in joined.values():
            events = part["timeline"]["events"]
            if events and self._twice:
                self._twice = max(0, self._twice - len(events))
                part["timeline"]["events"] = [one for one in events for _ in range(2)]
            if events and self._broken:
                broken = [_BROKEN[number % len(_BROKEN)] for number in range(self._broken)]
                part["timeline"]["events"] = [*broken, *part["timeline"]["events"]]
                self._broken = 0
        return json.dumps(answer).encode()


def _is_act(request: web.Request) -> bool:
    """What changes something for people, besides keys and who the bot is."""
    return request.method in {"PUT", "POST"} and "/rooms/" in request.path


def _dead(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=502)
