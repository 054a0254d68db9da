"""signal-cli's own daemon: JSON-RPC over HTTP, and what is received as server-sent events.

``signal-cli -a NUMBER daemon --http --receive-mode on-connection`` fetches from Signal only while somebody listens,
so what is sent while the bot is down stays on Signal's server.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import AsyncIterator, Mapping
from itertools import count
from typing import Any

import aiohttp
import msgspec

from orchard_bot.chat.files import Enclosure
from orchard_bot.errors import Gone, NotAllowed, PlatformError, Unavailable, Uncertain
from orchard_signal.files import data_uri
from orchard_signal.ids import is_aci, names_one
from orchard_signal.refusals import from_results, from_rpc
from orchard_signal.settings import wrong
from orchard_signal.wire import Group

_ANSWER_SECONDS = 60.0
"""A message to a large group takes signal-cli a while."""
_SILENCE_SECONDS = 45.0
"""The daemon sends a comment every 15 seconds: after three of them missing, the line is dead."""
_LONGEST_LINE = 4 * 1024 * 1024
_DELETES_AND_PINS_SINCE = (0, 14)


class JsonRpc:
    """A ``Transport`` over the daemon at ``url``."""

    def __init__(self, url: str, number: str) -> None:
        self._url, self._number = url.rstrip("/"), number
        self._own = ""
        self._http: aiohttp.ClientSession | None = None
        self._ids = count(1)
        self._version = ""

    @property
    def version(self) -> str:
        """Of signal-cli."""
        return self._version

    @property
    def deletes_for_others(self) -> bool:
        """Since signal-cli 0.14."""
        return _numbers(self._version) >= _DELETES_AND_PINS_SINCE

    @property
    def pins(self) -> bool:
        """Since signal-cli 0.14."""
        return self.deletes_for_others

    async def open(self) -> str:
        """Connect."""
        await self.close()
        self._http = aiohttp.ClientSession(read_bufsize=_LONGEST_LINE)
        try:
            self._version = str((await self._call("version")).get("version", ""))
            status = await self._call("getUserStatus", recipient=[self._number])
        except NotAllowed as error:
            raise _unknown_account() from error
        own = status[0].get("uuid") if isinstance(status, list) and status else None
        if not isinstance(own, str) or not is_aci(own):
            raise _unknown_account()
        self._own = own
        return own

    async def close(self) -> None:
        """Disconnect."""
        http, self._http = self._http, None
        if http is not None:
            await http.close()

    async def received(self) -> AsyncIterator[bytes]:
        """Each envelope as it comes."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=_SILENCE_SECONDS)
        try:
            async with self._session().get(
                f"{self._url}/api/v1/events", params={"account": self._number}, timeout=timeout
            ) as answer:
                if answer.status != 200:
                    raise Unavailable("The daemon does not hand out what it receives.")
                data: list[bytes] = []
                async for raw in answer.content:
                    line = raw.rstrip(b"\r\n")
                    if line.startswith(b"data:"):
                        data.append(line[5:].lstrip(b" "))
                    elif not line and data:
                        yield b"\n".join(data)
                        data = []
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Unavailable("The line to signal-cli is dead.") from error
        raise Unavailable("signal-cli has hung up.")

    async def send(
        self, to: str, text: str, *, group: bool, edits: int | None = None, file: Enclosure | None = None
    ) -> int:
        """Say something, or give somebody a file."""
        more: dict[str, Any] = {} if edits is None else {"editTimestamp": edits}
        if file is not None:
            more["attachments"] = [data_uri(file)]
        answer = await self._call("send", message=text, private=not group, **_to(to, group=group), **more)
        return _sent(answer, private=not group)

    async def withdraw(self, to: str, timestamp: int, *, group: bool) -> None:
        """Take back a message of the bot's own."""
        to_whom = _to(to, group=group)
        _sent(
            await self._call("remoteDelete", targetTimestamp=timestamp, private=not group, **to_whom), private=not group
        )

    async def delete_as_admin(self, group: str, author: str, timestamp: int) -> None:
        """Delete a member's message."""
        if not self.deletes_for_others:
            raise NotAllowed("This signal-cli is too old to delete a member's message: 0.14 or newer can.")
        await self._call("sendAdminDelete", groupId=group, targetAuthor=author, targetTimestamp=timestamp)

    async def add_member(self, group: str, person: str) -> None:
        """Let somebody in."""
        await self._call("updateGroup", groupId=group, member=[person])

    async def remove_member(self, group: str, person: str) -> None:
        """Take a member out."""
        await self._call("updateGroup", groupId=group, removeMember=[person])

    async def pin(self, group: str, author: str, timestamp: int) -> None:
        """Pin a message."""
        if not self.pins:
            raise NotAllowed("This signal-cli is too old to pin a message: 0.14 or newer can.")
        await self._call("sendPinMessage", groupId=group, targetAuthor=author, targetTimestamp=timestamp)

    async def accept_invitation(self, group: str) -> None:
        """Go in: an update that changes nothing says yes to an invitation."""
        await self._call("updateGroup", groupId=group)

    async def groups(self) -> dict[str, Group]:
        """Every group."""
        listed = await self._call("listGroups")
        if not isinstance(listed, list):
            raise Unavailable("signal-cli's answer could not be read.")
        found = [self._group(one) for one in listed if isinstance(one, dict) and "id" in one]
        return {group.id: group for group in found}

    async def names(self) -> dict[str, str]:
        """What people call themselves."""
        return {str(one.get("uuid")): name for one in await self._contacts() if (name := _name(one))}

    async def changed_keys(self) -> frozenset[str]:
        """By the identities that signal-cli does not trust."""
        listed = await self._call("listIdentities")
        return _people([one for one in _objects(listed) if one.get("trustLevel") == "UNTRUSTED"])

    async def unregistered(self) -> frozenset[str]:
        """As signal-cli has noticed when it wrote to them."""
        return _people([one for one in await self._contacts() if one.get("unregistered") is True])

    async def _contacts(self) -> list[dict[str, Any]]:
        return _objects(await self._call("listContacts", allRecipients=True))

    def _group(self, one: Mapping[str, Any]) -> Group:
        member = bool(one.get("isMember"))
        return Group(
            id=str(one["id"]),
            member=member,
            invited=not member and names_one(one.get("pendingMembers"), self._own, self._number),
            members=_people(one.get("members")),
            admins=_people(one.get("admins")),
            requesting=_people(one.get("requestingMembers")),
            only_admins_post=one.get("permissionSendMessage") == "ONLY_ADMINS",
            expires_after=int(one.get("messageExpirationTime") or 0),
        )

    async def fetch(self, id: str, most: int) -> bytes:
        """A file that somebody sent, as base64 in the answer."""
        try:
            answer = await self._call("getAttachment", id=id)
        except NotAllowed as error:
            raise Gone("signal-cli has this file no more.") from error
        try:
            data = b64decode(answer["data"], validate=True)
        except (KeyError, TypeError, ValueError) as error:
            raise Unavailable("signal-cli's answer could not be read.") from error
        if len(data) > most:
            raise NotAllowed("This file is larger than was asked for.")
        return data

    async def _call(self, method: str, /, *, private: bool = False, **params: Any) -> Any:
        id = str(next(self._ids))
        body = {"jsonrpc": "2.0", "id": id, "method": method, "params": {"account": self._number, **params}}
        try:
            async with self._session().post(
                f"{self._url}/api/v1/rpc",
                data=msgspec.json.encode(body),
                headers={"Content-Type": "application/json"},
                timeout=aiohttp.ClientTimeout(total=_ANSWER_SECONDS, sock_connect=10),
            ) as answer:
                payload = await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unavailable("signal-cli does not answer at this address.") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Uncertain("signal-cli's answer was lost on the way, so it may have been done.") from error
        return _result(payload, id, private=private)

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            raise Unavailable("Not connected: start first.")
        return self._http


