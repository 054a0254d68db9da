"""What signal-cli has handed over is on no server any more: without the spool it would go with the bot."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchard_bot.runtime import failpoints
from tests.crash.bot import Death
from tests.crash.show import Show
from tests.crash.signal import OnSignal
from tests.crash.test_crash import SEED

pytestmark = [pytest.mark.crash, pytest.mark.slow]


async def test_a_bot_that_keeps_what_it_received_in_memory_alone_is_caught(tmp_path: Path) -> None:
    """A test of the test."""
    show = Show(tmp_path, SEED, OnSignal(tmp_path), events=200, reports=0, mutant="no-spool")
    broken = await show.run([Death(failpoints.BEFORE_COMMIT, hit) for hit in (2, 3, 5, 8)])
    assert any("was lost" in finding for finding in broken)
