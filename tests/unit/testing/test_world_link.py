import asyncio
import socket
import struct
from collections.abc import AsyncIterator

import pytest

from orchard_bot.chat.refs import ChatRef
from orchard_bot.chat.steps import SendPrivately, SendToGroup
from orchard_bot.errors import Gone, NotAllowed, NotReachable, RateLimited, Unavailable
from orchard_bot.testing import world_link_words as words
from orchard_bot.testing.fake_clock import FakeClock
from orchard_bot.testing.world import World
from orchard_bot.testing.world_link import LinkedPlatform, WorldServer


@pytest.fixture
async def server(world: World, clock: FakeClock) -> AsyncIterator[WorldServer]:
    server = WorldServer(world, clock)
    yield server
    await server.stop()


@pytest.fixture
async def address(server: WorldServer) -> str:
    return await server.start("127.0.0.1:0")


@pytest.fixture
async def platform(address: str) -> AsyncIterator[LinkedPlatform]:
    platform = LinkedPlatform(address)
    yield platform
    await platform.stop()


def say(world: World, text: str = "Good evening") -> SendToGroup:
    return SendToGroup(key="k", chat=world.group("3b").ref, text=text)


async def test_every_error_of_ours_comes_through_the_link_as_itself(world: World, platform: LinkedPlatform) -> None:
    await platform.start()
    world.faults.rate_limited(12.5)
    with pytest.raises(RateLimited) as limited:
        await platform.perform(say(world))
    assert limited.value.retry_after == 12.5
    world.faults.unavailable()
    with pytest.raises(Unavailable, match="out of order"):
        await platform.perform(say(world))
    with pytest.raises(NotAllowed, match="longer than"):
        await platform.perform(say(world, "x" * 5000))
    with pytest.raises(Gone):
        await platform.abilities(ChatRef("sandbox", "main", "nowhere"))
    with pytest.raises(NotReachable):
        await platform.perform(
            SendPrivately(key="k", account=platform.account, person=world.person_ref("ben"), text="psst")
        )
    assert world.sends == []
    assert (await platform.perform(say(world))).message == world.transcript("3b")[0].ref


async def test_a_bot_that_is_killed_leaves_the_world_and_the_next_hears_it_all(
    world: World, platform: LinkedPlatform, address: str
) -> None:
    await platform.start()
    world.post("anna", "3b", "hello")
    first = await anext(platform.batches())
    killed = platform
    await killed.stop()
    successor = LinkedPlatform(address)
    await successor.start()
    assert (await anext(successor.batches())).events == first.events
    await successor.stop()


async def test_the_world_notices_when_the_bot_is_gone(world: World, platform: LinkedPlatform) -> None:
    await platform.start()
    assert world.connection is not None
    gone = asyncio.Event()
    world.on_change(lambda: gone.set() if world.connection is None else None)
    await platform.stop()
    async with asyncio.timeout(20):
        await gone.wait()


async def test_a_cut_connection_reaches_the_bot(world: World, clock: FakeClock, platform: LinkedPlatform) -> None:
    await platform.start()

    async def is_cut_off() -> None:
        with pytest.raises(Unavailable):
            await anext(platform.batches())

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(is_cut_off())
        await clock.until_sleeping()
        world.faults.disconnect()
    with pytest.raises(Unavailable, match="Start again"):
        await anext(platform.batches())
    world.post("anna", "3b", "meanwhile")
    await platform.start()
    assert len((await anext(platform.batches())).events) == 1


async def test_an_old_stream_ends_when_the_bot_starts_again(world: World, platform: LinkedPlatform) -> None:
    await platform.start()
    world.post("anna", "3b", "hello")
    old = aiter(platform.batches())
    await anext(old)
    await platform.start()
    assert [batch async for batch in old] == []


async def test_a_refused_start_is_tried_again(world: World, platform: LinkedPlatform) -> None:
    world.faults.refuse_start()
    with pytest.raises(Unavailable):
        await platform.start()
    with pytest.raises(Unavailable):
        await platform.perform(say(world))
    await platform.start()
    await platform.perform(say(world))


async def test_where_nobody_listens_the_bot_is_told_so(server: WorldServer, address: str) -> None:
    await server.stop()
    await server.stop()
    with pytest.raises(Unavailable, match="Nobody listens"):
        await LinkedPlatform(address).start()


async def test_a_server_that_goes_away_is_unavailable(
    world: World, server: WorldServer, platform: LinkedPlatform
) -> None:
    await platform.start()
    await platform.perform(say(world))
    await server.stop()
    with pytest.raises(Unavailable):
        await platform.perform(say(world))
    for says in ("hung up", "Not connected"):
        with pytest.raises(Unavailable, match=says):
            await anext(platform.batches())


async def test_a_line_that_breaks_is_unavailable() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        at_once = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        writer.transport.abort()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    platform = LinkedPlatform(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
    with pytest.raises(Unavailable, match="broke"):
        await platform.start()
    server.close()
    await server.wait_closed()


async def test_a_call_that_is_given_up_does_not_confuse_the_next(
    world: World, clock: FakeClock, platform: LinkedPlatform
) -> None:
    await platform.start()
    world.faults.slow(60)
    async with asyncio.TaskGroup() as tasks:
        given_up = tasks.create_task(platform.perform(say(world)))
        await clock.until_sleeping()
        given_up.cancel()
    world.faults.clear()
    assert await platform.is_member(world.group("3b").ref, world.person_ref("anna")) is True


async def test_very_long_texts_fit_through_the_link(world: World, platform: LinkedPlatform) -> None:
    for _ in range(20):
        world.post("anna", "3b", "ä" * 100_000)
    await platform.start()
    assert len((await anext(platform.batches())).events) == 20


async def ask(address: str, *lines: bytes) -> list[bytes]:
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    answers = []
    for line in lines:
        writer.write(line)
        answers.append(await reader.readline())
    writer.close()
    await writer.wait_closed()
    return answers


async def test_what_the_world_does_not_understand_it_says_so_and_goes_on(address: str) -> None:
    garbled, unknown, early = await ask(address, b"{oops\n", b'{"type":"Explode"}\n', words.line(words.Acknowledge()))
    for answer in (garbled, unknown):
        with pytest.raises(Unavailable, match="understand"):
            words.reply_of(answer)
    assert words.reply_of(early) == words.Done()


async def test_an_answer_to_another_question_is_not_taken() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.readline():
            writer.write(words.line(words.Membership(True)))
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    platform = LinkedPlatform(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
    with pytest.raises(Unavailable, match="not to the question"):
        await platform.start()
    await platform.stop()
    server.close()
    await server.wait_closed()


async def test_a_server_without_a_clock_of_its_own_uses_real_time(world: World) -> None:
    server = WorldServer(world)
    platform = LinkedPlatform(await server.start("127.0.0.1:0"))
    await platform.start()
    world.faults.slow(0.001)
    await platform.perform(say(world))
    assert len(world.transcript("3b")) == 1
    await platform.stop()
    await server.stop()


@pytest.mark.parametrize("address", ["0.0.0.0:1", "example.org:80", "127.0.0.1", "127.0.0.1:http", ""])
async def test_the_link_stays_on_this_machine(world: World, address: str) -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1:port"):
        await WorldServer(world).start(address)
    with pytest.raises(ValueError, match=r"127\.0\.0\.1:port"):
        await LinkedPlatform(address).start()
