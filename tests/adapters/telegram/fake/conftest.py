"""A class group on the fake, with a bot that has every right, and the real library as its client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from telegram import Bot

from orchard_bot.testing.fake_clock import WEDNESDAY_EVENING
from tests.adapters.telegram.fake.casting import BotCard
from tests.adapters.telegram.fake.driver import FakeTelegram


@pytest.fixture(autouse=True)
def durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's own switch to what it will do from its next version on."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@dataclass
class Cast:
    """Ids of who is there."""

    card: BotCard
    olga: int
    anna: int
    ben: int
    group: int


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """Time stands still."""
    async with FakeTelegram(WEDNESDAY_EVENING) as fake:
        yield fake


@pytest.fixture
def cast(telegram: FakeTelegram) -> Cast:
    """Olga owns the group, Anna and Ben are in it, the bot is an administrator."""
    card = telegram.add_bot()
    olga, anna, ben = telegram.add_user("Olga"), telegram.add_user("Anna", "Ask"), telegram.add_user("Ben")
    group = telegram.add_group("Class 3b", olga)
    for user in (anna, ben, card.id):
        telegram.add_to(group, user)
    telegram.promote(group, card.id)
    telegram.forget_updates(card.id)
    return Cast(card, olga, anna, ben, group)


@pytest.fixture
async def bot(telegram: FakeTelegram, cast: Cast) -> AsyncIterator[Bot]:
    """The unmodified library."""
    async with Bot(cast.card.token, base_url=f"{telegram.address}/bot") as client:
        yield client
