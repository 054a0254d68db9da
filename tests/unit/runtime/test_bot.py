"""A bot starts, stops and is restarted in good order."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from orchard_bot.errors import StorageError
from orchard_bot.testing.builders import a_say
from orchard_bot.testing.simulated_platform import SimulatedPlatform
from tests.unit.runtime.conftest import Scene
from tests.unit.runtime.test_lanes import Notes


async def test_what_is_due_still_goes_out_before_the_bot_stops(scene: Scene) -> None:
    async with scene.running():
        said = replace(a_say("Last words"), key="last")
        await scene.storage.write(lambda ledger: ledger.outbox.add([said], scene.clock.now()))
        scene.bot.core.outbox.ring()
        scene.bot.stop()

        def stopped() -> bool:
            scene.clock.advance(0.05)
            return "stopped" in scene.events

        await scene.until(stopped)
    assert scene.said() == ["Last words"]
    assert "some messages go out after the next start" not in scene.events


async def test_a_stop_that_could_not_be_noted_makes_the_next_start_careful(scene: Scene) -> None:
    async with scene.running():
        scene.storage.broken = lambda: True
    assert "could not note the stop" in scene.events
    assert scene.events[-1] == "stopped"
    async with scene.running():
        assert any("did not stop in good order" in event for event in scene.events)


async def test_a_bot_whose_database_refuses_at_the_start_does_not_start(scene: Scene) -> None:
    scene.storage = scene.open()
    scene.storage.broken = lambda: True
    bot = scene.make([], [], SimulatedPlatform(scene.world, scene.clock))
    with pytest.raises(StorageError):
        await bot.run()
    assert not bot.ready.is_set()
    await scene.storage.close()


async def test_who_is_in_the_group_is_known_again_after_a_restart(scene: Scene) -> None:
    notes = Notes()
    async with scene.running(notes.feature):
        scene.world.post(scene.anna, scene.group, "Hello")
        await scene.settle()
    async with scene.running(notes.feature):
        scene.world.post(scene.anna, scene.world.private(scene.anna), "/notes here")
        await scene.settle()
        assert notes.heard == ["here"]


async def test_a_group_that_moved_is_served_where_it_went_after_a_restart_too(scene: Scene) -> None:
    notes = Notes()
    async with scene.running(notes.feature):
        after = scene.world.move_group(scene.group, "3b-new")
        await scene.settle()
        scene.world.post(scene.anna, after, "/notes one")
        await scene.settle()
    async with scene.running(notes.feature):
        scene.world.post(scene.anna, after, "/notes two")
        await scene.settle()
        assert notes.heard == ["one", "two"]


async def test_the_janitor_forgets_on_time_and_gets_over_a_database_that_refuses(scene: Scene) -> None:
    async with scene.running():
        scene.world.post(scene.anna, scene.group, "Hello")
        arrived = str(scene.world.pending[0].id)
        await scene.settle()
        keep = scene.bot.core.house.retention.handled_ids
        full = [True]
        scene.storage.broken = lambda: full[0]
        scene.clock.advance(3600)
        await scene.until(lambda: "could not purge" in scene.events)
        full[0] = False
        scene.clock.advance(keep)
        now = int(scene.clock.now().timestamp())
        await scene.settle()
        await scene.bot.janitor.purge()
        assert await scene.storage.write(lambda ledger: ledger.arrivals.first_time(arrived, now))
