"""The adapter keeps the promises of the ``Platform`` port: by polling and by webhook, on servers new and old."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest

from orchard_bot.testing.conformance import PlatformConformance
from orchard_bot.testing.fake_clock import WEDNESDAY_EVENING, FakeClock
from orchard_telegram import TelegramPlatform
from tests.adapters.telegram.fake.driver import FakeTelegram
from tests.adapters.telegram.fake.hosting import hosting
from tests.adapters.telegram.stage import Doorstep, Mode, TelegramStage


class OnTelegram(PlatformConformance):
    """The stage for each of them."""

    mode: Mode = "polling"
    api_version: Literal["10.0", "10.2", "10.3"] = "10.3"

    @pytest.fixture
    async def stage(self, tmp_path: Path) -> AsyncIterator[TelegramStage]:
        clock, doorstep = FakeClock(), Doorstep()
        async with FakeTelegram(WEDNESDAY_EVENING) as telegram, hosting(doorstep) as here:
            telegram.set_api_version(self.api_version)

            def connect(token: str, api_url: str) -> TelegramPlatform:
                file = tmp_path / "telegram.token"
                file.write_text(token)
                file.chmod(0o600)
                settings = {"token_file": str(file), "api_url": api_url, "mode": self.mode}
                if self.mode == "webhook":
                    settings["webhook_url"] = f"{here}/telegram"
                return TelegramPlatform("home", settings, clock)

            stage = TelegramStage(telegram, clock, self.mode, connect, doorstep)
            yield stage
            await stage.platform.stop()


class TestPolling(OnTelegram):
    """As at home."""


class TestWebhook(OnTelegram):
    """As on a server."""

    mode = "webhook"


class TestOldServer(OnTelegram):
    """A Bot API server of one's own, from before ephemeral messages."""

    api_version = "10.0"
