"""A message with pictures is handled at once; its pictures are read beside that, and what they say is heard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from orchard_bot.chat.events import Attachment, MessageEdited, MessagePosted
from orchard_bot.chat.platform import Platform
from orchard_bot.chat.refs import AccountRef
from orchard_bot.community.community import Watch
from orchard_bot.detectors.observation import Detector, Observation
from orchard_bot.detectors.reading import Reading
from orchard_bot.errors import Gone, NotAllowed, OrchardError, RateLimited, Unavailable
from orchard_bot.features.feature import Feature, Request
from orchard_bot.features.house import House
from orchard_bot.features.unit import Unit
from orchard_bot.pictures.work import PictureText, Unseen
from orchard_bot.runtime import handling, pictures
from orchard_bot.runtime.bot import Bot
from orchard_bot.runtime.lanes import TRIES
from orchard_bot.runtime.log import make_log, silent_log
from orchard_bot.runtime.picture_reader import MOST_BYTES
from orchard_bot.runtime.pictures import MOST_PICTURES, Pictures
from orchard_bot.testing.builders import a_message
from orchard_bot.testing.fake_alarm import FakeAlarm
from orchard_bot.testing.profiles import TELEGRAM_BASIC, Profile
from orchard_bot.testing.simulated_platform import SimulatedPlatform
from tests.unit.runtime.conftest import Scene


class Plain:
    """A reader whose pictures are their own text."""

    def __init__(self, *, able: bool = True) -> None:
        self.able = able
        self.read_so_far: list[bytes] = []

    async def read(self, data: bytes) -> PictureText:
        self.read_so_far.append(data)
        return (
            PictureText(lines=tuple(data.decode().splitlines()))
            if data != b"bad"
            else PictureText(unseen=Unseen.BROKEN)
        )


class Spots:
    """A detector for the word mud; ``slow`` or not."""

    name, version = "swearing", "1"

    def __init__(self, *, slow: bool = False) -> None:
        self.slow = slow
        self.seen: list[tuple[str, bool]] = []

    def observe(self, reading: Reading) -> Sequence[Observation]:
        self.seen.append((reading.original, reading.picture))
        if "mud" not in reading.original:
            return ()
        return (Observation("swearing", (0, 3), 1.0, "mud", self.name, self.version),)


class Ear:
    """A feature that notes what it hears, and fails as often as asked to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.heard: list[tuple[str, bool]] = []

    def take(self, request: Request, unit: Unit) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("as asked")
        self.heard.append((request.text, request.in_picture))

    @property
    def feature(self) -> Feature:
        return Feature(name="ear", listens={MessagePosted: self.take, MessageEdited: self.take})


class PictureScene(Scene):
    """The group wants its pictures read, by a reader of the test's."""

    reader = Plain()
    wanted: dict[str, Any]

    def house(self) -> House:
        (community,) = super().house().communities.values()
        given = super().house()
        return House([replace(community, **self.wanted)], given.code, given.words)

    def make(self, features: Sequence[Feature], detectors: Sequence[Detector], platform: Platform) -> Bot:
        return Bot(
            house=self.house(),
            features=features,
            detectors=detectors,
            platforms=[platform],
            storage=self.storage,
            clock=self.clock,
            alarm=FakeAlarm(self.clock),
            log=make_log(self._log, json=True),
            pictures=self.reader,
        )


@pytest.fixture
def profile() -> Profile:
    return TELEGRAM_BASIC


@pytest.fixture
def scene(tmp_path: Any, profile: Profile) -> PictureScene:
    made = PictureScene(tmp_path, profile)
    made.reader, made.wanted = Plain(), {"pictures": True}
    return made


@pytest.mark.parametrize("slow", [False, True])
async def test_words_and_pictures_are_heard_one_after_the_other(scene: PictureScene, slow: bool) -> None:
    ear, spots = Ear(), Spots(slow=slow)
    async with scene.running(ear.feature, detectors=[spots]):
        scene.world.post_picture(scene.anna, scene.group, b"mud here", "mud there")
        await scene.settle()
    assert ear.heard == [("mud there", False), ("mud there", True)]
    assert spots.seen == [("mud there", False), ("mud here", True)]


