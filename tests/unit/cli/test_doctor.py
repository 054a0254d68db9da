"""``orchard-bot doctor``: what is missing, how to put it right, and a plain word where there is nothing to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from orchard_bot.chat.abilities import Reach
from orchard_bot.chat.platform import Finding
from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.cli.doctor import _of_detectors
from orchard_bot.community.code_of_conduct import DetectorSpec
from orchard_bot.detectors.meaning import MeaningDetector
from orchard_bot.errors import Unavailable
from orchard_bot.features.feed_state import FeedState
from orchard_bot.pictures import work
from orchard_bot.runtime import discovery
from orchard_bot.storage.sqlite import SqliteEngine
from orchard_bot.storage.storage import SqlStorage
from orchard_bot.testing.fake_clock import FakeClock
from orchard_bot.testing.profiles import TELEGRAM_BASIC, WHATSAPP, Profile
from orchard_bot.testing.simulated_platform import SimulatedPlatform
from orchard_bot.testing.world import World
from tests.unit.cli.conftest import Command

Staged = Callable[..., World]


class Unreachable(SimulatedPlatform):
    """A platform that does not answer."""

    async def start(self) -> None:
        raise Unavailable("The platform does not answer.")


class Silent(SimulatedPlatform):
    """A platform with nothing of its own to say about its groups."""

    async def examine(self, chats: Iterable[ChatRef]) -> Sequence[Finding]:
        return []


@pytest.fixture
def staged(monkeypatch: pytest.MonkeyPatch) -> Staged:
    """The sandbox adapter connects to this World instead of its own."""

    def stage(profile: Profile = TELEGRAM_BASIC, kind: type[SimulatedPlatform] = SimulatedPlatform) -> World:
        clock = FakeClock()
        world = World(profile, clock.now)
        world.add_person("amira", "Amira")
        world.add_group("larch", "Larch class", members=["amira"], admins=["amira"])

        def make(account: str, settings: Mapping[str, Any]) -> SimulatedPlatform:
            return kind(world, clock)

        monkeypatch.setattr(discovery, "adapter", lambda name: make)
        return world

    return stage


def test_the_sandbox_as_it_is_needs_nothing_done(command: Command, config: Path) -> None:
    result = command("doctor", "--config", config)
    assert result.exit_code == 0, result.output
    assert "ok    sandbox/main: connects." in result.output
    assert "Nothing needs doing." in result.output
    assert "LOOK" not in result.output


@pytest.mark.parametrize("missing", [False, True])
def test_where_pictures_are_to_be_read_it_says_whether_they_can_be(
    command: Command, config: Path, missing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "pictures" not in command("doctor", "--config", config).output
    config.write_text(config.read_text("utf-8").replace("id = ", "pictures = true\nid = ", 1), encoding="utf-8")
    if missing:
        monkeypatch.setattr(work, "LIBRARIES", ("no_such_library",))
    result = command("doctor", "--config", config)
    assert result.exit_code == int(missing)
    if missing:
        assert "LOOK  pictures: their text cannot be read, though larch wants it: no_such_library not" in result.output
        assert "pip install 'orchard-bot[pictures]', or set pictures = false." in result.output
    else:
        assert "ok    pictures: their text can be read (larch)." in result.output


def test_what_a_platform_cannot_do_is_a_note_and_no_alarm(command: Command, config: Path, staged: Staged) -> None:
    staged()
    result = command("doctor", "--config", config)
    assert "note  sandbox/main/larch, see deletions: Telegram never tells bots" in result.output


def test_a_missing_right_comes_once_with_how_to_grant_it(command: Command, config: Path, staged: Staged) -> None:
    staged().revoke("larch", "delete_others")
    result = command("doctor", "--config", config)
    assert result.exit_code == 1
    assert result.output.count("LOOK  sandbox/main/larch, delete others") == 1
    assert result.output.count(TELEGRAM_BASIC.how_to_grant) >= 1
    assert "to look at." in result.output


def test_a_right_that_the_adapter_says_nothing_about_is_told_all_the_same(
    command: Command, config: Path, staged: Staged
) -> None:
    staged(kind=Silent).revoke("larch", "remove")
    result = command("doctor", "--config", config)
    assert result.exit_code == 1
    assert "LOOK  larch: The bot lacks this right in the group." in result.output
    assert TELEGRAM_BASIC.how_to_grant in result.output


def test_a_platform_without_private_messages_says_so(command: Command, config: Path, staged: Staged) -> None:
    staged(kind=Silent).grant("larch", private_messages=Reach.NEVER, private_messages_why="There are none here.")
    assert "note  larch: There are none here." in command("doctor", "--config", config).output


def test_a_bot_that_is_in_no_group_hears_what_to_do(command: Command, config: Path, staged: Staged) -> None:
    staged().move_group("larch", "larch-2")
    result = command("doctor", "--config", config)
    assert result.exit_code == 1
    assert "LOOK" in result.output


def test_a_platform_that_does_not_answer_is_a_sentence_and_no_traceback(
    command: Command, config: Path, staged: Staged
) -> None:
    staged(kind=Unreachable)
    result = command("doctor", "--config", config)
    assert result.exit_code == 1
    assert "LOOK  sandbox/main: The platform does not answer." in result.output
    assert "Check the network and [adapters.sandbox]." in result.output
    assert "Traceback" not in result.output


async def test_moderators_are_told_by_whether_they_can_be_reached(
    command: Command, config: Path, staged: Staged
) -> None:
    staged(WHATSAPP)
    clock = FakeClock()
    storage = SqlStorage(SqliteEngine.open(config.with_name("orchard.db"), now=clock.now()))
    account = AccountRef("sandbox", "main")
    await storage.write(lambda book: book.people.reachable(account, PersonRef("sandbox", "joe"), False, clock.now()))
    await storage.close()
    output = command_in_a_thread(command, config)
    assert "LOOK  larch, moderator Joe: cannot be reached." in output
    assert "Ask them to open a private chat with the bot and send /start." in output
    assert "ok    larch, moderator Amira: has not been written to yet." in output


def command_in_a_thread(command: Command, config: Path) -> str:
    """The command has an event loop of its own, which cannot run inside this test's."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(command, "doctor", "--config", config).result().output


