"""Almost every message ends before the transaction: looked at, and nothing to do."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchard_bot.detectors.observation import Observation
from orchard_bot.detectors.reading import Reading
from orchard_bot.runtime.preparing import COMMAND_LIMIT, command_of
from tests.unit.runtime.conftest import Scene
from tests.unit.runtime.test_lanes import Deadly


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("/report", ("report", "")),
        ("/Report@OrchardBot K7Q2", ("report", "K7Q2")),
        ("/report  two  words ", ("report", "two  words")),
        ("/report\nwhat happened", ("report", "what happened")),
        ("/report\nwhat happened today", ("report", "what happened today")),
        ("/my_data", ("my_data", "")),
        ("/rep\u200bort", ("report", "")),
        ("/\u202ereport", ("report", "")),
        ("/", (None, "")),
        ("/ report", (None, "")),
        ("/1/2", (None, "")),
        ("/shed/key", (None, "")),
        ("/shrug¯", (None, "")),
        ("/" + "a" * (COMMAND_LIMIT + 1), (None, "")),
        ("/_", (None, "")),
    ],
)
def test_a_command_is_understood_however_phones_write_it(typed: str, understood: tuple[str | None, str]) -> None:
    assert command_of(typed) == understood


@given(st.text(max_size=200))
def test_any_text_behind_a_slash_is_a_short_word_or_no_command(text: str) -> None:
    name, args = command_of("/" + text)
    assert name is None or (0 < len(name) <= COMMAND_LIMIT and name == name.lower() and " " not in name)
    assert name is not None or args == ""


def test_a_text_without_end_is_not_read_to_its_end() -> None:
    name, args = command_of("/report " + "x" * 1_000_000)
    assert name == "report"
    assert len(args) < 4000


class Ill:
    """A detector that fails."""

    name, version, slow = "ill", "1", False

    def observe(self, reading: Reading) -> Sequence[Observation]:
        raise ZeroDivisionError


async def test_a_detector_that_fails_is_counted_and_the_others_go_on(scene: Scene) -> None:
    well = Deadly()
    async with scene.running(detectors=[Ill(), well]):
        scene.world.post(scene.anna, scene.group, "Hello")
        await scene.settle()
        assert scene.bot.preparing.ill == {"ill": 1}
        assert len(well.looks) == 1
        assert scene.bot.core.counts["handled"] == 1
        assert [line["detector"] for line in scene.log if line["event"] == "detector failed"] == ["ill"]


async def test_the_bot_does_not_look_at_commands_or_private_messages(scene: Scene) -> None:
    detector = Deadly()
    async with scene.running(detectors=[detector]):
        scene.world.post(scene.anna, scene.group, "/rules")
        scene.world.post(scene.anna, scene.world.private(scene.anna), "Hello")
        await scene.settle()
        assert detector.looks == []


async def test_half_of_a_surrogate_pair_does_no_harm(scene: Scene) -> None:
    async with scene.running():
        scene.world.post(scene.anna, scene.group, "Hello \ud83d")
        scene.world.post(scene.anna, scene.world.private(scene.anna), "\udc00")
        await scene.settle()
        assert scene.world.pending == []
        assert scene.bot.core.counts["malformed"] == 0
