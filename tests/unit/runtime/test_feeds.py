"""A configured feed is looked at once an hour; what is new reaches the moderators once, and failures are no storm."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from orchard_bot.community.newsletter import FoundEvent, Newsletter, Refusal, Source
from orchard_bot.features.feature import FeedNews
from orchard_bot.features.newsletter.newsletter import FEATURE
from orchard_bot.features.unit import Unit
from orchard_bot.newsletters import work
from orchard_bot.newsletters.reading import School
from orchard_bot.newsletters.work import Answer
from orchard_bot.runtime.feed_fetching import FeedRefused, Fetched, Stamp
from orchard_bot.runtime.feeds import Feeds
from orchard_bot.runtime.performing import Performing
from orchard_bot.runtime.routes import Routes, compile_routes
from tests.unit.runtime.conftest import Scene

URL = "https://school.example/news.rss"
SOURCE = Source(title="Larch news", day=date(2026, 1, 9), place="Sports", fingerprint="0" * 64)
SPORTS = FoundEvent(uid="sports", title="Sports day", day=date(2026, 1, 23), source=SOURCE)
DANCE = FoundEvent(uid="dance", title="Dance", day=date(2026, 1, 30), source=SOURCE)


class ASchool:
    """A school's server and the reader of what it gives."""

    def __init__(self) -> None:
        self.events: tuple[FoundEvent, ...] = (SPORTS,)
        self.asked: list[Stamp] = []
        self.broken = ""
        self.unreadable = False
        self.unchanged = False
        self.moved_to = ""

    def fetch(self, url: str, stamp: Stamp, *, allow_loopback: bool) -> Fetched:
        self.asked.append(stamp)
        assert not allow_loopback
        if self.broken:
            raise FeedRefused(self.broken)
        data = None if self.unchanged else b"<rss/>"
        return Fetched(data=data, stamp=Stamp(etag=f'"{len(self.asked)}"'), moved_to=self.moved_to)

    async def read(self, data: bytes, name: str, school: School, kind: str = "") -> Answer:
        if self.unreadable:
            return Answer(refusal=Refusal.BROKEN, says="This is no feed that can be read.")
        return Answer(newsletter=Newsletter(source=SOURCE, events=self.events))


@pytest.fixture
def school() -> ASchool:
    return ASchool()


@pytest.fixture
def by_day(scene: Scene) -> Scene:
    """The morning after: nobody is asleep."""
    scene.clock.advance(timedelta(hours=16).total_seconds())
    return scene


def feeds(scene: Scene, school: ASchool, *urls: str, routes: Routes | None = None) -> Feeds:
    performing = Performing(scene.bot.core.house, routes or compile_routes([FEATURE]))
    return Feeds(scene.bot.core, performing, school, urls or (URL,), fetch=school.fetch)


def offered(scene: Scene) -> list[str]:
    return [text for text in scene.heard(scene.mia) if "school.example" in text]


async def test_what_is_new_is_offered_to_the_moderators_once(by_day: Scene, school: ASchool) -> None:
    async with by_day.running(FEATURE) as scene:
        looking = feeds(scene, school)
        await looking.look()
        await scene.settle()
        [text] = offered(scene)
        assert "This is new in the feed of school.example" in text
        assert "Sports day" in text
        assert "One by one" in text or [one for one in scene.world.inbox(scene.mia) if one.choices]
        school.events = (SPORTS, DANCE)
        await scene.later(3600)
        await feeds(scene, school).look()  # another process, after a restart
        await scene.settle()
        assert len(offered(scene)) == 2
        assert "Dance" in offered(scene)[-1]
        assert "Sports day" not in offered(scene)[-1]
        assert [stamp.etag for stamp in school.asked] == ["", '"1"']
        assert scene.said() == []


async def test_a_corrected_entry_is_new(by_day: Scene, school: ASchool) -> None:
    async with by_day.running(FEATURE) as scene:
        await feeds(scene, school).look()
        school.events = (replace(SPORTS, day=date(2026, 1, 24)),)
        await scene.later(3600)
        await feeds(scene, school).look()
        await scene.settle()
        assert "24 Jan" in offered(scene)[-1]


async def test_what_is_over_is_not_worth_a_word(by_day: Scene, school: ASchool) -> None:
    school.events = (replace(SPORTS, day=date(2025, 12, 1)),)
    async with by_day.running(FEATURE) as scene:
        await feeds(scene, school).look()
        await scene.settle()
        assert offered(scene) == []