def test_detectors_that_cannot_see_are_named_with_the_command_that_helps() -> None:
    spec = DetectorSpec(name="meaning-child", uses="meaning", clause="child", queue_at=0.5)
    [finding] = _of_detectors([MeaningDetector(spec, None)])
    assert not finding.ok
    assert "1 of 1 see nothing: meaning-child." in finding.says
    assert "pip install 'orchard-bot[semantic]'" in finding.fix
    [well] = _of_detectors([])
    assert well.ok


def test_a_feed_says_how_it_answered_last(command: Command, config: Path, staged: Staged) -> None:
    staged()
    url = "https://school.example/news.rss"
    config.write_text(f'{config.read_text()}\n[newsletter]\nfeeds = ["{url}"]\n')
    assert f"ok    feed {url}: has not been asked yet" in command("doctor", "--config", config).output
    now = FakeClock().now()
    for state, says in (
        (FeedState(url=url, looked_at=now), "was asked for news on"),
        (FeedState(url=url, looked_at=now, failing_since=now, why="It is gone."), "It is gone."),
        (FeedState(url=url, looked_at=now, moved_to="https://new.example/"), "moved for good to https://new.example/"),
    ):
        _keep(config.parent / "orchard.db", state)
        assert says in command("doctor", "--config", config).output


def _keep(database: Path, state: FeedState) -> None:
    storage = SqlStorage(SqliteEngine.open(database, now=state.looked_at))

    async def keep() -> None:
        await storage.write(lambda ledger: ledger.feeds.put(state))
        await storage.close()

    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(lambda: asyncio.run(keep())).result()
