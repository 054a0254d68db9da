"""A text, a name and a number that occur nowhere else: posted, reported, decided, erased, they are nowhere any more."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from orchard_bot.app import RunningPulse
from orchard_bot.runtime.log import make_log
from orchard_bot.storage.export import export
from orchard_bot.storage.keyring import Keyring
from orchard_bot.storage.sealed_backup import sealed_backup
from orchard_bot.storage.sealed_file import read_sealed
from orchard_bot.testing.profiles import Profile
from orchard_bot.web.pages import application
from tests.acceptance.conftest import Story, Telling

CANARIES = ("xylocarp", "Quuxington", "7700 900461", "7700900461")
MESSAGE = "You xylocarp idiots, ring me on +44 7700 900461"
NOTE = "Quuxington has called us xylocarp before"


def on_disk(folder: Path) -> dict[str, bytes]:
    """Every file of the database as it lies there: with its log, its free pages, its key."""
    return {path.name: path.read_bytes() for path in folder.glob("orchard.db*")}


def sung(files: dict[str, bytes]) -> list[str]:
    """Which canary is in which file."""
    return [f"{one} in {name}" for name, data in files.items() for one in CANARIES if one.encode() in data]


async def taken_out(story: Story, folder: Path) -> dict[str, bytes]:
    """An export and a backup of this moment, opened."""
    database, keys = folder / "orchard.db", Keyring.beside(folder / "orchard.db")
    export(database, folder / "export", keys)
    sealed_backup(database, folder / "backup", keys)
    return {name: b"".join(read_sealed(folder / name, keys)) for name in ("export", "backup")}


async def shown_on(story: Story, page: str) -> str:
    """One of the bot's own pages."""
    pages = application(RunningPulse(story.bot, story.storage), {}, inside=True)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(pages), base_url="http://bot") as client:
        return (await client.get(page)).raise_for_status().text


async def everybody_is_forgotten(story: Story, people: Sequence[str]) -> None:
    for who in people:
        await story.tells_bot(who, "/forgetme")
        await story.chooses(who, "Yes, erase it")


async def test_the_canary_is_nowhere(
    telling: Telling, profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = io.StringIO()
    monkeypatch.setattr("tests.acceptance.conftest.silent_log", lambda: make_log(log))
    async with telling(profile) as story:
        story.world.add_person("quuxington", "Zebedee Quuxington", started=True)
        story.world.join("quuxington", story.larch)
        await story.settle()
        message = await story.says("quuxington", MESSAGE)
        await story.says("grace", f"/report {NOTE}", reply_to=message)
        await story.chooses("grace", "Tell the moderators")
        await story.chooses("grace", "Not sure")
        assert "xylocarp" in story.phone("amira"), "a moderator reads what was reported"
        assert "cases" in await story.written_down("xylocarp")
        assert sung(on_disk(tmp_path)) == [], "sealed while the case waits"
        await story.chooses("amira", "Kind note")
        await everybody_is_forgotten(story, ["quuxington", "grace", "amira", "joe"])
        await story.later(hours=2)
        await story.storage.scrub()
        assert await story.written_down("xylocarp") == []
        metrics = await shown_on(story, "/metrics") + await shown_on(story, "/inside")
        everything = {
            **on_disk(tmp_path),
            **await taken_out(story, tmp_path),
            "log": log.getvalue().encode(),
            "metrics": metrics.encode(),
        }
        assert metrics
        assert sung(everything) == []
        assert not [name for name in everything if "to-seal" in name], "nothing lies about half-way"