async def test_a_picture_that_says_nothing_amiss_is_heard_of_by_nobody(scene: PictureScene) -> None:
    ear, spots = Ear(), Spots()
    async with scene.running(ear.feature, detectors=[spots]):
        for data in (b"sun", b"bad", b""):
            scene.world.post_picture(scene.anna, scene.group, data)
        await scene.settle()
        assert await scene.storage.read(lambda ledger: ledger.queue.length()) == 0
    assert scene.reader.read_so_far == [b"sun", b"bad"]
    assert (ear.heard, spots.seen) == ([], [("sun", True)])


@pytest.mark.parametrize("wanted", [{}, {"pictures": True, "watch": Watch.OFF}])
async def test_where_it_is_not_wanted_nothing_is_fetched(scene: PictureScene, wanted: dict[str, Any]) -> None:
    scene.wanted = wanted
    async with scene.running(detectors=[Spots()]):
        scene.world.post_picture(scene.anna, scene.group, b"mud")
        await scene.settle()
    assert scene.reader.read_so_far == []


async def test_without_the_extra_nothing_is_fetched_and_the_log_says_why(scene: PictureScene) -> None:
    scene.reader = Plain(able=False)
    async with scene.running(detectors=[Spots()]):
        scene.world.post_picture(scene.anna, scene.group, b"mud")
        await scene.settle()
    assert scene.reader.read_so_far == []
    assert "pictures are not read: the extra 'pictures' is not installed" in scene.events


async def test_a_command_below_a_picture_is_a_command_and_no_more(scene: PictureScene) -> None:
    async with scene.running(detectors=[Spots()]):
        scene.world.post_picture(scene.anna, scene.group, b"mud", "/report")
        await scene.settle()
    assert scene.reader.read_so_far == []


async def test_an_edit_keeps_its_picture_and_it_is_looked_at_again(scene: PictureScene) -> None:
    ear = Ear()
    async with scene.running(ear.feature, detectors=[Spots()]):
        message = scene.world.post_picture(scene.anna, scene.group, b"mud")
        await scene.settle()
        scene.world.edit(scene.anna, message, "sun")
        await scene.settle()
    assert ear.heard == [("", True), ("sun", False), ("sun", True)]


async def test_a_message_that_was_taken_back_meanwhile_is_not_looked_at(scene: PictureScene, profile: Profile) -> None:
    ear = Ear()
    deletes = replace(profile, abilities=replace(profile.abilities, see_deletions=profile.abilities.see_edits))
    scene.world.change_profile(deletes)
    async with scene.running(ear.feature, detectors=[Spots()]):
        message = scene.world.post_picture(scene.anna, scene.group, b"mud")
        scene.world.delete(scene.anna, message)
        await scene.settle()
    assert ear.heard == []


class Failing(SimulatedPlatform):
    """Hands over no file at first."""

    def __init__(self, scene: Scene, *errors: OrchardError) -> None:
        super().__init__(scene.world, scene.clock)
        self.errors = list(errors)

    async def fetch(self, attachment: Attachment, most: int) -> bytes:
        if self.errors:
            raise self.errors.pop(0)
        return await super().fetch(attachment, most)


async def test_what_may_yet_be_handed_over_is_asked_for_again(scene: PictureScene) -> None:
    ear, platform = Ear(), Failing(scene, Unavailable("away"), RateLimited(3))
    async with scene.running(ear.feature, detectors=[Spots()], platform=platform):
        scene.world.post_picture(scene.anna, scene.group, b"mud")
        await scene.settle()
        assert ear.heard == []
        for _ in range(2):
            await scene.later(60)
        assert ear.heard == [("", True)]


