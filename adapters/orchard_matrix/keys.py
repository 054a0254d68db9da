"""Encryption: the keys of this device, with matrix-nio's machine for Olm and Megolm.

Keys go to every device of who is in the room, verified by hand or not: parents do not compare emoji with a bot.
https://spec.matrix.org/latest/client-server-api/#end-to-end-encryption
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import aiohttp
from nio import Event, MatrixRoom, MegolmEvent, RoomMemberEvent, SyncResponse
from nio.exceptions import EncryptionError, LocalProtocolError, OlmUnverifiedDeviceError
from nio.responses import ErrorResponse

from orchard_bot.errors import Unavailable
from orchard_matrix.client import Client
from orchard_matrix.wire import has_news, without_messages


class Keys:
    """Opens what comes and seals what goes."""

    def __init__(self, client: Client) -> None:
        self._nio = client.nio
        self._one_at_a_time = asyncio.Lock()
        self._left_on_the_server: object = None
        """How many one-time keys of this device the server last said it holds."""

    async def take(self, answer: Mapping[str, Any]) -> None:
        """What an answer to /sync says of keys, devices and members. Raises ``Unavailable``."""
        quiet = without_messages(answer, self._nio.rooms)
        left = quiet["device_one_time_keys_count"]
        if left == self._left_on_the_server and not has_news(quiet):
            return  # the library would write to its store all the same, each time that anybody speaks
        read = SyncResponse.from_dict(quiet)
        if isinstance(read, SyncResponse):
            await self._nio.receive_response(read)
            self._left_on_the_server = left

    async def tidy(self) -> None:
        """Do what encryption asks for from time to time: offer keys, learn of new devices. Raises ``Unavailable``."""
        async with self._one_at_a_time:
            try:
                if self._nio.should_upload_keys:
                    _accepted(await self._nio.keys_upload())
                if self._nio.should_query_keys:
                    _accepted(await self._nio.keys_query())
                if self._nio.should_claim_keys:
                    _accepted(await self._nio.keys_claim(self._nio.get_users_for_key_claiming()))
                await self._nio.send_to_device_messages()
            except (aiohttp.ClientError, TimeoutError) as error:
                raise Unavailable("The homeserver does not answer.") from error

    def meet(self, id: str, state: Iterable[Mapping[str, Any]]) -> None:
        """A room that the bot has just made, before /sync tells of it."""
        if id in self._nio.rooms:
            return
        room = MatrixRoom(id, self._nio.user_id, encrypted=False)
        for raw in state:
            event = Event.parse_event(dict(raw))
            if isinstance(event, RoomMemberEvent):
                room.handle_membership(event)
            elif isinstance(event, Event):
                room.handle_event(event)
        room.members_synced = True
        self._nio.rooms[id] = room
        if room.encrypted and self._nio.olm is not None:
            self._nio.olm.update_tracked_users(room)

    def opened(self, room: str, raw: Mapping[str, Any]) -> dict[str, Any] | None:
        """What is in an encrypted event; None where the key to it is not here."""
        sealed = Event.parse_event(dict(raw))
        if not isinstance(sealed, MegolmEvent):
            return None
        sealed.room_id = room
        try:
            found = self._nio.decrypt_event(sealed)
        except EncryptionError:
            return None
        return {**raw, "type": found.source.get("type"), "content": found.source.get("content")}

    async def sealed(self, room: str, type: str, content: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
        """The event as it may be sent into an encrypted room. Raises ``Unavailable``."""
        async with self._one_at_a_time:
            try:
                await self._share(room)
                sealed_type, sealed = self._nio.encrypt(room, type, dict(content))
            except (aiohttp.ClientError, TimeoutError, EncryptionError, LocalProtocolError) as error:
                raise Unavailable("The keys of this room could not be shared.") from error
        return sealed_type, sealed

    async def _share(self, room: str) -> None:
        nio = self._nio
        assert nio.olm is not None
        if room not in nio.rooms:
            raise Unavailable("The room is not known yet.")
        if not nio.rooms[room].members_synced:
            _accepted(await nio.joined_members(room))
        if nio.should_query_keys:
            _accepted(await nio.keys_query())
        if not nio.olm.should_share_group_session(room):
            return
        missing = nio.get_missing_sessions(room)
        if missing:  # the library would go on without, and nobody could read what comes
            _accepted(await nio.keys_claim(missing))
        try:
            _accepted(await nio.share_group_session(room, ignore_unverified_devices=True))
        except OlmUnverifiedDeviceError as error:
            raise Unavailable("The keys of this room could not be shared.") from error
        if self._forgotten(room):
            nio.olm.outbound_group_sessions.pop(room, None)  # so that the next try shares a new key with everybody
            raise Unavailable("The keys of this room did not reach every device.")

    def _forgotten(self, room: str) -> bool:
        """Whether a device that keys can be sent to has not got this one: a lost request goes unsaid in the library."""
        olm, users = self._nio.olm, self._nio.rooms[room].users
        assert olm is not None
        session = olm.outbound_group_sessions[room]
        reached = session.users_shared_with | session.users_ignored
        return any(
            (user, device.id) not in reached and olm.session_store.get(device.curve25519) is not None
            for user in users
            for device in olm.device_store.active_user_devices(user)
        )


def _accepted(answer: object) -> None:
    if isinstance(answer, ErrorResponse):
        raise Unavailable("The homeserver did not take or give the keys.")
