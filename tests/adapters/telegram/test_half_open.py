"""Connections over which nothing comes any more, and commits that never come: given up in time, and said so."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from orchard_bot.chat.events import MessagePosted
from orchard_bot.chat.steps import SendToGroup
from orchard_bot.errors import Unavailable, Uncertain
from orchard_telegram.webhook import secret_of
from tests.adapters.telegram.fake.faults import Fault
from tests.adapters.telegram.line import events, line, served

SOON = 0.3
"""Seconds of real time, where a bot in use has 10 to 35."""


async def test_a_question_for_news_that_is_never_answered_ends_the_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with line(tmp_path) as here:
        await here.platform.start()
        monkeypatch.setattr("orchard_telegram.client._GRACE_SECONDS", SOON - 25)
        here.telegram.arm([Fault("hang", "getUpdates")])
        with pytest.raises(Unavailable):
            await anext(here.platform.batches().__aiter__())


async def test_a_message_that_is_never_answered_is_given_up_and_may_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchard_telegram.client._ANSWER_SECONDS", SOON)
    async with line(tmp_path) as here:
        await here.platform.start()
        here.telegram.arm([Fault("hang", "sendMessage")])
        step = SendToGroup(key="k", chat=here.chat, text="Good evening")
        with pytest.raises(Uncertain):
            await here.platform.perform(step)
        await here.platform.perform(step)
        assert here.texts(here.ben, here.group) == ["Good evening"]


async def test_telegram_is_asked_to_call_again_when_a_commit_does_not_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchard_telegram.webhook.PATIENCE_SECONDS", SOON)
    async with line(tmp_path) as here:
        platform = here.another(mode="webhook", webhook_url="http://127.0.0.1:9/telegram")
        async with served(platform.web()) as address, httpx.AsyncClient(trust_env=False) as client:
            await platform.start()
            here.telegram.forget_updates(here.bot)
            update = {
                "update_id": 7,
                "message": {
                    "message_id": 1,
                    "date": 1_790_000_000,
                    "chat": {"id": here.group, "type": "supergroup"},
                    "from": {"id": here.anna, "first_name": "Anna"},
                    "text": "Morning",
                },
            }
            headers = {"X-Telegram-Bot-Api-Secret-Token": secret_of(here.card.token)}
            answer = await client.post(f"{address}/", json=update, headers=headers)
            assert answer.status_code == 503
        await platform.stop()


async def test_the_next_connection_brings_what_the_last_one_did_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with line(tmp_path) as here:
        await here.platform.start()
        with monkeypatch.context() as hurried:
            hurried.setattr("orchard_telegram.client._GRACE_SECONDS", SOON - 25)
            here.telegram.arm([Fault("hang_after", "getUpdates")])
            here.telegram.post(here.ben, here.group, "Does anybody hear me?")
            with pytest.raises(Unavailable):
                await anext(here.platform.batches().__aiter__())
        await here.platform.start()
        [heard] = await events(here.platform, MessagePosted)
        assert heard.text == "Does anybody hear me?"
