"""A parent or moderator with a real client of their own, which encrypts: matrix-nio, as people's apps would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from nio import AsyncClient, AsyncClientConfig, MegolmEvent, RoomEncryptedFile, RoomMessageText, RoomSendResponse
from nio.crypto.attachments import decrypt_attachment

from tests.adapters.matrix.synapse import Synapse

PATIENCE = 30.0
_numbers = count(1)
_PASSWORD = "a password of a person's"


class LateClient(AsyncClient):  # type: ignore[misc]  # the library comes without types
    """Keeps back the keys to what it writes until it is told to let them go."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.keeps_keys = False
        self.kept: list[tuple[Any, ...]] = []

    async def send(self, method: str, path: str, *more: Any, **named: Any) -> Any:
        """See ``AsyncClient.send``."""
        if self.keeps_keys and "/sendToDevice/" in path:
            self.kept.append((method, path, *more))
            return await super().send("GET", "/_matrix/client/versions", None, None)
        return await super().send(method, path, *more, **named)

    async def let_keys_go(self) -> None:
        """They arrive now."""
        for request in self.kept:
            (await super().send(*request)).release()
        self.kept.clear()


@dataclass
class NioPerson:
    """``read``: what came to their eyes, as (room, sender, text), in order."""

    client: LateClient
    read: list[tuple[str, str, str]] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    files: list[RoomEncryptedFile] = field(default_factory=list)
    unread: int = 0
    """Encrypted messages to which the key was not there."""

    @property
    def id(self) -> str:
        """The account."""
        return str(self.client.user_id)

    async def look(self, wait: int = 0) -> None:
        """Take in what there is; every invitation is taken."""
        answer = await self.client.sync(timeout=wait, full_state=not self.client.rooms)
        for room in answer.rooms.invite:
            await self.client.join(room)
        for room, part in answer.rooms.join.items():
            for event in part.timeline.events:
                self.unread += isinstance(event, MegolmEvent)
                if isinstance(event, RoomEncryptedFile) and event.event_id not in self.events:
                    self.events.append(event.event_id)
                    self.files.append(event)
                    self.read.append((room, event.sender, event.body))
                if isinstance(event, RoomMessageText) and event.event_id not in self.events:
                    self.events.append(event.event_id)
                    self.read.append((room, event.sender, event.body))
        if self.client.should_upload_keys:
            await self.client.keys_upload()
        if self.client.should_query_keys:
            await self.client.keys_query()

    async def until(self, seen: Callable[[tuple[str, str, str]], bool]) -> tuple[str, str, str]:
        """The first message for which this holds."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not any(seen(one) for one in self.read):
                    await self.look(100)
        except TimeoutError:
            raise AssertionError(
                f"It does not come. {self.unread} could not be opened; read was: {self.read}"
            ) from None
        return next(one for one in self.read if seen(one))

    async def opened(self, file: RoomEncryptedFile) -> tuple[bytes, bytes]:
        """What is in a file, as it lies on the server and as its reader sees it."""
        where = f"/_matrix/client/v1/media/download/{file.url.removeprefix('mxc://')}"
        headers = {"Authorization": f"Bearer {self.client.access_token}"}
        async with await self.client.send("GET", where, headers=headers) as answer:
            sealed = await answer.read()
        return sealed, decrypt_attachment(sealed, file.key["k"], file.hashes["sha256"], file.iv)

    async def say(self, room: str, words: str, *, answers: str = "", changes: str = "") -> str:
        """Write, encrypted where the room is; gives the event's id."""
        await self.look()
        content: dict[str, Any] = {"msgtype": "m.text", "body": words}
        if answers:
            content["m.relates_to"] = {"m.in_reply_to": {"event_id": answers}}
        if changes:
            content = {"msgtype": "m.text", "body": f"* {words}", "m.new_content": dict(content)}
            content["m.relates_to"] = {"rel_type": "m.replace", "event_id": changes}
        sent = await self.client.room_send(room, "m.room.message", content, ignore_unverified_devices=True)
        assert isinstance(sent, RoomSendResponse), sent
        return str(sent.event_id)

    async def make_room(self, *invited: str, encrypted: bool, levels: dict[str, Any] | None = None) -> str:
        """A room for these people and oneself."""
        state = [{"type": "m.room.encryption", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}] if encrypted else []
        made = await self.client.room_create(
            invite=list(invited), initial_state=state, power_level_override=levels, name="Larch class"
        )
        return str(made.room_id)


@asynccontextmanager
async def person(server: Synapse, name: str, folder: Path) -> AsyncIterator[NioPerson]:
    """Somebody signed in on a device of their own."""
    local = f"{name}-with-nio-{next(_numbers)}"
    user = server.add_account(local, _PASSWORD)
    store = folder / local
    store.mkdir()
    config = AsyncClientConfig(encryption_enabled=True, store_sync_tokens=False)
    client = LateClient(server.url, user, store_path=str(store), config=config)
    try:
        await client.login(_PASSWORD)
        someone = NioPerson(client)
        await someone.look()
        yield someone
    finally:
        await client.close()
