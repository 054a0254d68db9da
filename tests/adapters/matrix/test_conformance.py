"""The adapter keeps the promises of the ``Platform`` port, on a real Synapse."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orchard_bot.testing.conformance import PlatformConformance
from orchard_bot.testing.fake_clock import FakeClock
from orchard_matrix import MatrixPlatform
from tests.adapters.matrix.connecting import settings_for
from tests.adapters.matrix.stage import MatrixStage
from tests.adapters.matrix.stagehand import Stagehand
from tests.adapters.matrix.synapse import needs_synapse, synapse


@needs_synapse
class TestMatrixPlatform(PlatformConformance):
    """A stage for each promise; the server is the same for all."""

    @pytest.fixture
    async def stage(self, tmp_path: Path) -> AsyncIterator[MatrixStage]:
        clock, stagehand = FakeClock(), Stagehand(synapse())
        bot = stagehand.add_bot()
        settings = settings_for(stagehand.server.url, bot, tmp_path)
        stage = MatrixStage(stagehand, bot, clock, lambda: MatrixPlatform("home", settings, clock))
        yield stage
        await stage.platform.stop()
