"""Kill it anywhere, start it again: nothing is lost, nothing happens twice, everything stays in order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, TypeAlias

import pytest

from orchard_bot.runtime import failpoints
from tests.crash.bot import Death
from tests.crash.ground import Ground, OnTheWorld
from tests.crash.show import AT_RANDOM, Show
from tests.crash.signal import OnSignal
from tests.crash.telegram import on_telegram

SEED = 20260114
HITS = (1, 2, 3, 5)
RANDOM_KILLS = 20
GROUNDS = ("world", "polling", "webhook", "signal")
"""The World behind a socket, Telegram's fake server over HTTP in both modes, and the fake of signal-cli's daemon."""
Where: TypeAlias = Literal["world", "polling", "webhook", "signal"]

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.parametrize("where", GROUNDS)]


@asynccontextmanager
async def ground(where: Where, folder: Path) -> AsyncIterator[Ground]:
    if where == "world":
        yield OnTheWorld()
    elif where == "signal":
        yield OnSignal(folder)
    else:
        async with on_telegram(folder, where) as found:
            yield found


async def test_killed_anywhere_the_bot_loses_nothing_and_does_nothing_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], where: Where
) -> None:
    async with ground(where, tmp_path) as here:
        show = Show(tmp_path, SEED, here, events=2000, reports=100)
        deaths = [Death(point, hit) for point in failpoints.ALL for hit in HITS] + [AT_RANDOM] * RANDOM_KILLS
        show.random.shuffle(deaths)
        broken = await show.run(deaths)
        with capsys.disabled():
            print(f"\ncrash test ({where}), seed {SEED}: {show}")  # noqa: T201 - for the record of every run
    assert not broken, "\n".join(broken)
    assert len(show.story.posted) >= 2000
    assert len(show.story.filed) == 100
    assert show.deaths == {point: len(HITS) for point in failpoints.ALL} | {"at a random moment": RANDOM_KILLS}


async def test_a_bot_that_confirms_before_it_stores_is_caught(tmp_path: Path, where: Where) -> None:
    """A test of the test."""
    async with ground(where, tmp_path) as here:
        show = Show(tmp_path, SEED, here, events=200, reports=0, mutant="confirm-early")
        broken = await show.run([Death(failpoints.CONFIRMED, hit=1)] * 4)
    assert any("was lost" in finding for finding in broken)


async def test_a_bot_that_handles_repeated_events_again_is_caught(tmp_path: Path, where: Where) -> None:
    """A test of the test."""
    async with ground(where, tmp_path) as here:
        show = Show(tmp_path, SEED, here, events=200, reports=0, mutant="no-dedupe")
        broken = await show.run([Death(failpoints.STORED, hit) for hit in (1, 2, 3, 5)])
    assert any("was handled 2 times" in finding for finding in broken)
