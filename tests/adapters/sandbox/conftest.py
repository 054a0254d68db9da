"""The sandbox with nobody but people in it, and a small bot for the tests in which somebody has to answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import httpx
import pytest

from orchard_bot.chat.events import Event, MessagePosted
from orchard_bot.chat.intents import Choice
from orchard_bot.chat.steps import SendPrivately, ShowInGroup
from orchard_bot.errors import Unavailable
from orchard_bot.testing.fake_clock import FakeClock
from orchard_sandbox import SandboxPlatform
from orchard_sandbox.scene import Scene

pytest.register_assert_rewrite("orchard_bot.testing.conformance")

ORIGIN = "http://127.0.0.1:8080"
TOPICS = (Choice("kind", "Being kind", 1), Choice("links", "Links", 2))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def platform(clock: FakeClock) -> SandboxPlatform:
    return SandboxPlatform("main", {}, clock)


@pytest.fixture
def scene(platform: SandboxPlatform) -> Scene:
    return platform.scene


@pytest.fixture
async def browser(platform: SandboxPlatform) -> AsyncIterator[httpx.AsyncClient]:
    """What a browser without JavaScript does: it names its origin and follows redirects."""
    transport = httpx.ASGITransport(platform.web())
    async with httpx.AsyncClient(
        transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN}, follow_redirects=True
    ) as client:
        yield client


async def _answer(platform: SandboxPlatform, event: Event) -> None:
    if not isinstance(event, MessagePosted):
        return
    key, who = f"answer:{event.id}", event.author
    if event.text == "/rules":
        await platform.perform(
            SendPrivately(key=key, account=platform.account, person=who, text="Which topic?", choices=TOPICS)
        )
    elif event.text == "/report" and not event.private:
        await platform.perform(ShowInGroup(key=key, chat=event.chat, person=who, text="I have written to you."))
        await platform.perform(
            SendPrivately(
                key=key, account=platform.account, person=who, text="What is it about?\n\n1  Words\n2  A link"
            )
        )


async def _small_bot(platform: SandboxPlatform) -> None:
    """Answers /rules and /report until it is cancelled; connects again when the connection is lost."""
    while True:
        await platform.start()
        try:
            async for batch in platform.batches():
                for event in batch.events:
                    await _answer(platform, event)
                await batch.acknowledge()
        except Unavailable:
            continue


@pytest.fixture
def small_bot() -> Callable[[SandboxPlatform], Coroutine[Any, Any, None]]:
    return _small_bot
