"""The platform is told that an event is stored only when it is; what goes wrong in between is got over."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from orchard_bot.chat.abilities import Abilities
from orchard_bot.chat.events import Event
from orchard_bot.chat.platform import Batch
from orchard_bot.chat.refs import ChatRef
from orchard_bot.errors import StorageError
from orchard_bot.runtime.core import Core
from orchard_bot.testing.simulated_platform import SimulatedPlatform
from tests.unit.runtime.conftest import Scene
from tests.unit.runtime.test_lanes import Deadly, Notes


async def test_on_a_full_disk_nothing_is_acknowledged_and_nothing_is_lost(scene: Scene) -> None:
    notes = Notes()
    async with scene.running(notes.feature):
        full = [True]
        scene.storage.broken = lambda: full[0]
        scene.world.post(scene.anna, scene.group, "/notes it")
        await scene.until(lambda: "could not store events" in scene.events)
        (intake,) = scene.bot.intakes
        assert len(scene.world.pending) == 1
        assert intake.trouble == StorageError.__name__
        full[0] = False
        await scene.later(1)
        assert notes.heard == ["it"]
        assert scene.world.pending == []
        assert intake.trouble == ""


async def test_repeated_events_are_handled_once(scene: Scene) -> None:
    notes = Notes()
    async with scene.running(notes.feature):
        scene.world.faults.duplicate_events(times=2)
        scene.world.post(scene.anna, scene.group, "/notes it")
        scene.world.post(scene.anna, scene.group, "/notes that")
        await scene.settle()
        assert notes.heard == ["it", "that"]
        assert scene.bot.core.counts["duplicates"] > 0


async def test_what_no_adapter_could_read_is_counted_and_does_no_harm(scene: Scene) -> None:
    notes = Notes()
    async with scene.running(notes.feature):
        scene.world.faults.malformed()
        scene.world.post(scene.anna, scene.group, "/notes it")
        await scene.settle()
        assert notes.heard == ["it"]
        assert scene.bot.core.counts["malformed"] == 1
        assert "malformed events left out" in scene.events


async def test_a_lost_connection_is_made_again_after_longer_and_longer_pauses(scene: Scene) -> None:
    notes = Notes()
    async with scene.running(notes.feature):
        (intake,) = scene.bot.intakes
        scene.world.faults.refuse_start(times=3)
        scene.world.faults.disconnect()
        await scene.until(lambda: not intake.connected)
        scene.world.post(scene.anna, scene.group, "/notes it")
        pauses = []
        for _ in range(4):
            waited = 0
            before = intake.restarts
            while intake.restarts == before and not intake.connected and waited < 60:
                scene.clock.advance(1)
                waited += 1
                for _ in range(5):
                    await scene.storage.read(lambda _ledger: None)
            pauses.append(waited)
        assert pauses == sorted(pauses)
        assert pauses[0] < pauses[2]
        await scene.settle()
        assert notes.heard == ["it"]
        assert intake.connected


class Adapter(SimulatedPlatform):
    """An adapter with mistakes in it."""

    fails = ""
    times = 1

    async def start(self) -> None:
        if self.fails == "start":
            self.fails = ""
            raise KeyError("a mistake")
        await super().start()

    async def stop(self) -> None:
        await super().stop()
        if self.fails == "stop":
            raise KeyError("a mistake")

    async def batches(self) -> AsyncIterator[Batch]:
        async for batch in super().batches():
            if self.fails == "end":
                self.fails = ""
                return
            yield batch

    async def abilities(self, chat: ChatRef) -> Abilities:
        if self.fails == "abilities":
            raise KeyError("a mistake")
        return await super().abilities(chat)


async def test_an_adapter_that_fails_to_start_is_started_again(scene: Scene) -> None:
    platform = Adapter(scene.world, scene.clock)
    platform.fails = "start"
    notes = Notes()
    async with scene.running(notes.feature, platform=platform):
        assert "adapter failed" in scene.events
        await scene.later(2)
        scene.world.post(scene.anna, scene.group, "/notes it")
        await scene.settle()
        assert notes.heard == ["it"]


async def test_an_adapter_that_ends_its_stream_is_started_again(scene: Scene) -> None:
    platform = Adapter(scene.world, scene.clock)
    notes = Notes()
    async with scene.running(notes.feature, platform=platform):
        platform.fails = "end"
        scene.world.post(scene.anna, scene.group, "/notes it")
        await scene.until(lambda: "connection lost" in scene.events)
        await scene.later(2)
        assert notes.heard == ["it"]


async def test_an_adapter_that_fails_to_stop_does_not_keep_the_bot_from_stopping(scene: Scene) -> None:
    platform = Adapter(scene.world, scene.clock)
    async with scene.running(platform=platform):
        platform.fails = "stop"
    assert "could not disconnect" in scene.events
    assert scene.events[-1] == "stopped"


class Choosy(Core):
    """A core with a mistake in it: some events cannot be taken at all."""

    async def accept(self, events: Sequence[Event], *, careful: bool = False) -> None:
        if any("poison" in getattr(event, "text", "") for event in events):
            raise KeyError("a mistake")
        await super().accept(events, careful=careful)


async def test_one_event_that_cannot_be_taken_does_not_hold_up_the_others(scene: Scene) -> None:
    notes = Notes()
    async with scene.running(notes.feature):
        scene.bot.core.__class__ = Choosy
        for what in ("one", "poison", "two"):
            scene.world.post(scene.anna, scene.group, f"/notes {what}")
        await scene.settle()
        assert notes.heard == ["one", "two"]
        assert scene.bot.core.counts["malformed"] == 1
        assert "a batch could not be taken" in scene.events


async def test_after_an_unclean_end_the_first_batch_is_handled_from_its_lane_without_a_look_before(
    scene: Scene,
) -> None:
    notes, detector = Notes(), Deadly(lambda: len(scene.world.pending))
    async with scene.running(notes.feature):
        pass
    storage = scene.open()
    await storage.write(lambda ledger: ledger.whereabouts.start())
    await storage.close()
    for n in range(3):
        scene.world.post(scene.anna, scene.group, f"/notes {n}")
    scene.world.post(scene.anna, scene.group, "Hello")
    async with scene.running(notes.feature, detectors=[detector]):
        assert "the last run did not stop in good order: carrying on where it broke off" in scene.events
        assert notes.heard == ["0", "1", "2"]
        assert detector.looks == [0]  # at nothing that was not stored and acknowledged
        assert await scene.storage.read(lambda ledger: ledger.queue.length()) == 0


async def test_after_a_clean_end_nothing_is_said_about_the_last_run(scene: Scene) -> None:
    for _ in range(2):
        async with scene.running():
            pass
    assert scene.events == ["running", "stopping", "stopped"] * 2
