import asyncio

import pytest

from orchard_bot.chat.platform import Batch
from orchard_bot.chat.refs import ChatRef
from orchard_bot.chat.steps import SendToGroup
from orchard_bot.errors import Gone, NotAllowed, Unavailable
from orchard_bot.testing import profiles
from orchard_bot.testing.fake_clock import FakeClock
from orchard_bot.testing.simulated_platform import SIGN_OF_LIFE, SimulatedPlatform
from orchard_bot.testing.world import World


@pytest.fixture
async def platform(world: World, clock: FakeClock) -> SimulatedPlatform:
    platform = SimulatedPlatform(world, clock)
    await platform.start()
    return platform


async def next_of(platform: SimulatedPlatform) -> Batch:
    return await anext(aiter(platform.batches()))


async def test_news_arrives_without_any_time_passing(world: World, platform: SimulatedPlatform) -> None:
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(next_of(platform))
        await asyncio.sleep(0)
        world.post("anna", "3b", "hello")
    assert len(reading.result().events) == 1


async def test_a_bustle_that_the_bot_cannot_hear_does_not_put_off_the_sign_of_life(
    world: World, clock: FakeClock, platform: SimulatedPlatform
) -> None:
    world.change_profile(profiles.WHATSAPP)
    world.acknowledge(world.hand_out())
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(next_of(platform))
        for _ in range(5):
            await clock.until_sleeping()
            world.post("anna", "3b", "unheard")
            clock.advance(SIGN_OF_LIFE / 5)
    assert list(reading.result().events) == []


async def test_nothing_is_left_sleeping_when_news_arrives(
    world: World, clock: FakeClock, platform: SimulatedPlatform
) -> None:
    world.post("anna", "3b", "one")
    await next_of(platform)
    assert clock.sleeping == 0


async def test_a_cut_connection_ends_the_stream_and_the_next_start_goes_on(
    world: World, clock: FakeClock, platform: SimulatedPlatform
) -> None:
    async def is_cut_off() -> None:
        with pytest.raises(Unavailable):
            await next_of(platform)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(is_cut_off())
        await clock.until_sleeping()
        world.faults.disconnect()
    world.post("anna", "3b", "meanwhile")
    await platform.start()
    assert len((await next_of(platform)).events) == 1


async def test_a_second_connection_ends_the_first(world: World, clock: FakeClock, platform: SimulatedPlatform) -> None:
    world.post("anna", "3b", "hello")
    other = SimulatedPlatform(world, clock)
    await other.start()
    with pytest.raises(Unavailable):
        await next_of(platform)
    assert len((await next_of(other)).events) == 1
    await platform.stop()
    assert world.connection is not None


async def test_a_refused_start_is_tried_again(world: World, clock: FakeClock) -> None:
    world.faults.refuse_start()
    platform = SimulatedPlatform(world, clock)
    with pytest.raises(Unavailable):
        await platform.start()
    await platform.stop()
    await platform.start()
    assert world.connection is not None


async def test_a_slow_platform_takes_its_time_by_the_clock(
    world: World, clock: FakeClock, platform: SimulatedPlatform
) -> None:
    world.faults.slow(8)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(platform.perform(SendToGroup(key="k", chat=world.group("3b").ref, text="hello")))
        await clock.until_sleeping()
        assert world.transcript("3b") == []
        clock.advance(8)
    assert len(world.transcript("3b")) == 1


async def test_nothing_is_done_before_the_start(world: World, clock: FakeClock) -> None:
    platform = SimulatedPlatform(world, clock)
    with pytest.raises(Unavailable):
        await platform.perform(SendToGroup(key="k", chat=world.group("3b").ref, text="hello"))
    assert world.sends == []


async def test_membership_is_answered_by_group(world: World, platform: SimulatedPlatform) -> None:
    group, anna, zoe = world.group("3b").ref, world.person_ref("anna"), world.person_ref("zoe")
    assert await platform.is_member(group, anna) is True
    assert await platform.is_member(group, zoe) is False
    assert await platform.is_member(world.private("anna"), anna) is False
    with pytest.raises(Gone):
        await platform.is_member(ChatRef("sandbox", "main", "nowhere"), anna)
    world.change_profile(profiles.WHATSAPP)
    assert await platform.is_member(group, anna) is None


async def test_the_doctor_hears_what_the_bot_may_not_do_and_how_to_grant_it(
    world: World, platform: SimulatedPlatform
) -> None:
    world.revoke("3b", "delete_others")
    findings = await platform.examine([world.group("3b").ref, ChatRef("sandbox", "main", "nowhere")])
    assert [finding.ok for finding in findings].count(True) == 1
    lacking = {finding.about.rpartition(", ")[2]: finding for finding in findings if not finding.ok}
    assert lacking["delete others"].fix == world.profile.how_to_grant
    assert lacking["sandbox/main/nowhere"].fix


async def test_an_unacknowledged_batch_comes_again_without_end_while_others_run(
    world: World, platform: SimulatedPlatform
) -> None:
    world.post("anna", "3b", "hello")
    turns = 0
    async with asyncio.TaskGroup() as tasks:
        stopping = tasks.create_task(platform.stop())
        async for batch in platform.batches():
            assert len(batch.events) == 1
            turns += 1
    assert stopping.done()
    assert len(world.pending) == 1


async def test_refusals_come_through_as_they_are(world: World, platform: SimulatedPlatform) -> None:
    world.revoke("3b", "post")
    with pytest.raises(NotAllowed):
        await platform.perform(SendToGroup(key="k", chat=world.group("3b").ref, text="hello"))
