"""An act of a person or of the test: done here, or by a fake in another process over its control port."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, get_type_hints

import httpx
import msgspec

from tests.adapters.telegram.fake.model import Json
from tests.adapters.telegram.fake.refusal import NotPossible
from tests.adapters.telegram.fake.state import State

P = ParamSpec("P")
R = TypeVar("R")


class Link(Protocol):
    """The way to a fake in another process."""

    def ask(self, act: str, arguments: Json) -> bytes:
        """The result as JSON. Raises ``NotPossible`` as the act itself does."""
        ...


class Stage:
    """Where acts happen: exactly one of the two is there."""

    def __init__(self, state: State | None = None, link: Link | None = None) -> None:
        self._here, self._link = state, link

    @property
    def state(self) -> State:
        """Of the fake in this process."""
        assert self._here is not None, "this fake is in another process: use its acts and views"
        return self._here


S = TypeVar("S", bound=Stage)


def act(deed: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Let this method be called from another process: its arguments and its result are plain data."""
    signature = inspect.signature(deed)

    @functools.wraps(deed)
    def do(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if self._link is None:
            return deed(self, *args, **kwargs)
        given = signature.bind(self, *args, **kwargs).arguments
        given.pop(next(iter(signature.parameters)))
        answer = self._link.ask(deed.__name__, dict(given))
        result: R = msgspec.json.decode(answer, type=get_type_hints(deed)["return"])
        return result

    do.__dict__["is_act"] = True
    return do


def perform(stage: Stage, name: str, arguments: Json) -> Any:
    """Do the act of this name. Raises ``NotPossible`` where there is none."""
    deed: Callable[..., Any] | None = getattr(type(stage), name, None)
    if deed is None or not getattr(deed, "is_act", False):
        raise NotPossible(f"There is no act called {name!r}.")
    hints = get_type_hints(inspect.unwrap(deed))
    try:
        read = {key: msgspec.convert(value, hints[key]) for key, value in arguments.items()}
    except (KeyError, msgspec.ValidationError) as error:
        raise NotPossible(f"{name}: {error}") from error
    return deed(stage, **read)


class ControlPort:
    """A ``Link`` over HTTP to ``http://127.0.0.1:PORT``."""

    def __init__(self, address: str) -> None:
        self._client = httpx.Client(base_url=address, timeout=30, trust_env=False)

    def ask(self, act: str, arguments: Json) -> bytes:
        """One act."""
        answer = self._client.post(f"/control/{act}", content=msgspec.json.encode(arguments))
        if answer.status_code != httpx.codes.OK:
            raise NotPossible(answer.text)
        return answer.content

    def close(self) -> None:
        """Hang up."""
        self._client.close()
