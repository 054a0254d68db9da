"""Delivering updates to a webhook, again and again until the answer is a 2xx.

Those of one chat come one after the other, those of several beside each other, as on the real server.
"""

from __future__ import annotations

import asyncio

import httpx

from tests.adapters.telegram.fake.model import Json
from tests.adapters.telegram.fake.state import Bot, State, Webhook

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
RETRY_SECONDS = (0.05, 0.1, 0.2, 0.4, 0.8)
"""On the machine's clock; the real server starts at a second."""


class Deliveries:
    """To one bot."""

    def __init__(self, state: State, bot: Bot) -> None:
        self._state, self._bot = state, bot
        self._busy: set[int] = set()
        """The chats that something is being delivered from."""

    async def run(self) -> None:
        """For ever."""
        client = httpx.AsyncClient(timeout=httpx.Timeout(60), trust_env=False)
        async with client, asyncio.TaskGroup() as tasks:
            while True:
                self._start_what_can(tasks, client)
                await self._bot.queue.changed()

    def _start_what_can(self, tasks: asyncio.TaskGroup, client: httpx.AsyncClient) -> None:
        hook = self._bot.webhook
        if hook is None:
            return
        blocked = set(self._busy)
        for update in self._bot.queue.undelivered():
            lane = _lane(update)
            if lane not in blocked and len(self._busy) < hook.max_connections:
                self._busy.add(lane)
                tasks.create_task(self._deliver(client, lane, update))
            blocked.add(lane)

    async def _deliver(self, client: httpx.AsyncClient, lane: int, update: Json) -> None:
        for failures in range(10_000):
            hook = self._bot.webhook
            if hook is None or not self._bot.queue.holds(update):
                break
            error = await _post(client, hook, update)
            if not error:
                self._bot.queue.delivered(update)
                break
            hook.last_error_at, hook.last_error = self._state.clock.unix(), error
            await asyncio.sleep(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])
        self._busy.discard(lane)
        self._bot.queue.wake()


def _lane(update: Json) -> int:
    """The chat, or the person, that an update is about."""
    for payload in update.values():
        if not isinstance(payload, dict):
            continue
        message = payload.get("message", payload)
        for about in (message.get("chat") if isinstance(message, dict) else None, payload.get("from")):
            if isinstance(about, dict) and isinstance(about.get("id"), int):
                return int(about["id"])
    return 0


async def _post(client: httpx.AsyncClient, hook: Webhook, update: Json) -> str:
    """What went wrong, "" for nothing."""
    headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
    try:
        response = await client.post(hook.url, json=update, headers=headers)
    except httpx.HTTPError:
        return "Connection refused"
    if response.is_success:
        return ""
    return f"Wrong response from the webhook: {response.status_code} {response.reason_phrase}"
