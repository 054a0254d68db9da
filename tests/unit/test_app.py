"""The composition root: settings go in, a running bot with its pages comes out, and a signal ends it in good order."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest
from httpx import AsyncClient

from orchard_bot.app import Composition, RunningPulse, run
from orchard_bot.errors import ConfigError, MissingExtra, StorageBusy
from orchard_bot.features.feature import Command, Feature, Request
from orchard_bot.features.unit import Unit
from orchard_bot.runtime import discovery
from orchard_bot.runtime.log import silent_log
from orchard_bot.runtime.routes import Unspoken
from orchard_bot.testing.fake_alarm import FakeAlarm
from orchard_bot.testing.fake_clock import FakeClock

POLICY = Path(__file__).parents[2] / "config" / "code_of_conduct.toml"
CONFIG = f"""
[bot]
database = "orchard.db"
policy = "{POLICY}"
wording = "ours.toml"

[web]
port = 0
inside = true

[adapters.sandbox]
account = "main"

[[communities]]
id = "larch"
name = "Larch class"
chat = "sandbox/main/larch"
moderators = [{{ person = "sandbox/amira", name = "Amira" }}]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "orchard.toml"
    path.write_text(CONFIG, encoding="utf-8")
    (tmp_path / "ours.toml").write_text('[private]\n"help.intro" = "Hiya:"\n', encoding="utf-8")
    return path


def thank(request: Request, unit: Unit) -> None:
    unit.answer(request, unit.house.words.private("thanks.done"))


THANKS = Feature(
    name="thanks",
    commands=(Command("thanks", thank, "thanks.summary"),),
    private_words={"thanks.summary": "say thanks", "thanks.done": "Thank you."},
)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
async def test_it_runs_with_its_pages_until_a_signal_comes(config: Path, sent: signal.Signals) -> None:
    announced: asyncio.Queue[str] = asyncio.Queue()
    async with asyncio.TaskGroup() as beside:
        running = beside.create_task(run(config, announce=announced.put_nowait, host="localhost"))
        address = await announced.get()
        assert address.startswith("http://localhost:")
        async with AsyncClient(base_url=address) as browser:
            health = await browser.get("/healthz")
            assert (health.status_code, health.json()["accounts"][0]["account"]) == (200, "sandbox/main")
            assert 'orchard_total{what="failures"} 0' in (await browser.get("/metrics")).text
            assert "Outbox" in (await browser.get("/inside?part")).text
            assert (await browser.get("/")).headers["location"] == "/sandbox/"
            assert (await browser.get("/sandbox/")).status_code == 200
        os.kill(os.getpid(), sent)
        await running
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, "the handlers are gone with the bot"


async def test_one_database_has_one_bot(config: Path) -> None:
    storage = Composition.load(config).open_storage(FakeClock())
    with pytest.raises(StorageBusy):
        await run(config, announce=print)
    await storage.close()


def test_the_operators_wording_is_what_the_bot_says(config: Path) -> None:
    assert Composition.load(config).house.words.private("help.intro").value == "Hiya:"


def test_an_operator_may_put_a_further_features_sentences_differently(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = discovery.features()
    monkeypatch.setattr(discovery, "features", lambda: [*installed, THANKS])
    config.with_name("ours.toml").write_text('[private]\n"thanks.done" = "Ta."\n', encoding="utf-8")
    words = Composition.load(config).house.words
    assert words.private("thanks.done").value == "Ta."
    assert words.private("thanks.summary").value == "say thanks"
    config.with_name("ours.toml").write_text('[private]\n"thanks.dnoe" = "Ta."\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="thanks"):
        Composition.load(config)


async def test_a_feature_whose_command_has_no_line_for_help_stops_the_start(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mute = Feature(name="mute", commands=THANKS.commands)
    monkeypatch.setattr(discovery, "features", lambda: [mute])
    with pytest.raises(Unspoken, match=r"'mute'.*'thanks\.summary'"):
        await run(config, announce=print)


def test_an_adapter_whose_library_is_missing_names_the_pip_command(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise MissingExtra(name, "pigeon-post")

    monkeypatch.setattr(discovery, "adapter", missing)
    with pytest.raises(MissingExtra, match=r"pip install 'orchard-bot\[sandbox\]'"):
        Composition.load(config).platforms()


async def test_the_pulse_tells_of_ill_detectors_and_of_a_database_that_is_gone(config: Path) -> None:
    composition, clock = Composition.load(config), FakeClock()
    storage = composition.open_storage(clock)
    bot = composition.bot([], storage, clock=clock, alarm=FakeAlarm(clock), log=silent_log())
    pulse = RunningPulse(bot, storage)
    bot.preparing.ill["ill"] += 2
    assert pulse.counts()["failures of ill"] == 2
    assert await pulse.storage_answers()
    assert (await pulse.inside()).waiting == 0
    await storage.close()
    assert not await pulse.storage_answers()
