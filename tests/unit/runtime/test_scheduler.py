"""A schedule fires each occurrence once: with two bots on one database, after failures, whatever was cancelled meanwhile."""

from __future__ import annotations

from datetime import timedelta

from orchard_bot.features.books import Planned
from orchard_bot.features.feature import Due, Feature
from orchard_bot.features.unit import Unit
from orchard_bot.runtime.performing import Performing
from orchard_bot.runtime.routes import compile_routes
from orchard_bot.runtime.scheduler import TRIES, Scheduler
from orchard_bot.testing.fake_alarm import FakeAlarm
from tests.unit.runtime.conftest import Scene


class Bells:
    """A feature whose timer rings."""

    def __init__(self) -> None:
        self.rung: list[Due] = []
        self.failures = 0

    def ring(self, due: Due, unit: Unit) -> None:
        """Note it, or fail as often as asked to."""
        self.rung.append(due)
        unit.say(due.community.chat, unit.house.words.public("reachable.rules-only"))
        if self.failures:
            self.failures -= 1
            raise RuntimeError("as asked")

    def feature(self, **more: str) -> Feature:
        """With ``standing`` schedules, if any are given."""
        return Feature(
            name="bells", timers={"bells.ring": self.ring}, standing={f"bells.{k}": v for k, v in more.items()}
        )


def planned(scene: Scene, *, seconds: float = 60, cron: str | None = None, key: str = "tower") -> Planned:
    due = scene.clock.now() + timedelta(seconds=seconds)
    return Planned(key=key, kind="bells.ring", community="3b", subject="noon", data={"n": 1}, due=due, cron=cron)


async def plan(scene: Scene, what: Planned) -> None:
    await scene.storage.write(lambda ledger: ledger.schedules.plan(what))
    scene.bot.core.schedules.ring()
    await scene.settle()


async def rows(scene: Scene) -> list[Planned]:
    return list(await scene.storage.read(lambda ledger: ledger.schedules.upcoming("3b", "bells.ring")))


async def test_a_timer_fires_once_at_its_time_and_is_gone(scene: Scene) -> None:
    bells = Bells()
    async with scene.running(bells.feature()):
        due = planned(scene)
        await plan(scene, due)
        await scene.later(59)
        assert bells.rung == []
        await scene.later(2)
        await scene.later(86_400)
        assert [(one.at, one.subject, one.data) for one in bells.rung] == [(due.due, "noon", {"n": 1})]
        assert await rows(scene) == []
        assert len(scene.said()) == 1


async def test_a_timer_that_came_due_while_nobody_ran_fires_at_the_next_start(scene: Scene) -> None:
    bells = Bells()
    async with scene.running(bells.feature()):
        await plan(scene, planned(scene))
    scene.clock.advance(timedelta(days=2))
    async with scene.running(bells.feature()):
        assert len(bells.rung) == 1


async def test_two_schedulers_on_one_database_fire_a_timer_once(scene: Scene) -> None:
    bells = Bells()
    async with scene.running(bells.feature()):
        await plan(scene, planned(scene, cron="0 9 * * *"))
        routes = compile_routes([bells.feature()])
        other = Scheduler(scene.bot.core, Performing(scene.bot.core.house, routes), routes, FakeAlarm(scene.clock))
        (read,) = await rows(scene)
        await scene.later(61)
        assert len(bells.rung) == 1
        moved = await rows(scene)
        await other._fire(read, scene.clock.now())
        assert len(bells.rung) == 1
        assert await rows(scene) == moved


async def test_a_timer_cancelled_after_it_was_read_does_not_fire(scene: Scene) -> None:
    bells = Bells()
    async with scene.running(bells.feature()):
        await plan(scene, planned(scene))
        (read,) = await rows(scene)
        await scene.storage.write(lambda ledger: ledger.schedules.cancel("tower"))
        scene.clock.advance(61)
        await scene.bot.scheduler._fire(read, scene.clock.now())
        await scene.storage.write(lambda ledger: scene.bot.scheduler._after_failure(read, scene.clock.now(), ledger))
        await scene.settle()
        assert bells.rung == []
        assert await rows(scene) == []


async def test_a_timer_that_fails_is_tried_again_and_says_nothing_twice(scene: Scene) -> None:
    bells = Bells()
    bells.failures = 2
    async with scene.running(bells.feature()):
        await plan(scene, planned(scene, cron="0 9 * * *"))
        for _ in range(5):
            await scene.later(121)
        assert len(bells.rung) == 3
        assert len(scene.said()) == 1
        (after,) = await rows(scene)
        assert (after.data, after.cron) == ({"n": 1}, "0 9 * * *")
        assert all(one.data == {"n": 1} for one in bells.rung)
        assert scene.bot.core.counts["timers given up"] == 0


async def test_a_timer_that_fails_again_and_again_is_given_up_until_its_next_time(scene: Scene) -> None:
    bells = Bells()
    bells.failures = TRIES
    async with scene.running(bells.feature()):
        await plan(scene, planned(scene, cron="0 9 * * *"))
        for _ in range(15):
            await scene.later(60)
        assert len(bells.rung) == TRIES
        assert scene.bot.core.counts["timers given up"] == 1
        assert scene.events.count("timer failed") == TRIES
        (after,) = await rows(scene)
        assert after.due > scene.clock.now()
        assert after.data == {"n": 1}
        await scene.later((after.due - scene.clock.now()).total_seconds())
        assert len(scene.said()) == 1


async def test_a_timer_may_plan_itself_anew(scene: Scene) -> None:
    class Snooze(Bells):
        def ring(self, due: Due, unit: Unit) -> None:
            super().ring(due, unit)
            if len(self.rung) == 1:
                unit.books.schedules.plan(planned(scene))

    bells = Snooze()
    async with scene.running(bells.feature()):
        await plan(scene, planned(scene))
        await scene.later(61)
        await scene.later(61)
        await scene.later(61)
        assert len(bells.rung) == 2


async def test_a_timer_of_a_group_that_is_no_longer_served_goes_quietly(scene: Scene) -> None:
    bells = Bells()
    async with scene.running(bells.feature()):
        left = planned(scene, cron="0 9 * * *")
        await scene.storage.write(
            lambda ledger: ledger.schedules.plan(
                Planned(key="x", kind="bells.ring", community="gone", subject="", data={}, due=left.due)
            )
        )
        scene.bot.core.schedules.ring()
        await scene.later(61)
        assert bells.rung == []
        assert await scene.storage.read(lambda ledger: ledger.clockwork.next_due()) is None


async def test_standing_schedules_are_planned_once_and_follow_their_settings(scene: Scene) -> None:
    bells = Bells()
    async with scene.running(bells.feature(ring="0 9 * * *")):
        (first,) = await rows(scene)
    scene.clock.advance(60)
    async with scene.running(bells.feature(ring="0 9 * * *")):
        assert await rows(scene) == [first]
    async with scene.running(bells.feature(ring="30 10 * * *")):
        (changed,) = await rows(scene)
        assert (changed.key, changed.cron) == (first.key, "30 10 * * *")
        assert changed.due != first.due


async def test_schedules_wait_for_a_database_that_refuses_and_then_fire(scene: Scene) -> None:
    bells = Bells()
    async with scene.running(bells.feature()):
        await plan(scene, planned(scene))
        full = [True]
        scene.storage.broken = lambda: full[0]
        scene.clock.advance(61)
        await scene.until(lambda: "schedules stopped for a moment" in scene.events)
        full[0] = False
        await scene.later(61)
        assert len(bells.rung) == 1
