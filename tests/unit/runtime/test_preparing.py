"""Almost every message ends before the transaction: looked at, and nothing to do."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchard_bot.chat.events import MessagePosted
from orchard_bot.detectors.observation import Observation
from orchard_bot.detectors.reading import Reading
from orchard_bot.detectors.thread import Thread, heat
from orchard_bot.features.feature import Command, Feature, Request, Where
from orchard_bot.features.unit import Unit
from orchard_bot.runtime.preparing import COMMAND_LIMIT, MOST_THREADS, command_of
from orchard_bot.testing.simulated_platform import SimulatedPlatform
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


class Heard:
    """A feature that listens to the group, and one command for drafts."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, int]] = []
        self.drafts: list[tuple[str, bool, int]] = []
        command = Command("check", self._draft, summary="check.summary", where=Where.PRIVATE, examines=True)
        self.feature = Feature(name="heard", commands=(command,), listens={MessagePosted: self._posted})

    def _posted(self, request: Request, unit: Unit) -> None:
        self.requests.append((request.text, len(request.observations)))

    def _draft(self, request: Request, unit: Unit) -> None:
        self.drafts.append((request.args, request.examined, len(request.observations)))


class Thoughtful:
    """A slow detector: notes on which thread it looked at what, and finds what it is told to."""

    version, slow = "1", True

    def __init__(self, score: float = 0.9) -> None:
        self.name = "swearing"
        self.score = score
        self.looks: list[tuple[str, bool]] = []

    def observe(self, reading: Reading) -> Sequence[Observation]:
        self.looks.append((reading.original, threading.current_thread() is threading.main_thread()))
        found = Observation("swearing", (0, 1), self.score, "A thought.", self.name, self.version)
        return (found,) if "rude" in reading.original else ()


class Following(Thoughtful):
    """Looks at threads too."""

    slow = False

    def __init__(self) -> None:
        super().__init__()
        self.threads: list[tuple[int, float]] = []

    def follow(self, thread: Thread) -> Sequence[Observation]:
        if thread.latest.length == 3:
            raise ZeroDivisionError
        self.threads.append((len(list(thread.before(timedelta(days=1)))), heat(thread.latest)))
        return ()


async def test_a_slow_detector_looks_off_the_event_loop_and_an_ordinary_message_still_ends_early(scene: Scene) -> None:
    detector, heard = Thoughtful(), Heard()
    async with scene.running(heard.feature, detectors=[detector]):
        scene.world.post(scene.anna, scene.group, "Hello all")
        scene.world.post(scene.anna, scene.group, "PE kit tomorrow")
        scene.world.post(scene.anna, scene.group, "How rude")
        await scene.settle()
        assert [text for text, _ in detector.looks] == ["Hello all", "PE kit tomorrow", "How rude"]
        assert not any(main for _, main in detector.looks)
        assert heard.requests == [("How rude", 1)]
        assert await scene.storage.read(lambda ledger: ledger.queue.next_due()) is None


async def test_a_draft_is_looked_at_by_fast_and_slow_detectors_and_other_private_messages_are_not(scene: Scene) -> None:
    detector, heard = Thoughtful(), Heard()
    async with scene.running(heard.feature, detectors=[detector]):
        scene.world.post(scene.anna, scene.group, "Hello all")
        await scene.settle()
        for text in ("Hello bot", "/check so rude", "/checked so rude"):
            scene.world.post(scene.anna, scene.world.private(scene.anna), text)
        await scene.settle()
        assert [text for text, _ in detector.looks] == ["Hello all", "so rude"]
        assert heard.drafts == [("so rude", True, 1)]


async def test_a_score_below_every_threshold_reaches_nobody(scene: Scene) -> None:
    heard = Heard()
    async with scene.running(heard.feature, detectors=[Thoughtful(score=0.1)]):
        scene.world.post(scene.anna, scene.group, "How rude")
        await scene.settle()
        assert heard.requests == []


async def test_threads_remember_scores_and_an_ill_follower_harms_nobody(scene: Scene) -> None:
    detector = Following()
    async with scene.running(detectors=[detector]):
        for text in ("How rude", "Hm.", "Fine"):
            scene.world.post(scene.anna, scene.group, text)
        await scene.settle()
        assert detector.threads == [(0, 0.9), (2, 0.0)]
        assert scene.bot.preparing.ill == {"swearing": 1}


def test_the_threads_of_many_chats_are_bounded(scene: Scene) -> None:
    scene.storage = scene.open()
    preparing = scene.make((), [Following()], SimulatedPlatform(scene.world, scene.clock)).preparing
    for number in range(MOST_THREADS + 1):
        preparing._thread(str(number))
    assert len(preparing._threads) == MOST_THREADS
    assert preparing._thread("7") is preparing._thread("7")
