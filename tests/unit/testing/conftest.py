"""A class group on any platform: Mo is its admin, Anna and Ben are members, Zoe is a stranger."""

from __future__ import annotations

import pytest

from orchard_bot.testing import profiles
from orchard_bot.testing.fake_clock import FakeClock
from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.world import World


def a_class(profile: Profile, clock: FakeClock) -> World:
    world = World(profile, clock.now)
    for id, name in (("mo", "Mo"), ("anna", "Anna")):
        world.add_person(id, name, started=True)
    world.add_person("ben", "Ben")
    world.add_person("zoe", "Zoe")
    world.add_group("3b", "Class 3B", ["mo", "anna", "ben"], admins=["mo"])
    return world


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def profile() -> Profile:
    """A test module or class says otherwise by parametrising ``profile``."""
    return profiles.TELEGRAM


@pytest.fixture
def world(profile: Profile, clock: FakeClock) -> World:
    return a_class(profile, clock)
