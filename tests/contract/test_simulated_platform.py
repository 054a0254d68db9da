"""The World in this process passes the conformance suite as every platform."""

import pytest

from orchard_bot.testing import profiles
from orchard_bot.testing.conformance import PlatformConformance
from orchard_bot.testing.fake_clock import FakeClock
from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.simulated_platform import SimulatedPlatform
from orchard_bot.testing.stage import Stage, WorldStage
from orchard_bot.testing.world import World


class TestSimulatedPlatform(PlatformConformance):
    @pytest.fixture(params=profiles.ALL.values(), ids=lambda profile: profile.name)
    def profile(self, request: pytest.FixtureRequest) -> Profile:
        assert isinstance(request.param, Profile)
        return request.param

    @pytest.fixture
    async def stage(self, profile: Profile) -> Stage:
        clock = FakeClock()
        world = World(profile, clock.now)
        return WorldStage(world, clock, lambda: SimulatedPlatform(world, clock))
