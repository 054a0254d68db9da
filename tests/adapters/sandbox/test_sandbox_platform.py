"""The sandbox is a platform like any other, also when its World is swapped under the bot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from orchard_bot.chat.events import MessagePosted
from orchard_bot.chat.platform import HasWebPages
from orchard_bot.chat.steps import SendPrivately, SendToGroup
from orchard_bot.errors import NotReachable, RateLimited, Unavailable
from orchard_bot.testing import profiles
from orchard_bot.testing.conformance import PlatformConformance
from orchard_bot.testing.fake_clock import FakeClock
from orchard_bot.testing.stage import Stage, WorldStage
from orchard_sandbox import SandboxPlatform
from orchard_sandbox.scene import Scene


class TestSandboxPlatform(PlatformConformance):
    @pytest.fixture(params=profiles.ALL)
    async def stage(self, request: pytest.FixtureRequest) -> Stage:
        clock = FakeClock()
        settings = {"profile": request.param, "opening_scene": False}
        scene = SandboxPlatform("main", settings, clock).scene
        return WorldStage(scene.world, clock, lambda: SandboxPlatform("main", settings, clock, scene))


async def _texts(platform: SandboxPlatform, count: int) -> list[str]:
    """The texts of the next messages, acknowledged."""
    found: list[str] = []
    async for batch in platform.batches():
        found += [event.text for event in batch.events if isinstance(event, MessagePosted)]
        await batch.acknowledge()
        if len(found) >= count:
            break
    return found


async def _until(scene: Scene, so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not so():
            await scene.changes.after(scene.changes.version, 20)


def _tell(platform: SandboxPlatform, person: str, text: str) -> SendPrivately:
    return SendPrivately(
        key=f"tell:{person}", account=platform.account, person=platform.scene.world.person_ref(person), text=text
    )


def test_it_has_web_pages_and_an_account(platform: SandboxPlatform) -> None:
    assert isinstance(platform, HasWebPages)
    assert str(platform.account) == "sandbox/main"


async def test_the_real_clock_is_used_where_none_is_given() -> None:
    platform = SandboxPlatform("main", {})
    await platform.start()
    await platform.perform(_tell(platform, "priya", "hello"))
    assert platform.scene.world.inbox("priya")[0].at.tzinfo is not None


async def test_the_bot_is_shown_the_opening_scene(platform: SandboxPlatform) -> None:
    await platform.start()
    assert len(await _texts(platform, 6)) == 6
    assert platform.scene.diary.seen == {"MessagePosted": 6}


async def test_the_stream_goes_on_through_a_reset(
    platform: SandboxPlatform,
    scene: Scene,
    clock: FakeClock,
    small_bot: Callable[[SandboxPlatform], Coroutine[Any, Any, None]],
) -> None:
    """The bot that listens is not told of the reset, and hears the people of the new scene."""
    async with asyncio.TaskGroup() as tasks:
        bot = tasks.create_task(small_bot(platform))
        await _until(scene, lambda: not scene.world.pending)
        before = scene.world
        clock.advance(1)
        await platform.reset()
        scene.world.post("priya", scene.world.private("priya"), "/rules")
        await _until(scene, lambda: len(scene.world.inbox("priya")) == 2)
        bot.cancel()
    assert before is not scene.world
    assert before.connection is None


async def test_a_reset_before_the_bot_has_come_is_no_trouble(platform: SandboxPlatform) -> None:
    await platform.reset()
    await platform.start()
    assert len(await _texts(platform, 6)) == 6


async def test_ids_are_never_used_again_after_a_reset_or_in_a_later_process(clock: FakeClock) -> None:
    """The bot keeps the ids it has handled; an old id would make it pass over something new."""
    platform = SandboxPlatform("main", {}, clock)
    ids = {event.id for event in platform.scene.world.pending}
    clock.advance(1)
    await platform.reset()
    ids |= {event.id for event in platform.scene.world.pending}
    clock.advance(1)
    ids |= {event.id for event in SandboxPlatform("main", {}, clock).scene.world.pending}
    assert len(ids) == 18


async def test_the_diary_says_how_each_step_ended_and_nothing_that_was_said(
    platform: SandboxPlatform, scene: Scene
) -> None:
    await platform.start()
    scene.world.faults.rate_limited(5, times=1)
    with pytest.raises(RateLimited):
        await platform.perform(SendToGroup(key="one", chat=scene.group, text="a secret"))
    with pytest.raises(NotReachable):
        await platform.perform(_tell(platform, "hannah", "a secret"))
    await platform.perform(SendToGroup(key="two", chat=scene.group, text="a secret"))
    assert [(each.kind, each.outcome) for each in scene.diary.steps] == [
        ("SendToGroup", "RateLimited"),
        ("SendPrivately", "NotReachable"),
        ("SendToGroup", "done"),
    ]
    assert "a secret" not in repr(scene.diary.steps)


async def test_unreadable_items_are_counted(platform: SandboxPlatform, scene: Scene) -> None:
    scene.world.faults.malformed(times=1)
    await platform.start()
    await _texts(platform, 6)
    assert scene.diary.malformed == 1


async def test_a_cut_connection_is_told_to_the_bot(platform: SandboxPlatform, scene: Scene) -> None:
    await platform.start()
    scene.world.faults.disconnect()
    with pytest.raises(Unavailable):
        await _texts(platform, 1)


async def test_it_tells_what_the_bot_may_do(platform: SandboxPlatform, scene: Scene) -> None:
    assert (await platform.abilities(scene.group)).buttons == 12
    assert await platform.is_member(scene.group, scene.world.person_ref("grace")) is False
    assert any(not finding.ok for finding in await platform.examine([scene.group]))


async def test_pages_that_wait_are_let_go_when_the_bot_stops(platform: SandboxPlatform) -> None:
    changes = platform.scene.changes
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(changes.after(changes.version, 600))
        await asyncio.sleep(0)
        await platform.stop()
    assert waiting.result() is None
    await platform.start()
    changes.note()
    assert await changes.after(changes.version - 1, 600) == changes.version


async def test_a_page_that_waits_in_vain_hears_that_nothing_has_changed(platform: SandboxPlatform) -> None:
    changes = platform.scene.changes
    assert await changes.after(changes.version, 0) == changes.version
