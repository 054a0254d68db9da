"""Where a story is told: on the World, or on a platform's fake server over HTTP with the platform's own library.

A stage on the wire has a profile like any other, so a story that is told on every profile is told there as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from msgspec.structs import replace

from orchard_bot.chat.platform import Platform
from orchard_bot.testing.fake_clock import FakeClock
from orchard_bot.testing.profiles import ALL, MATRIX, SIGNAL, SIGNAL_REST, TELEGRAM, TELEGRAM_BASIC, Profile
from orchard_bot.testing.simulated_platform import SimulatedPlatform
from orchard_bot.testing.world import World
from orchard_signal import SignalPlatform
from orchard_telegram import TelegramPlatform
from tests.adapters.matrix.connecting import settings_for
from tests.adapters.matrix.line import Line
from tests.adapters.matrix.stagehand import Stagehand
from tests.adapters.matrix.synapse import synapse
from tests.adapters.matrix.world import MatrixWorld
from tests.adapters.signal.fake.rest import RestApi
from tests.adapters.signal.fake.rpc import RpcDaemon
from tests.adapters.signal.fake.serving import serving
from tests.adapters.signal.fake.state import BOT_NUMBER, FakeSignal
from tests.adapters.signal.world import SignalWorld
from tests.adapters.telegram.fake.driver import FakeTelegram
from tests.adapters.telegram.fake.hosting import hosting
from tests.adapters.telegram.stage import Doorstep
from tests.adapters.telegram.world import TelegramWorld

Place: TypeAlias = World | TelegramWorld | SignalWorld | MatrixWorld

SIMULATED: Sequence[Profile] = [profile for profile in ALL.values() if profile.reads_groups]
BY_WEBHOOK = replace(TELEGRAM, name="telegram-by-webhook")
ON_TELEGRAM: Sequence[Profile] = [
    replace(TELEGRAM, name="telegram-over-http"),
    replace(TELEGRAM_BASIC, name="telegram-basic-over-http"),
    BY_WEBHOOK,
]
BY_DAEMON = replace(SIGNAL, name="signal-over-jsonrpc")
BY_REST = replace(SIGNAL_REST, name="signal-over-rest")
ON_SIGNAL: Sequence[Profile] = [BY_DAEMON, BY_REST]
ON_MATRIX = replace(MATRIX, name="matrix-over-synapse")
ON_THE_WIRE: Sequence[Profile] = [*ON_TELEGRAM, *ON_SIGNAL, ON_MATRIX]
ELSEWHERE = "elsewhere"
"""What a second platform is called in configurations of stories, and is called where it is a World."""


@dataclass(frozen=True)
class Stage:
    """``adapter``: its lines in the configuration. ``breath``: seconds a look at the stage may leave to the wire."""

    world: Place
    adapter: str
    connect: Callable[[], Platform]
    breath: float = 0.0

    def addressed(self, config: str, platform: str = "sandbox") -> str:
        """``config`` names people and chats as on the World; here as they are called on this stage."""
        return re.sub(rf"{platform}/(main/)?([a-z-]+)", lambda found: self._ref(found[1], found[2]), config)

    def _ref(self, chat: str | None, name: str) -> str:
        if chat is not None:
            return str(self.world.group(name).ref)
        return str(self.world.person_ref(name))


@asynccontextmanager
async def set_up(profile: Profile, clock: FakeClock, folder: Path, *, basic_group: bool) -> AsyncIterator[Stage]:
    """The stage of this profile, nobody on it yet."""
    if profile not in ON_THE_WIRE:
        world = World(profile, clock.now)
        yield Stage(world, '[adapters.sandbox]\naccount = "main"\n', lambda: SimulatedPlatform(world, clock))
        return
    if profile in ON_SIGNAL:
        async with _on_signal(profile, clock, folder) as stage:
            yield stage
        return
    if profile == ON_MATRIX:
        async with _on_matrix(clock, folder) as stage:
            yield stage
        return
    doorstep = Doorstep()
    async with FakeTelegram(clock.now()) as telegram, hosting(doorstep) as here:
        there = TelegramWorld(telegram, clock, profile, basic_groups=basic_group)
        token = folder / "telegram.token"
        token.write_text(there.card.token)
        token.chmod(0o600)
        settings = {"token_file": str(token), "api_url": telegram.address}
        if profile == BY_WEBHOOK:
            settings |= {"mode": "webhook", "webhook_url": f"{here}/telegram"}

        def connect() -> TelegramPlatform:
            platform = TelegramPlatform("main", settings, clock)
            doorstep.lead_to(platform.web())
            return platform

        lines = "".join(f'{name} = "{value}"\n' for name, value in settings.items())
        adapter = f'[adapters.telegram]\naccount = "main"\n{lines}'
        yield Stage(there, adapter, connect, breath=0.002)


@asynccontextmanager
async def set_up_elsewhere(profile: Profile, clock: FakeClock, folder: Path) -> AsyncIterator[Stage]:
    """The stage of a second platform beside the first: on the wire, or a World of another name."""
    if profile in ON_THE_WIRE:
        async with set_up(profile, clock, folder, basic_group=False) as stage:
            yield stage
        return
    world = World(profile, clock.now, ELSEWHERE)
    yield Stage(world, f'[adapters.{ELSEWHERE}]\naccount = "main"\n', lambda: SimulatedPlatform(world, clock))


@asynccontextmanager
async def _on_matrix(clock: FakeClock, folder: Path) -> AsyncIterator[Stage]:
    stagehand = Stagehand(synapse())
    async with Line(stagehand.server.url).running() as line:
        world = MatrixWorld(stagehand, line, clock, ON_MATRIX)
        settings = settings_for(line.url, world.bot_user, folder)
        lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
        adapter = f'[adapters.matrix]\naccount = "main"\n{lines}'
        yield Stage(world, adapter, lambda: world.connect(settings), breath=0.01)


@asynccontextmanager
async def _on_signal(profile: Profile, clock: FakeClock, folder: Path) -> AsyncIterator[Stage]:
    signal = FakeSignal(clock.now, keeps=profile == BY_DAEMON)
    service = RpcDaemon(signal) if profile == BY_DAEMON else RestApi(signal)
    spool = folder / "signal.spool"
    async with serving(service.app()) as url:
        transport = "jsonrpc" if profile == BY_DAEMON else "rest"
        settings = {"transport": transport, "number": BOT_NUMBER, "url": url, "spool": str(spool)}
        lines = "".join(f'{name} = "{value}"\n' for name, value in settings.items())
        world = SignalWorld(signal, profile, spool)
        yield Stage(
            world,
            f'[adapters.signal]\naccount = "main"\n{lines}',
            lambda: SignalPlatform("main", settings, clock),
            breath=0.002,
        )
        signal.hang_up()
