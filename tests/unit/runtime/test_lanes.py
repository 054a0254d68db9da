"""What could not be handled at once is handled in order, tried again, and in the end kept aside under a reference."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from orchard_bot.chat.events import MessageEdited, MessagePosted
from orchard_bot.chat.refs import ChatRef, PersonRef
from orchard_bot.detectors.observation import Observation
from orchard_bot.detectors.reading import Reading
from orchard_bot.errors import Unavailable
from orchard_bot.features.feature import Command, Feature, Request
from orchard_bot.features.unit import Unit
from orchard_bot.runtime.lanes import DEATHS, TRIES, Lanes
from orchard_bot.runtime.ledger import Ledger
from orchard_bot.runtime.passage import pack
from orchard_bot.storage.tables import queue
from orchard_bot.testing.builders import a_message
from orchard_bot.testing.simulated_platform import SimulatedPlatform
from tests.unit.runtime.conftest import Scene


class Notes:
    """A feature that notes what it hears, and fails as often as asked to."""

    def __init__(self, name: str = "notes", failures: int = 0) -> None:
        self.name, self.failures = name, failures
        self.heard: list[str] = []
        self.tries = 0

    def take(self, request: Request, unit: Unit) -> None:
        unit.note(request.community.id, self.name, str(request.event.id), by=None)
        self.tries += 1
        if self.failures:
            self.failures -= 1
            raise RuntimeError("as asked")
        self.heard.append(request.args or request.text)

    @property
    def feature(self) -> Feature:
        command = Command(self.name, self.take, summary="rules.summary")
        return Feature(name=self.name, commands=(command,), listens={MessageEdited: self.take})


async def reference(scene: Scene) -> str:
    """Under which reference the one parked event is kept."""
    rows = await scene.storage.look(lambda c: c.execute(queue.select().where(queue.c.parked_at.is_not(None))).all())
    (row,) = rows
    return str(row.reference)


async def test_an_event_that_could_not_be_handled_is_tried_again_and_those_behind_it_wait(scene: Scene) -> None:
    notes = Notes(failures=2)
    async with scene.running(notes.feature):
        for n in range(3):
            scene.world.post(scene.anna, scene.group, f"/notes {n}")
        await scene.settle()
        assert notes.heard == []
        await scene.later(2)
        await scene.later(4)
        assert notes.heard == ["0", "1", "2"]
        assert scene.bot.core.counts["failures"] == 2


async def test_chats_do_not_wait_for_each_other(scene: Scene) -> None:
    notes = Notes(failures=1)
    async with scene.running(notes.feature):
        scene.world.post(scene.anna, scene.group, "/notes group")
        await scene.settle()
        scene.world.post(scene.mia, scene.world.private(scene.mia), "/notes private")
        await scene.settle()
        assert notes.heard == ["private"]
        await scene.later(2)
        assert notes.heard == ["private", "group"]


class Unsure(SimulatedPlatform):
    """Cannot say who is in a group, so many times."""

    silent = 0

    async def is_member(self, chat: ChatRef, person: PersonRef) -> bool | None:
        if self.silent:
            self.silent -= 1
            raise Unavailable("as asked")
        return await super().is_member(chat, person)


async def test_nobody_is_taken_for_a_stranger_because_the_platform_does_not_answer(scene: Scene) -> None:
    notes, platform = Notes(), Unsure(scene.world, scene.clock)
    async with scene.running(notes.feature, platform=platform):
        platform.silent = 2
        scene.world.post(scene.anna, scene.world.private(scene.anna), "/notes mine")
        await scene.settle()
        assert notes.heard == []
        assert scene.world.inbox(scene.anna)[-1].text == "/notes mine"
        await scene.later(2)
        await scene.later(4)
        assert notes.heard == ["mine"]
        assert scene.bot.core.counts["failures"] == 0


async def test_a_platform_that_never_says_who_somebody_is_keeps_nobody_waiting_for_ever(scene: Scene) -> None:
    notes, platform = Notes(), Unsure(scene.world, scene.clock)
    async with scene.running(notes.feature, platform=platform):
        platform.silent = 100
        scene.world.post(scene.anna, scene.world.private(scene.anna), "/notes mine")
        for seconds in (0, 2, 4, 8, 16):
            await scene.later(seconds)
        assert "I don't know you from a group yet" in scene.world.inbox(scene.anna)[-1].text


async def test_what_fails_every_time_is_kept_aside_and_only_its_author_gets_a_reference(scene: Scene) -> None:
    notes = Notes(failures=100)
    async with scene.running(notes.feature):
        scene.world.post(scene.anna, scene.group, "/notes broken")
        await scene.settle()
        scene.world.post(scene.ben, scene.group, "/notes behind it")
        for _ in range(40):
            await scene.later(2)
            if scene.heard(scene.anna):
                notes.failures = 0
        code = await reference(scene)
        assert re.fullmatch(r"[0-9A-Z]{4}", code)
        (told,) = scene.heard(scene.anna)
        assert code in told
        assert "as asked" not in told
        assert scene.said() == []
        assert scene.heard(scene.ben) == []
        assert notes.tries >= TRIES
        assert notes.heard == ["behind it"]
        assert scene.bot.core.counts["parked"] == 1


async def test_a_parked_event_can_be_put_back_once_the_fault_is_mended(scene: Scene) -> None:
    notes = Notes(failures=TRIES)
    async with scene.running(notes.feature):
        scene.world.post(scene.anna, scene.group, "/notes later")
        for _ in range(20):
            await scene.later(2)
        code = await reference(scene)
        assert notes.heard == []
        now = scene.clock.now()
        assert await scene.storage.write(lambda ledger: ledger.queue.unpark(code, now))
        scene.bot.core.lanes.ring()
        await scene.settle()
        assert notes.heard == ["later"]


async def test_listeners_that_succeeded_are_not_called_again_for_one_that_failed(scene: Scene) -> None:
    good, bad = Notes("good"), Notes("bad", failures=2)
    async with scene.running(good.feature, bad.feature):
        message = scene.world.post(scene.anna, scene.group, "Hello")
        scene.world.edit(scene.anna, message, "Hello again")
        await scene.settle()
        assert (good.heard, bad.heard) == (["Hello again"], [])
        for _ in range(5):
            await scene.later(2)
        assert (good.heard, bad.heard) == (["Hello again"], ["Hello again"])
        assert bad.tries == 3
        assert await scene.storage.read(lambda ledger: ledger.queue.length()) == 0


async def test_a_listener_that_fails_every_time_is_kept_aside_and_nobody_is_bothered(scene: Scene) -> None:
    good, bad = Notes("good"), Notes("bad", failures=100)
    async with scene.running(good.feature, bad.feature):
        message = scene.world.post(scene.anna, scene.group, "Hello")
        scene.world.edit(scene.anna, message, "Hello again")
        for _ in range(40):
            await scene.later(2)
        assert good.heard == ["Hello again"]
        assert await reference(scene)
        assert scene.heard(scene.anna) == []
        assert scene.bot.core.counts["parked"] == 1
        assert "event parked" in scene.events


class Deadly:
    """A detector that might be what kills the process: it notes how things stand whenever it is asked to look."""

    name, version, slow = "deadly", "1", False

    def __init__(self, how_things_stand: Callable[[], int] = lambda: 0) -> None:
        self._how = how_things_stand
        self.looks: list[int] = []

    def observe(self, reading: Reading) -> Sequence[Observation]:
        self.looks.append(self._how())
        return ()


async def test_an_event_that_killed_the_process_again_and_again_is_parked_without_another_look(scene: Scene) -> None:
    """What counts are the tries begun and never ended: the process died of them."""
    notes, detector = Notes(), Deadly()
    async with scene.running():
        event = a_message("boom", author=scene.anna)
        await scene.storage.write(lambda ledger: _killed(ledger, event, scene.clock.now()))
    async with scene.running(notes.feature, detectors=[detector]):
        assert await reference(scene)
        assert detector.looks == []


def _killed(ledger: Ledger, event: MessagePosted, now: datetime) -> None:
    ledger.queue.put(str(event.chat), event.account, pack(event), now, now, DEATHS)


async def test_a_parcel_that_nobody_can_read_is_kept_aside_and_the_lane_goes_on(scene: Scene) -> None:
    notes = Notes()
    async with scene.running(notes.feature):
        now = scene.clock.now()
        account = scene.world.account
        await scene.storage.write(lambda ledger: ledger.queue.put(str(scene.group), account, b"{", now, now, 0))
        scene.bot.core.lanes.ring()
        await scene.settle()
        scene.world.post(scene.anna, scene.group, "/notes behind it")
        for _ in range(40):
            await scene.later(2)
        assert await reference(scene)
        assert notes.heard == ["behind it"]


async def test_lanes_wait_for_a_database_that_refuses_and_go_on(scene: Scene) -> None:
    notes = Notes(failures=1)
    async with scene.running(notes.feature):
        scene.world.post(scene.anna, scene.group, "/notes it")
        await scene.settle()
        full = [True]
        scene.storage.broken = lambda: full[0]
        scene.clock.advance(2)
        await scene.until(lambda: "lanes stopped for a moment" in scene.events)
        full[0] = False
        await scene.later(1)
        assert notes.heard == ["it"]
        assert isinstance(scene.bot.lanes, Lanes)
