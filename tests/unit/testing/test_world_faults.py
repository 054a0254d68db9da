from collections.abc import Callable

import pytest

from orchard_bot.chat.events import MessagePosted
from orchard_bot.chat.steps import SendToGroup
from orchard_bot.errors import RateLimited, Unavailable
from orchard_bot.testing.fake_clock import FakeClock
from orchard_bot.testing.world import World
from orchard_bot.testing.world_faults import Faults


def say(world: World, key: str = "k") -> None:
    world.perform(SendToGroup(key=key, chat=world.group("3b").ref, text="Good evening"))


def texts(world: World) -> list[str]:
    return [event.text for event in world.hand_out().events if isinstance(event, MessagePosted)]


def test_at_first_nothing_goes_wrong(world: World) -> None:
    assert world.faults.armed() == {}
    say(world)
    assert len(world.sends) == 1


def test_too_many_requests_are_refused_with_how_long_to_wait_and_nothing_is_done(world: World) -> None:
    world.faults.rate_limited(30, times=2)
    for _ in range(2):
        with pytest.raises(RateLimited) as refused:
            say(world)
        assert refused.value.retry_after == 30
    assert world.sends == []
    say(world)
    assert len(world.sends) == 1


def test_an_outage_does_nothing_and_passes(world: World) -> None:
    world.faults.unavailable()
    with pytest.raises(Unavailable):
        say(world)
    assert world.transcript("3b") == []
    say(world)
    assert len(world.transcript("3b")) == 1


def test_when_the_answer_is_lost_the_step_is_done_all_the_same(world: World) -> None:
    world.faults.drop_answer()
    with pytest.raises(Unavailable):
        say(world)
    assert len(world.transcript("3b")) == len(world.sends) == 1


def test_events_come_again_until_they_are_acknowledged_at_most_a_hundred_at_once(world: World) -> None:
    for number in range(150):
        world.post("anna", "3b", str(number))
    first = world.hand_out()
    assert [event.id for event in first.events] == [event.id for event in world.hand_out().events]
    assert texts(world) == [str(number) for number in range(100)]
    world.acknowledge(first)
    world.acknowledge(first)
    assert texts(world) == [str(number) for number in range(100, 150)]
    world.acknowledge(world.hand_out())
    assert not world.hand_out()
    assert world.pending == []


def test_what_happens_between_reading_and_acknowledging_is_not_lost(world: World) -> None:
    world.post("anna", "3b", "one")
    first = world.hand_out()
    world.post("anna", "3b", "two")
    world.acknowledge(first)
    assert texts(world) == ["two"]


def test_a_batch_is_delivered_twice_when_that_is_asked_for(world: World) -> None:
    world.faults.duplicate_events()
    world.post("anna", "3b", "one")
    first = world.hand_out()
    world.acknowledge(first)
    world.post("anna", "3b", "two")
    again = world.hand_out()
    assert again.repeated
    assert again.events == first.events
    world.acknowledge(again)
    assert texts(world) == ["two"]


def test_events_of_two_chats_are_swapped_and_those_of_one_never(world: World) -> None:
    world.faults.reorder = True
    for number in range(3):
        world.post("anna", "3b", f"group {number}")
        world.post("anna", world.private("anna"), f"private {number}")
    assert texts(world) == ["private 0", "private 1", "private 2", "group 0", "group 1", "group 2"]
    world.acknowledge(world.hand_out())
    assert world.pending == []


def test_something_unreadable_is_counted_and_comes_once(world: World) -> None:
    world.faults.malformed(times=2)
    world.post("anna", "3b", "one")
    first = world.hand_out()
    assert (first.malformed, len(first.events)) == (1, 1)
    world.acknowledge(first)
    second = world.hand_out()
    assert second
    assert (second.malformed, second.events) == (1, ())
    assert not world.hand_out()


def test_what_happens_while_no_bot_listens_is_lost_only_if_asked_for(world: World) -> None:
    world.post("anna", "3b", "kept")
    world.faults.lose_while_away = True
    world.post("anna", "3b", "lost")
    world.connect()
    world.post("anna", "3b", "heard")
    assert texts(world) == ["kept", "heard"]


def test_the_panel_shows_what_is_armed_and_clears_it(world: World) -> None:
    faults = world.faults
    faults.rate_limited(5, times=3)
    faults.slow(2)
    faults.refuse_start()
    faults.reorder = True
    assert faults.armed() == {"rate_limits": 3, "delay": 2, "refused_starts": 1, "reorder": True}
    faults.disconnect()
    faults.clear()
    assert faults.armed() == {}
    assert faults.drops == 1


def test_whoever_watches_the_world_hears_of_every_fault(world: World, clock: FakeClock) -> None:
    heard: list[int] = []
    world.on_change(lambda: heard.append(1))
    faults = world.faults
    arming: list[Callable[[], None]] = [
        faults.rate_limited,
        faults.unavailable,
        faults.drop_answer,
        faults.duplicate_events,
        faults.malformed,
        faults.refuse_start,
        faults.disconnect,
        faults.clear,
    ]
    for arm in arming:
        arm()
    faults.slow(1)
    assert len(heard) == len(arming) + 1


def test_faults_alone_need_nobody_to_watch() -> None:
    faults = Faults()
    faults.unavailable()
    assert faults.armed() == {"outages": 1}
