"""The server runs inside the bot's own loop, leaves signals alone, and says plainly when its address is taken."""

from __future__ import annotations

import signal
import socket

import pytest
from httpx import AsyncClient, ConnectError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from orchard_bot.web.server import AddressTaken, serving


async def hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


PAGES = Starlette(routes=[Route("/", hello)])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
async def test_it_serves_while_the_block_runs_and_not_a_moment_longer(host: str) -> None:
    if host == "::1" and not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    async with AsyncClient() as browser:
        async with serving(PAGES, host, 0) as address:
            assert (await browser.get(address)).text == "hello"
        with pytest.raises(ConnectError):
            await AsyncClient().get(address)


async def test_an_address_that_is_taken_is_refused_with_what_to_do() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(AddressTaken) as caught:
            async with serving(PAGES, "127.0.0.1", port):
                pass
    for words in (f"127.0.0.1:{port}", "change host or port under [web]"):
        assert words in str(caught.value)


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid", "x" * 70, "a..b"])
async def test_an_address_that_is_not_this_machines_is_refused_too(host: str) -> None:
    with pytest.raises(AddressTaken):
        async with serving(PAGES, host, 0):
            pass


async def test_signals_stay_with_whoever_had_them() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    async with serving(PAGES, "127.0.0.1", 0):
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


async def test_an_error_in_the_block_stops_the_server_and_comes_through() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        async with serving(PAGES, "127.0.0.1", 0):
            raise ValueError("the bot stopped")
    assert caught.value.subgroup(ValueError)
