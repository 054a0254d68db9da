"""The web page of the sandbox: what is asked for, and what is answered."""

from __future__ import annotations

import mimetypes
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from orchard_bot.testing.profiles import ALL
from orchard_bot.testing.sim_message import NotPossible
from orchard_sandbox import acts, fault_panel
from orchard_sandbox.acts import Form
from orchard_sandbox.form import TEXT_LIMIT, NotUnderstood, TooLong, read_form
from orchard_sandbox.guard import Guard
from orchard_sandbox.scene import Scene
from orchard_sandbox.screens import phones
from orchard_sandbox.state import PageState, read_state
from orchard_sandbox.tour import story_of, told_by

if TYPE_CHECKING:
    from jinja2 import Environment

_SIGN_OF_LIFE = 15.0

mimetypes.add_type("font/woff2", ".woff2")


class SandboxPage:
    """The handlers of the page over one scene. ``reset`` begins the scene anew."""

    def __init__(self, scene: Scene, reset: Callable[[], Awaitable[None]]) -> None:
        self._scene, self._reset = scene, reset
        self._people = frozenset(each.id for each in scene.settings.people)

    @cached_property
    def _templates(self) -> Environment:
        # Loaded when the page is first drawn, so that the bot is ready sooner.
        from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415

        loader = PackageLoader("orchard_sandbox")
        return Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )

    async def show(self, request: Request) -> Response:
        """The whole page, as its address says."""
        return self._page(request, self._state(dict(request.query_params)))

    async def changes(self, _request: Request) -> Response:
        """A stream of server-sent events: the version, whenever something has changed."""
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(self._versions(), media_type="text/event-stream", headers=headers)

    async def act(self, request: Request) -> Response:
        """Somebody does something on their phone."""

        async def do(form: Form, state: PageState) -> PageState:
            return acts.act(request.path_params["act"], self._scene, form, state)

        return await self._change(request, do)

    async def fault(self, request: Request) -> Response:
        """Arm a fault, or switch all off."""
        return await self._change(request, self._arm)

    async def profile(self, request: Request) -> Response:
        """Go on as another platform."""
        return await self._change(request, self._switch)

    async def reset(self, request: Request) -> Response:
        """Put everything back as it was."""
        return await self._change(request, self._begin_anew)

    async def _change(self, request: Request, do: Callable[[Form, PageState], Awaitable[PageState]]) -> Response:
        form: Form = {}
        try:
            form = await read_form(request)
            after = await do(form, self._state(_fields(form)))
        except NotUnderstood:
            says, status = "The page and the bot had a misunderstanding. Reload the page and try again.", 400
        except TooLong as problem:
            says, status = str(problem), 413
        except NotPossible as problem:
            says, status = str(problem), 409
        else:
            return RedirectResponse(f"{request.scope.get('root_path', '')}/?{after.query()}", 303)
        return self._page(request, self._state(_fields(form)), says, status)

    async def _arm(self, form: Form, state: PageState) -> PageState:
        if not fault_panel.arm(form.get("fault", ""), self._scene.world.faults):
            raise NotUnderstood
        return state

    async def _switch(self, form: Form, state: PageState) -> PageState:
        profile = ALL.get(form.get("profile", ""))
        if profile is None:
            raise NotUnderstood
        self._scene.world.change_profile(profile)
        self._scene.changes.note()
        return state

    async def _begin_anew(self, _form: Form, state: PageState) -> PageState:
        await self._reset()
        return state.settled(state.compose.person) if state.compose else state

    def _page(self, request: Request, state: PageState, problem: str = "", status: int = 200) -> Response:
        scene, base = self._scene, request.scope.get("root_path", "")
        story = story_of(state.story, self._people)
        everybody = phones(scene, state, story.draft if story else None)
        html = self._templates.get_template("page.html").render(
            base=base,
            limit=TEXT_LIMIT,
            inside=base.rsplit("/", 1)[0] + "/inside",
            state=state,
            problem=problem,
            phones=everybody,
            out=[each for each in everybody if each.id in state.show],
            story=story,
            stories=told_by(self._people),
            profile=scene.world.profile,
            profiles=ALL,
            abilities=scene.world.abilities(scene.group).named(),
            faults=fault_panel.FAULTS,
            armed=fault_panel.armed(scene.world.faults),
            diary=scene.diary,
            pending=len(scene.world.pending),
            connected=scene.world.connection is not None,
            version=scene.changes.version,
        )
        return HTMLResponse(html, status)

    def _state(self, query: dict[str, str]) -> PageState:
        return read_state(query, self._scene.settings.people)

    async def _versions(self) -> AsyncIterator[str]:
        changes = self._scene.changes
        version = changes.version
        yield f"retry: 1000\ndata: {version}\n\n"
        while (latest := await changes.after(version, _SIGN_OF_LIFE)) is not None:
            yield f"data: {latest}\n\n" if latest != version else ": still here\n\n"
            version = latest


def sandbox_app(scene: Scene, reset: Callable[[], Awaitable[None]]) -> Starlette:
    """The application to serve: alone, or mounted under ``/sandbox``."""
    page = SandboxPage(scene, reset)
    return Starlette(
        routes=[
            Route("/", page.show),
            Route("/changes", page.changes),
            Route("/acts/{act}", page.act, methods=["POST"]),
            Route("/fault", page.fault, methods=["POST"]),
            Route("/profile", page.profile, methods=["POST"]),
            Route("/reset", page.reset, methods=["POST"]),
            Mount("/static", StaticFiles(packages=[("orchard_sandbox", "static")])),
        ],
        middleware=[Middleware(Guard, hosts=scene.settings.hosts)],
    )


def _fields(form: Form) -> dict[str, str]:
    return dict(parse_qsl(form.get("state", ""), keep_blank_values=True))
