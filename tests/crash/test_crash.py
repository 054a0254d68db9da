"""Kill it anywhere, start it again: nothing is lost, nothing happens twice, everything stays in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchard_bot.runtime import failpoints
from tests.crash.bot import Death
from tests.crash.show import AT_RANDOM, Show

SEED = 20260114
HITS = (1, 2, 3, 5)
RANDOM_KILLS = 20

pytestmark = [pytest.mark.crash, pytest.mark.slow]


async def test_killed_anywhere_the_bot_loses_nothing_and_does_nothing_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show = Show(tmp_path, SEED, events=2000, reports=100)
    deaths = [Death(point, hit) for point in failpoints.ALL for hit in HITS] + [AT_RANDOM] * RANDOM_KILLS
    show.random.shuffle(deaths)
    broken = await show.run(deaths)
    with capsys.disabled():
        print(  # noqa: T201 - the count belongs in the record of every run
            f"\ncrash test, seed {SEED}: {len(show.story.posted)} events, {len(show.story.filed)} reports, "
            f"{sum(show.deaths.values())} kills {dict(show.deaths)}, "
            f"{len(show.world.sends)} sent, {show.sends.twice} of them twice"
        )
    assert not broken, "\n".join(broken)
    assert len(show.story.posted) >= 2000
    assert len(show.story.filed) == 100
    assert show.deaths == {point: len(HITS) for point in failpoints.ALL} | {"at a random moment": RANDOM_KILLS}


async def test_a_bot_that_confirms_before_it_stores_is_caught(tmp_path: Path) -> None:
    """A test of the test."""
    show = Show(tmp_path, SEED, events=200, reports=0, mutant="confirm-early")
    broken = await show.run([Death(failpoints.MID_HANDLER, hit) for hit in (1, 2, 3, 5)])
    assert any("was lost" in finding for finding in broken)


async def test_a_bot_that_handles_repeated_events_again_is_caught(tmp_path: Path) -> None:
    """A test of the test."""
    show = Show(tmp_path, SEED, events=200, reports=0, mutant="no-dedupe")
    broken = await show.run([Death(failpoints.STORED, hit) for hit in (1, 2, 3, 5)])
    assert any("was handled 2 times" in finding for finding in broken)
