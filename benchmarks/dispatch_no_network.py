"""For ``dispatch.py``: python-telegram-bot without a network, for whoever sends through it."""

from __future__ import annotations

import json
from typing import Any

from dispatch_updates import BOT, person
from telegram.request import BaseRequest

_SENT = {"message_id": 1, "date": 1_790_000_000, "chat": {"id": person(0), "type": "private"}, "text": "x"}


class NoNetwork(BaseRequest):
    """The library's own place for a transport: whatever is sent is answered at once."""

    @property
    def read_timeout(self) -> float | None:
        return None

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(self, url: str, method: str, *_: Any, **__: Any) -> tuple[int, bytes]:
        if url.endswith("getMe"):
            return 200, json.dumps({"ok": True, "result": BOT}).encode()
        return 200, json.dumps({"ok": True, "result": _SENT}).encode()
