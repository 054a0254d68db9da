"""Delivering updates to a webhook: one after the other, again and again until the answer is a 2xx."""

from __future__ import annotations

import asyncio

import httpx

from tests.adapters.telegram.fake.model import Json
from tests.adapters.telegram.fake.state import Bot, State, Webhook

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
RETRY_SECONDS = (0.05, 0.1, 0.2, 0.4, 0.8)
"""On the machine's clock; the real server starts at a second."""


async def deliver_all(state: State, bot: Bot) -> None:
    """For ever."""
    async with httpx.AsyncClient(timeout=httpx.Timeout(60), trust_env=False) as client:
        failures = 0
        while True:
            update = await bot.queue.next_for_webhook(lambda: bot.webhook is not None)
            hook = bot.webhook
            if hook is None:
                continue
            error = await _deliver(client, hook, update)
            if not error:
                bot.queue.delivered(update)
                failures = 0
                continue
            hook.last_error_at, hook.last_error = state.clock.unix(), error
            await asyncio.sleep(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])
            failures += 1


async def _deliver(client: httpx.AsyncClient, hook: Webhook, update: Json) -> str:
    """What went wrong, "" for nothing."""
    headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
    try:
        response = await client.post(hook.url, json=update, headers=headers)
    except httpx.HTTPError:
        return "Connection refused"
    if response.is_success:
        return ""
    return f"Wrong response from the webhook: {response.status_code} {response.reason_phrase}"