async def test_what_is_never_handed_over_is_done_without(scene: PictureScene) -> None:
    platform = Failing(scene, *[Unavailable("away")] * (TRIES + 5))
    async with scene.running(detectors=[Spots()], platform=platform):
        scene.world.post_picture(scene.anna, scene.group, b"mud")
        for _ in range(TRIES):
            await scene.later(60)
        assert await scene.storage.read(lambda ledger: ledger.queue.length()) == 0
    assert len(platform.errors) == 5
    assert "event parked" not in scene.events


async def test_a_feature_that_fails_hears_of_the_picture_again(scene: PictureScene) -> None:
    ear = Ear(failures=2)
    async with scene.running(ear.feature, detectors=[Spots()]):
        scene.world.post_picture(scene.anna, scene.group, b"mud")
        for _ in range(3):
            await scene.later(30)
    assert ear.heard == [("", True)]


async def test_a_feature_that_fails_at_the_words_costs_nobody_the_picture(scene: PictureScene) -> None:
    ear = Ear(failures=1)
    async with scene.running(ear.feature, detectors=[Spots()]):
        scene.world.post_picture(scene.anna, scene.group, b"mud", "mud")
        for _ in range(3):
            await scene.later(30)
    assert sorted(ear.heard) == [("mud", False), ("mud", True)]


async def test_too_many_pictures_are_left_out_and_counted(scene: PictureScene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handling, "MOST_PICTURES_WAITING", 0)
    async with scene.running(detectors=[Spots()]):
        scene.world.post_picture(scene.anna, scene.group, b"mud")
        await scene.settle()
        assert scene.bot.core.counts["pictures left out"] == 1
    assert scene.reader.read_so_far == []


async def test_after_a_crash_pictures_are_read_all_the_same(scene: PictureScene) -> None:
    ear = Ear()
    async with scene.running():
        pass
    scene.storage = scene.open()
    await scene.storage.write(lambda ledger: ledger.whereabouts.start())
    await scene.storage.close()
    scene.world.post_picture(scene.anna, scene.group, b"mud")
    async with scene.running(ear.feature, detectors=[Spots()]):
        await scene.settle()
    assert ear.heard == [("", True)]


async def text_in(*gives: bytes | OrchardError, size: int | None = None, insist: bool = False) -> str:
    """What is read in a message with so many pictures."""

    class Files(SimulatedPlatform):
        def __init__(self) -> None:
            self.left = list(gives)

        async def fetch(self, attachment: Attachment, most: int) -> bytes:
            given = self.left.pop(0)
            if isinstance(given, OrchardError):
                raise given
            return given

    files = tuple(Attachment(id=str(n), kind="image/png", size=size) for n in range(len(gives)))
    event = a_message("", attachments=files)
    return await Pictures(Plain(), {event.account: Files()}, silent_log()).text_in(event, insist=insist)


async def test_the_text_of_all_pictures_is_taken_together_up_to_a_limit() -> None:
    assert await text_in(b"one", b"bad", b"two") == "one\n\ntwo"
    assert await text_in(*[b"x"] * (MOST_PICTURES + 3)) == "\n\n".join("x" * MOST_PICTURES)
    assert len(await text_in(b"x" * 9_000)) == pictures.MOST_CHARACTERS


@pytest.mark.parametrize("error", [NotAllowed("large"), Gone("gone"), Unavailable("away"), RateLimited(3)])
async def test_a_picture_that_is_not_handed_over_costs_nobody_the_others(error: OrchardError) -> None:
    assert await text_in(error, b"two") == "two"


async def test_what_is_said_to_be_too_large_is_not_asked_for() -> None:
    assert await text_in(b"one", size=MOST_BYTES + 1) == ""


async def test_a_platform_without_files_has_no_pictures() -> None:
    nobody: dict[AccountRef, Platform] = {}
    event = a_message("", attachments=(Attachment(id="1", kind="image/png"),))
    assert await Pictures(Plain(), nobody, silent_log()).text_in(event, insist=True) == ""