async def test_it_is_asked_once_an_hour_and_never_at_night(scene: Scene, school: ASchool) -> None:
    async with scene.running(FEATURE):
        looking = feeds(scene, school)
        while not scene.bot.core.house.communities["3b"].is_quiet(scene.clock.now()):
            await scene.later(1800)
        await looking.look()
        assert school.asked == []
        await scene.later(12 * 3600)
        await looking.look()
        await looking.look()
        assert len(school.asked) == 1


async def test_an_unchanged_feed_keeps_its_stamp_and_says_nothing(by_day: Scene, school: ASchool) -> None:
    async with by_day.running(FEATURE) as scene:
        await feeds(scene, school).look()
        school.unchanged, school.moved_to = True, "https://school.example/new.rss"
        await scene.later(3600)
        await feeds(scene, school).look()
        await scene.later(3600)
        await feeds(scene, school).look()
        await scene.settle()
        assert [stamp.etag for stamp in school.asked] == ["", '"1"', '"1"']
        assert len(offered(scene)) == 1
        state = await scene.storage.read(lambda ledger: ledger.feeds.get(URL))
        assert state is not None
        assert state.moved_to == school.moved_to


def _breaks(school: ASchool) -> None:
    school.broken = "https://school.example/news.rss answers with status 500."


def _garbles(school: ASchool) -> None:
    school.unreadable = True


@pytest.mark.parametrize("goes_wrong", [_breaks, _garbles])
async def test_a_feed_that_fails_is_said_after_a_day_then_once_a_week(
    by_day: Scene, school: ASchool, goes_wrong: Callable[[ASchool], None]
) -> None:
    goes_wrong(school)
    async with by_day.running(FEATURE) as scene:
        looking = feeds(scene, school)
        told = []
        for _ in range(10):
            await looking.look()
            await scene.later(3600)
            await looking.look()
            await scene.settle()
            told.append(len(offered(scene)))
            scene.clock.advance(23 * 3600)
        assert told == [0, 1, 1, 1, 1, 1, 1, 1, 2, 2]
        assert "haven't been able to read the feed of school.example" in offered(scene)[0]
        school.broken, school.unreadable = "", False
        await looking.look()
        state = await scene.storage.read(lambda ledger: ledger.feeds.get(URL))
        assert state is not None
        assert (state.failing_since, state.said_at, state.why) == (None, None, "")


async def test_a_feed_that_is_configured_no_more_is_forgotten(by_day: Scene, school: ASchool) -> None:
    async with by_day.running(FEATURE) as scene:
        await feeds(scene, school).look()
        await feeds(scene, school, "https://other.example/rss").look()
        assert await scene.storage.read(lambda ledger: ledger.feeds.get(URL)) is None


async def test_without_the_libraries_nothing_is_asked(
    by_day: Scene, school: ASchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "LIBRARIES", ("no_such_library",))
    async with by_day.running(FEATURE) as scene:
        await feeds(scene, school).look()
        assert school.asked == []


async def test_without_a_feature_for_it_nothing_happens(by_day: Scene, school: ASchool) -> None:
    async with by_day.running() as scene:
        await feeds(scene, school, routes=Routes()).look()
        await scene.settle()
        assert offered(scene) == []


async def test_what_breaks_while_it_is_offered_is_offered_the_next_time(by_day: Scene, school: ASchool) -> None:
    def fails(_news: FeedNews, _unit: Unit) -> None:
        raise ZeroDivisionError

    async with by_day.running(FEATURE) as scene:
        await feeds(scene, school, routes=Routes(feed=fails)).look()
        assert scene.bot.core.counts["failures"] == 1
        await feeds(scene, school).look()
        await scene.settle()
        assert len(offered(scene)) == 1


async def test_the_bot_itself_looks_and_outlasts_a_full_disk(by_day: Scene, school: ASchool) -> None:
    async with by_day.running(FEATURE) as scene:
        looking = feeds(scene, school)
        scene.storage.broken = lambda: True

        async with asyncio.TaskGroup() as tasks:
            life = tasks.create_task(looking.run())
            await scene.until(lambda: "feeds were not looked at" in scene.events)
            scene.storage.broken = lambda: False
            scene.clock.advance(3600)
            await scene.until(lambda: bool(offered(scene)))
            life.cancel()
