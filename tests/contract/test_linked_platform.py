"""The World behind a socket passes the conformance suite as every platform, by Unix and by loopback TCP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orchard_bot.testing import profiles
from orchard_bot.testing.conformance import PlatformConformance
from orchard_bot.testing.fake_clock import FakeClock
from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.stage import Stage, WorldStage
from orchard_bot.testing.world import World
from orchard_bot.testing.world_link import LinkedPlatform, WorldServer


class _Linked(PlatformConformance):
    profile: Profile

    def address(self, folder: Path) -> str:
        return "127.0.0.1:0"

    @pytest.fixture
    async def stage(self, tmp_path: Path) -> AsyncIterator[Stage]:
        clock = FakeClock()
        world = World(self.profile, clock.now)
        server = WorldServer(world, clock)
        address = await server.start(self.address(tmp_path))
        platforms: list[LinkedPlatform] = []

        def connect() -> LinkedPlatform:
            platforms.append(LinkedPlatform(address))
            return platforms[-1]

        yield WorldStage(world, clock, connect)
        for platform in platforms:
            await platform.stop()
        await server.stop()


class TestTelegramByTcp(_Linked):
    profile = profiles.TELEGRAM


class TestMatrixByUnixSocket(_Linked):
    profile = profiles.MATRIX

    def address(self, folder: Path) -> str:
        return str(folder / "world.sock")


class TestWhatsAppByTcp(_Linked):
    profile = profiles.WHATSAPP
