import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from orchard_bot.testing.fake_alarm import FakeAlarm
from orchard_bot.testing.fake_clock import WEDNESDAY_EVENING, FakeClock


def test_time_stands_still_until_it_is_advanced() -> None:
    clock = FakeClock()
    assert clock.now() == clock.now() == WEDNESDAY_EVENING
    assert clock.monotonic() == 0
    clock.advance(90)
    clock.advance(timedelta(minutes=1))
    assert clock.now() == WEDNESDAY_EVENING + timedelta(seconds=150)
    assert clock.monotonic() == 150


def test_it_starts_on_a_weekday_evening() -> None:
    assert WEDNESDAY_EVENING.weekday() == 2
    assert WEDNESDAY_EVENING.hour == 19


def test_it_tells_the_time_in_utc_wherever_it_starts() -> None:
    clock = FakeClock(datetime(2026, 6, 1, 20, 0, tzinfo=timezone(timedelta(hours=1))))
    assert clock.now().tzinfo is UTC
    assert clock.now().hour == 19


def test_a_start_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        FakeClock(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="backwards"):
        FakeClock().advance(-1)


async def test_sleepers_wake_in_the_order_in_which_they_are_due() -> None:
    clock, woken = FakeClock(), list[str]()

    async def nap(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(name)

    async with asyncio.TaskGroup() as tasks:
        for name, seconds in (("long", 30), ("short", 10), ("as long", 30), ("never mind", 20)):
            tasks.create_task(nap(name, seconds))
        await clock.until_sleeping(4)
        clock.advance(15)
        await clock.until_sleeping(3)
        assert clock.sleeping == 3
        clock.advance(15)
    assert woken == ["short", "never mind", "long", "as long"]
    assert clock.sleeping == 0


async def test_nobody_wakes_a_moment_early() -> None:
    clock = FakeClock()
    async with asyncio.TaskGroup() as tasks:
        nap = tasks.create_task(clock.sleep(10))
        await clock.until_sleeping()
        clock.advance(9.999)
        await asyncio.sleep(0)
        assert not nap.done()
        clock.advance(0.001)


async def test_a_sleep_of_nought_only_lets_others_run() -> None:
    clock, order = FakeClock(), list[str]()

    async def other() -> None:
        order.append("other")

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(other())
        await clock.sleep(0)
        order.append("this")
    assert order == ["other", "this"]


async def test_a_sleeper_who_is_cancelled_is_forgotten() -> None:
    clock = FakeClock()
    async with asyncio.TaskGroup() as tasks:
        gone = tasks.create_task(clock.sleep(10))
        stays = tasks.create_task(clock.sleep(20))
        await clock.until_sleeping(2)
        gone.cancel()
        clock.advance(10)
        await asyncio.sleep(0)
        assert clock.sleeping == 1
        clock.advance(10)
    assert gone.cancelled()
    assert stays.done()


def test_whoever_watches_the_clock_sees_every_move() -> None:
    clock, seen = FakeClock(), list[float]()
    clock.on_advance(lambda: seen.append(clock.monotonic()))
    clock.advance(5)
    clock.advance(0)
    assert seen == [5, 5]


def test_an_alarm_rings_once_when_its_moment_has_come() -> None:
    clock, rung = FakeClock(), list[str]()
    alarm = FakeAlarm(clock)
    alarm.start()
    clock.advance(1)
    alarm.set(clock.now() + timedelta(seconds=10), lambda: rung.append("due"))
    clock.advance(9)
    assert rung == []
    clock.advance(9)
    clock.advance(9)
    assert rung == ["due"]
    alarm.set(clock.now(), lambda: rung.append("at once"))
    assert rung == ["due", "at once"]


def test_a_stopped_alarm_rings_no_more() -> None:
    clock, rung = FakeClock(), list[str]()
    alarm = FakeAlarm(clock)
    alarm.set(clock.now() + timedelta(seconds=10), lambda: rung.append("due"))
    alarm.stop()
    alarm.set(None, lambda: rung.append("never"))
    clock.advance(100)
    assert rung == []
