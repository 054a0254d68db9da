"""Does what the bot asks for. Text goes out as it is, never read as markup.

Each step has a transaction id made from its key, so the server does it once, however often it is asked.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, assert_never

import msgspec

from orchard_bot.chat.refs import ChatRef, MessageRef
from orchard_bot.chat.steps import (
    AnswerJoinRequest,
    DeletePosting,
    EditMessage,
    Receipt,
    RemoveMember,
    RestrictMember,
    SendFile,
    SendPrivately,
    SendToGroup,
    ShowInGroup,
    Step,
    TakeButtonsAway,
)
from orchard_bot.errors import Gone, NotAllowed, NotReachable, PlatformError, Unavailable
from orchard_matrix.client import Client, path
from orchard_matrix.directory import Directory
from orchard_matrix.files import uploaded
from orchard_matrix.ids import PLATFORM, event_id, is_user, room_id, user_id
from orchard_matrix.keys import Keys
from orchard_matrix.levels import Levels
from orchard_matrix.private_rooms import PrivateRooms
from orchard_matrix.rooms import Room
from orchard_matrix.turns import Turns

_PINNED = "m.room.pinned_events"


class Hands:
    """Performs steps as the account ``account``."""

    def __init__(
        self, account: str, client: Client, keys: Keys, directory: Directory, private: PrivateRooms, levels: Levels
    ) -> None:
        self._account, self._client, self._keys = account, client, keys
        self._directory, self._private, self._levels = directory, private, levels
        self._turns = Turns()

    async def perform(self, step: Step) -> Receipt:
        """Do one thing."""
        match step:
            case SendToGroup():
                return await self._send_to_group(step)
            case SendPrivately() | SendFile():
                return await self._send_privately(step)
            case EditMessage():
                return await self._edit(step)
            case DeletePosting():
                return await self._delete(step)
            case RestrictMember():
                return await self._restrict(step)
            case RemoveMember():
                await self._kick(room_id(step.chat), user_id(step.person))
                return Receipt()
            case AnswerJoinRequest():
                return await self._answer_join(step)
            case TakeButtonsAway():
                return Receipt(step.message)  # there are none
            case ShowInGroup():
                raise NotReachable("Matrix cannot show a message in a room to one member alone.")
            case _:
                assert_never(step)

    async def _send_to_group(self, step: SendToGroup) -> Receipt:
        room = self._room(step.chat)
        sent = await self._say(room, _message(step.text), step.key)
        if step.pin:
            with contextlib.suppress(PlatformError):  # It is posted: to fail now would mean to post it again.
                await self._pin(room.id, sent)
        return self._receipt(room.id, sent)

    async def _send_privately(self, step: SendPrivately | SendFile) -> Receipt:
        if not is_user(step.person.id):
            raise NotReachable("There is no such person on Matrix.")
        room = await self._private.room_of(step.person.id)
        if isinstance(step, SendFile):
            content = await uploaded(self._client, step.file, encrypted=room.encrypted)
            # Uploaded again it has another address, and is the same message still.
            sent = await self._say(room, content, step.key, [step.file.name, step.file.data])
        else:
            sent = await self._say(room, _message(step.text), step.key)
        return self._receipt(room.id, sent)

    async def _edit(self, step: EditMessage) -> Receipt:
        room, event = self._room(step.message.chat), event_id(step.message)
        original = await self._client.call("GET", path("rooms", room.id, "event", event))
        if original.get("sender") != self._directory.own:
            raise NotAllowed("Nobody can change another's message.")
        if _is_redacted(original):
            raise Gone("The message is not there any more.")
        content = {
            **_message(f"* {step.text}"),
            "m.new_content": _message(step.text),
            "m.relates_to": {"rel_type": "m.replace", "event_id": event},
        }
        await self._say(room, content, step.key)
        return Receipt(step.message)

    async def _delete(self, step: DeletePosting) -> Receipt:
        room, event = room_id(step.message.chat), event_id(step.message)
        original = await self._client.call("GET", path("rooms", room, "event", event))
        author = self._directory.own if step.author is None else step.author.id
        if original.get("sender") != author or _is_redacted(original):
            raise Gone("The message is not there any more.")
        for number, newer in enumerate(await self._newer_words(room, event, author)):
            # Deleting the first words leaves the later ones on the server.
            await self._redact(room, newer, f"{step.key}:{number}")
        await self._redact(room, event, step.key)
        return Receipt()

    async def _newer_words(self, room: str, event: str, author: str) -> list[str]:
        where = path("rooms", room, "relations", event, "m.replace", version="v1")
        answer = await self._client.call("GET", where, query={"limit": "100"})
        chunk = answer.get("chunk") if isinstance(answer, dict) else None
        theirs = [one for one in chunk or () if one.get("sender") == author and not _is_redacted(one)]
        return [str(one["event_id"]) for one in theirs if "event_id" in one]

    async def _redact(self, room: str, event: str, key: str) -> None:
        async with self._turns.next():
            await self._client.call("PUT", path("rooms", room, "redact", event, _transaction(key, room, event)), {})

    async def _restrict(self, step: RestrictMember) -> Receipt:
        room, person = self._room(step.chat), user_id(step.person)
        if step.until is None:
            await self._levels.unmute(room.id, person)
        else:
            await self._levels.mute(room.id, person, step.until)
        return Receipt()

    async def _kick(self, room: str, person: str) -> None:
        await self._client.call("POST", path("rooms", room, "kick"), {"user_id": person})

    async def _answer_join(self, step: AnswerJoinRequest) -> Receipt:
        room, person = self._room(step.chat), user_id(step.person)
        standing = room.membership(person)
        if step.admit and standing != "join":
            await self._client.call("POST", path("rooms", room.id, "invite"), {"user_id": person})
        elif not step.admit and standing == "knock":
            await self._kick(room.id, person)
        return Receipt()

    async def _pin(self, room: str, event: str) -> None:
        where = path("rooms", room, "state", _PINNED) + "/"
        try:
            pinned = (await self._client.call("GET", where)).get("pinned")
        except Gone:
            pinned = []
        if isinstance(pinned, list) and event not in pinned:
            await self._client.call("PUT", where, {"pinned": [*pinned, event]})

    async def _say(self, room: Room, content: Mapping[str, Any], key: str, what: object = None) -> str:
        transaction = _transaction(key, room.id, what or content)
        type = "m.room.message"
        if room.encrypted:
            type, content = await self._keys.sealed(room.id, type, content)
        async with self._turns.next():
            answer = await self._client.call("PUT", path("rooms", room.id, "send", type, transaction), content)
        if not isinstance(answer, dict) or not isinstance(answer.get("event_id"), str):
            raise Unavailable("The homeserver does not say under which id the message was sent.")
        return str(answer["event_id"])

    def _room(self, chat: ChatRef) -> Room:
        found = self._directory.inside(room_id(chat))
        if found is None:
            raise NotAllowed("The bot is not in this room.")
        return found

    def _receipt(self, room: str, event: str) -> Receipt:
        return Receipt(MessageRef(ChatRef(PLATFORM, self._account, room), event))


def _message(text: str) -> dict[str, Any]:
    return {"msgtype": "m.text", "body": text, "m.mentions": {}}


def _transaction(key: str, room: str, what: object) -> str:
    """The same for the same step; another for other words, even where a new database gives an old key again."""
    given = msgspec.json.encode([key, room, what], order="deterministic")
    return blake2b(given, digest_size=16).hexdigest()


def _is_redacted(raw: Mapping[str, Any]) -> bool:
    unsigned = raw.get("unsigned")
    return isinstance(unsigned, dict) and "redacted_because" in unsigned
