"""signal-cli-rest-api (in json-rpc mode), through signalbot: its client, its session and its websocket.

signalbot's own pipeline stays unused. It hands out in no order what its three consumers take, prints every body, and
drops the line at whatever it cannot parse; so the envelopes are read from its client as they come. Its scheduler and
``stop`` (which stops the event loop) stay unused as well.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
import msgspec
from packaging.version import InvalidVersion, Version
from pydantic import BaseModel, ValidationError
from signalbot import SignalBot
from signalbot import _generated as schema
from signalbot._client import SignalAPIError
from signalbot.bot import MIN_SIGNAL_CLI_REST_API_VERSION

from orchard_bot.chat.files import Enclosure
from orchard_bot.errors import Gone, NotAllowed, Unavailable, Uncertain
from orchard_signal.files import data_uri
from orchard_signal.ids import is_aci, names_one, rest_group_id
from orchard_signal.jsonrpc import JsonRpc
from orchard_signal.refusals import from_http
from orchard_signal.settings import wrong
from orchard_signal.wire import Group

_ANSWER_SECONDS = 60.0
_REFUSED = 400
_PREVIEW_VERSION = "unset"


class Rest:
    """A ``Transport`` over signal-cli-rest-api. ``beside``: a JSON-RPC daemon of the same account, to delete with."""

    def __init__(self, url: str, number: str, beside: JsonRpc | None = None) -> None:
        self._url, self._number, self._beside = url.rstrip("/"), number, beside
        self._own = ""
        self._bot: SignalBot | None = None
        self._version = ""

    @property
    def version(self) -> str:
        """Of signal-cli-rest-api."""
        return self._version

    @property
    def pins(self) -> bool:
        """Every version that the bot takes."""
        return True

    @property
    def deletes_for_others(self) -> bool:
        """Only by the daemon beside it."""
        return self._beside is not None and self._beside.deletes_for_others

    async def open(self) -> str:
        """Connect."""
        await self.close()
        self._bot = _quiet_bot(self._url, self._number)
        await self._check_service()
        self._own = await self._found_own()
        if self._beside is not None:
            await self._beside.open()
        return self._own

    async def close(self) -> None:
        """Disconnect, without signalbot's ``stop``."""
        bot, self._bot = self._bot, None
        if bot is not None:
            await bot.close()
        if self._beside is not None:
            await self._beside.close()

    async def received(self) -> AsyncIterator[bytes]:
        """Each envelope as it comes."""
        try:
            async for line in self._api().messages.receive():
                yield line.encode("utf-8", "replace")
        except SignalAPIError as error:
            raise Unavailable("The line to signal-cli-rest-api is dead.") from error
        raise Unavailable("signal-cli-rest-api has hung up.")

    async def send(
        self, to: str, text: str, *, group: bool, edits: int | None = None, file: Enclosure | None = None
    ) -> int:
        """Say something, or give somebody a file."""
        body = schema.SendMessageV2(
            message=text,
            number=self._number,
            recipients=[rest_group_id(to) if group else to],
            edit_timestamp=edits,
            base64_attachments=None if file is None else [data_uri(file)],
            text_mode=schema.TextMode.NORMAL,
        )
        answer = await self._ask("post", "/v2/send", body, private=not group)
        sent = answer[0] if isinstance(answer, list) and answer else answer  # its schema says object; it gives a list
        try:
            return int(schema.SendMessageResponse.model_validate(sent).timestamp)
        except (ValidationError, ValueError) as error:
            raise Uncertain("signal-cli-rest-api does not say when the message was sent.") from error

    async def withdraw(self, to: str, timestamp: int, *, group: bool) -> None:
        """Take back a message of the bot's own."""
        body = schema.RemoteDeleteRequest(recipient=rest_group_id(to) if group else to, timestamp=timestamp)
        await self._ask("delete", f"/v1/remote-delete/{quote(self._number)}", body, private=not group)

    async def delete_as_admin(self, group: str, author: str, timestamp: int) -> None:
        """Delete a member's message, by the daemon beside it."""
        if self._beside is None:
            raise NotAllowed("The REST interface to Signal cannot delete a member's message.")
        await self._beside.delete_as_admin(group, author, timestamp)

    async def add_member(self, group: str, person: str) -> None:
        """Let somebody in."""
        body = schema.ChangeGroupMembersRequest(members=[person])
        await self._ask("post", f"{self._path(group)}/members", body)

    async def remove_member(self, group: str, person: str) -> None:
        """Take a member out."""
        body = schema.ChangeGroupMembersRequest(members=[person])
        await self._ask("delete", f"{self._path(group)}/members", body)

    async def pin(self, group: str, author: str, timestamp: int) -> None:
        """Pin a message."""
        body = schema.PinMessageInGroupRequest(target_author=author, timestamp=timestamp)
        await self._ask("post", f"{self._path(group)}/pin-message", body)

    async def accept_invitation(self, group: str) -> None:
        """Go in."""
        await self._ask("post", f"{self._path(group)}/join")

    async def groups(self) -> dict[str, Group]:
        """Every group, with its people by ACI."""
        listed = await self._ask("get", f"/v1/groups/{quote(self._number)}?expand=true")
        if not isinstance(listed, list):
            raise Unavailable("signal-cli-rest-api's answer could not be read.")
        found = [self._group(one) for one in listed if isinstance(one, dict) and one.get("internal_id")]
        return {group.id: group for group in found}

    async def names(self) -> dict[str, str]:
        """What people call themselves."""
        named = [(str(one.get("uuid")), one.get("profile_name") or one.get("name")) for one in await self._contacts()]
        return {person: str(name) for person, name in named if name}

    async def fetch(self, id: str, most: int) -> bytes:
        """A file that somebody sent, read no further than ``most``."""
        data = bytearray()
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                async with (await self._http()).get(f"{self._url}/v1/attachments/{quote(id, safe='')}") as answer:
                    _check_handed_over(answer.status)
                    while len(data) <= most and (piece := await answer.content.read(65_536)):
                        data += piece
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable("signal-cli-rest-api's answer was lost on the way.") from error
        if len(data) > most:
            raise NotAllowed("This file is larger than was asked for.")
        return bytes(data)

    async def changed_keys(self) -> frozenset[str]:
        """By the identities that signal-cli does not trust."""
        listed = await self._ask("get", f"/v1/identities/{quote(self._number)}")
        return _people([one for one in listed or () if isinstance(one, dict) and one.get("status") == "UNTRUSTED"])

    async def unregistered(self) -> frozenset[str]:
        """The service does not say."""
        return frozenset()

    def _group(self, one: Mapping[str, Any]) -> Group:
        permissions, member = one.get("permissions"), bool(one.get("member", True))
        return Group(
            id=str(one["internal_id"]),
            member=member,
            invited=not member and names_one(one.get("pending_invites"), self._own, self._number),
            members=_people(one.get("members")),
            admins=_people(one.get("admins")),
            requesting=_people(one.get("pending_requests")),
            only_admins_post=isinstance(permissions, dict) and permissions.get("send_messages") == "only-admins",
            expires_after=None,
        )

    def _path(self, group: str) -> str:
        return f"/v1/groups/{quote(self._number)}/{quote(rest_group_id(group))}"

    async def _check_service(self) -> None:
        about = await self._ask("get", "/v1/about")
        if not isinstance(about, dict):
            raise Unavailable("signal-cli-rest-api's answer could not be read.")
        self._version = str(about.get("version", ""))
        if about.get("mode") != "json-rpc":
            raise wrong("signal-cli-rest-api does not run in json-rpc mode.", "Start it with MODE=json-rpc.")
        try:
            old = self._version != _PREVIEW_VERSION and Version(self._version) < MIN_SIGNAL_CLI_REST_API_VERSION
        except InvalidVersion:
            old = True
        if old:
            least = f"{MIN_SIGNAL_CLI_REST_API_VERSION}"
            raise wrong("This signal-cli-rest-api is too old.", f"Use version {least} or newer.")

    async def _found_own(self) -> str:
        for one in await self._contacts():
            if one.get("number") == self._number and is_aci(str(one.get("uuid", ""))):
                return str(one["uuid"])
        raise wrong(
            "signal-cli-rest-api does not know the bot's own number.",
            "Register it there first, as docs/how-to/signal.md says, or write the number that is registered.",
        )

    async def _contacts(self) -> list[dict[str, Any]]:
        listed = await self._ask("get", f"/v1/contacts/{quote(self._number)}?all_recipients=true")
        return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []

    async def _ask(self, verb: Any, path: str, body: BaseModel | None = None, *, private: bool = False) -> Any:
        """By signalbot's session: its own calls are for half of these, and drop what a refusal says."""
        payload = None if body is None else body.model_dump_json(exclude_none=True, by_alias=True)
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                async with (await self._http()).request(verb, f"{self._url}{path}", data=payload) as answer:
                    status, read = answer.status, await answer.read()
        except aiohttp.ClientConnectorError as error:
            raise Unavailable("signal-cli-rest-api does not answer at this address.") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Uncertain("signal-cli-rest-api's answer was lost on the way, so it may have been done.") from error
        said: Any = None
        try:
            said = msgspec.json.decode(read) if read else None
        except msgspec.DecodeError as error:
            if status < _REFUSED:
                raise Unavailable("signal-cli-rest-api's answer could not be read.") from error
        if status >= _REFUSED:
            raise from_http(status, said, private=private)
        return said

    async def _http(self) -> aiohttp.ClientSession:
        found: aiohttp.ClientSession = await self._api().general._sessions.get()  # noqa: SLF001 - there is no public way to it
        return found

    def _api(self) -> Any:
        if self._bot is None:
            raise Unavailable("Not connected: start first.")
        return self._bot._signal  # noqa: SLF001 - the client of signalbot, without its pipeline


