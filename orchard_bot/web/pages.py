"""The web application: /healthz, /metrics, /inside for the sandbox's drawer, and the platforms' own pages."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from orchard_bot.chat.platform import AsgiApp
from orchard_bot.web.pulse import Pulse

if TYPE_CHECKING:
    from jinja2 import Template

PRIVATE = {"cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


def application(pulse: Pulse, mounts: Mapping[str, AsgiApp], *, inside: bool) -> Starlette:
    """The pages of one bot. ``mounts``: the platforms' pages by name; ``inside``: whether to show the tables."""
    pages = _Pages(pulse, next(iter(mounts), None))
    routes: list[BaseRoute] = [
        Route("/", pages.front),
        Route("/healthz", pages.health),
        Route("/metrics", pages.metrics),
    ]
    if inside:
        routes.append(Route("/inside", pages.inside))
    routes += [Mount(f"/{name}", app=app) for name, app in mounts.items()]
    return Starlette(routes=routes)


class _Pages:
    def __init__(self, pulse: Pulse, front: str | None) -> None:
        self._pulse = pulse
        self._front = front

    async def front(self, _: Request) -> Response:
        """To the first platform with pages of its own, or a word that the bot runs."""
        if self._front:
            return RedirectResponse(f"/{self._front}/")
        return PlainTextResponse("Orchard Bot is running.\n")

    async def health(self, _: Request) -> Response:
        """200 while the database answers; the platforms' states are told but do not count: they mend themselves."""
        answers = await self._pulse.storage_answers()
        body = {
            "status": "ok" if answers else "database does not answer",
            "accounts": [
                {"account": one.account, "connected": one.connected, "restarts": one.restarts, "trouble": one.trouble}
                for one in self._pulse.accounts()
            ],
        }
        return JSONResponse(body, status_code=200 if answers else 503, headers=PRIVATE)

    async def metrics(self, _: Request) -> Response:
        """Counters in the Prometheus text format, https://prometheus.io/docs/instrumenting/exposition_formats/."""
        lines = ["# TYPE orchard_total counter"]
        lines += [
            f"orchard_total{{what={json.dumps(name)}}} {count}" for name, count in sorted(self._pulse.counts().items())
        ]
        lines.append("# TYPE orchard_connected gauge")
        lines += [
            f"orchard_connected{{account={json.dumps(one.account)}}} {int(one.connected)}"
            for one in self._pulse.accounts()
        ]
        return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4", headers=PRIVATE)

    async def inside(self, request: Request) -> Response:
        """The outbox and the cases, as a page or (``?part``) as a fragment to put into one."""
        view = await self._pulse.inside()
        name = "inside_part.html" if "part" in request.query_params else "inside.html"
        return HTMLResponse(_template(name).render(view=view, style=_style()), headers=PRIVATE)


def _template(name: str) -> Template:
    # Most bots never draw this page: what draws it is loaded when somebody asks for it.
    from jinja2 import Environment, PackageLoader, select_autoescape  # noqa: PLC0415

    templates = Environment(loader=PackageLoader("orchard_bot.web"), autoescape=select_autoescape(), trim_blocks=True)
    return templates.get_template(name)


def _style() -> str:
    return resources.files("orchard_bot.web").joinpath("inside.css").read_text("utf-8")
