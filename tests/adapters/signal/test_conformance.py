"""The adapter keeps the promises of the ``Platform`` port, over signal-cli's daemon and over signal-cli-rest-api."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orchard_bot.testing.conformance import PlatformConformance
from orchard_bot.testing.fake_clock import FakeClock
from orchard_signal import SignalPlatform
from tests.adapters.signal.fake.rest import RestApi
from tests.adapters.signal.fake.rpc import RpcDaemon
from tests.adapters.signal.fake.serving import serving
from tests.adapters.signal.fake.state import BOT_NUMBER, FakeSignal
from tests.adapters.signal.stage import SignalStage


class OnSignal(PlatformConformance):
    """The stage for each of them."""

    transport = "jsonrpc"

    @pytest.fixture
    async def stage(self, tmp_path: Path) -> AsyncIterator[SignalStage]:
        clock = FakeClock()
        signal = FakeSignal(clock.now, keeps=self.transport == "jsonrpc")
        service = RpcDaemon(signal) if self.transport == "jsonrpc" else RestApi(signal)
        async with serving(service.app()) as url:
            settings = {
                "transport": self.transport,
                "number": BOT_NUMBER,
                "url": url,
                "spool": str(tmp_path / "signal.spool"),
            }
            stage = SignalStage(signal, clock, lambda: SignalPlatform("home", settings, clock))
            yield stage
            await stage.platform.stop()
            signal.hang_up()


class TestJsonRpc(OnSignal):
    """signal-cli's own daemon."""


class TestRest(OnSignal):
    """signal-cli-rest-api, through signalbot."""

    transport = "rest"