def _quiet_bot(url: str, number: str) -> SignalBot:
    """signalbot, with nothing of what it logs: every body at INFO, and numbers in its addresses at any level."""
    parts = urlsplit(url)
    bot = SignalBot(
        {
            "phone_number": number,
            "signal_service": parts.netloc,
            "download_attachments": False,
            "connection_mode": "https_only" if parts.scheme == "https" else "http_only",
            "storage": {"type": "in-memory"},
            "logging_level": logging.CRITICAL,
        }
    )
    logger = logging.getLogger("signalbot")
    logger.handlers.clear()
    logger.propagate = False
    logger.disabled = True
    for name in ("websockets.client", "aiohttp.client", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return bot


def _check_handed_over(status: int) -> None:
    """The service says 404 to what it has no more, and 400 to an id that was never one."""
    if _REFUSED <= status < 500 and status != 429:
        raise Gone("signal-cli-rest-api has this file no more.")
    if status >= _REFUSED:
        raise Unavailable("signal-cli-rest-api does not hand over a file at the moment.")


def _people(listed: Any) -> frozenset[str]:
    """By ACI, whether the service expands people to objects or not."""
    ids = [one.get("uuid") if isinstance(one, dict) else one for one in listed or ()]
    return frozenset(one for one in ids if isinstance(one, str) and is_aci(one))
