"""Kill it anywhere while moderators decide: every decision, second look and undoing happens once and is told once."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from orchard_bot.runtime import failpoints
from tests.crash.bot import Death
from tests.crash.casework import CaseStory, case_findings
from tests.crash.ground import OnTheWorld
from tests.crash.show import AT_RANDOM, Show

SEED = 20260127
HITS = (1, 4)
RANDOM_KILLS = 6

pytestmark = [pytest.mark.crash, pytest.mark.slow]


class CaseShow(Show):
    """A run whose story is about cases."""

    tell: ClassVar[type[CaseStory]] = CaseStory
    story: CaseStory


async def test_killed_anywhere_each_case_goes_its_way_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show = CaseShow(tmp_path, SEED, OnTheWorld(), events=400, reports=24)
    deaths = [Death(point, hit) for point in failpoints.ALL for hit in HITS] + [AT_RANDOM] * RANDOM_KILLS
    show.random.shuffle(deaths)
    broken = await show.run(deaths)
    broken += case_findings(show.story, tmp_path / "orchard.db")
    with capsys.disabled():
        print(f"\ncrash test (casework), seed {SEED}: {show}")  # noqa: T201 - for the record of every run
    assert not broken, "\n".join(broken)
    assert len(show.story.courses) == 24