def _result(payload: bytes, id: str, *, private: bool) -> Any:
    try:
        answer = msgspec.json.decode(payload)
    except msgspec.DecodeError as error:
        raise Unavailable("signal-cli's answer could not be read.") from error
    if not isinstance(answer, dict) or answer.get("jsonrpc") != "2.0":
        raise Unavailable("signal-cli's answer could not be read.")
    if isinstance(answer.get("error"), dict):
        raise from_rpc(answer["error"], private=private)
    if answer.get("id") != id:
        raise Unavailable("signal-cli answered another question.")
    return answer.get("result")


def _sent(answer: Any, *, private: bool) -> int:
    if not isinstance(answer, dict) or not isinstance(answer.get("timestamp"), int):
        raise Uncertain("signal-cli does not say when the message was sent.")
    refused: PlatformError | None = from_results(answer.get("results") or (), private=private)
    if refused is not None:
        raise refused
    return int(answer["timestamp"])


def _to(to: str, *, group: bool) -> dict[str, Any]:
    return {"groupId": to} if group else {"recipient": [to]}


def _objects(listed: Any) -> list[dict[str, Any]]:
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _people(listed: Any) -> frozenset[str]:
    return frozenset(one["uuid"] for one in listed or () if isinstance(one, dict) and isinstance(one.get("uuid"), str))


def _name(one: Mapping[str, Any]) -> str:
    """What they call themselves in their profile, or what the account's address book calls them."""
    profile = one.get("profile")
    parts = [profile.get("givenName"), profile.get("familyName")] if isinstance(profile, dict) else []
    return " ".join(part for part in parts if isinstance(part, str) and part) or str(one.get("name") or "")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("-", maxsplit=1)[0].split(".") if part.isdigit())


def _unknown_account() -> Exception:
    return wrong(
        "signal-cli knows no account of this number.",
        "Register it first, as docs/how-to/signal.md says, or write the number that is registered there.",
    )
