"""The wire: requests to a homeserver with matrix-nio's client, and its refusals turned into errors of ours.

https://spec.matrix.org/latest/client-server-api/. The library's own loop over /sync is not used: it moves on before
anybody has stored what came.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import msgspec
from nio import AsyncClient, AsyncClientConfig

from orchard_bot.errors import NotAllowed, RateLimited, Unavailable
from orchard_matrix import settings as matrix_settings
from orchard_matrix.device import Device, Login
from orchard_matrix.refusals import SignedOut, mapped
from orchard_matrix.settings import MatrixSettings, wrong

SYNC_SECONDS = 30
"""How long the server holds a question for news open."""
_GRACE_SECONDS = 15.0
_ANSWER_SECONDS = 30.0
_FILTER: dict[str, dict[str, Any]] = {
    "presence": {"types": []},
    "account_data": {"types": ["m.direct"]},
    "room": {
        "timeline": {"limit": 100},
        "ephemeral": {"types": []},
        "account_data": {"types": []},
        "state": {"lazy_load_members": False},
    },
}
_FIRST_FILTER: dict[str, dict[str, Any]] = {**_FILTER, "room": {**_FILTER["room"], "timeline": {"limit": 1}}}
"""A new device reads nothing that was written before it came."""


def path(*parts: str, version: str = "v3") -> str:
    """The path of a request, each part quoted."""
    return f"/_matrix/client/{version}/" + "/".join(quote(part, safe="") for part in parts)


class Client:
    """One session on the server, from ``open`` to ``close``."""

    def __init__(self, settings: MatrixSettings, device: Device) -> None:
        logging.getLogger("nio").setLevel(logging.CRITICAL)  # it logs ids and words
        self._settings, self._device = settings, device
        config = AsyncClientConfig(
            store_sync_tokens=False, encryption_enabled=True, max_limit_exceeded=2, max_timeouts=1, request_timeout=20
        )
        keys = Path(device.folder) / "keys"
        keys.mkdir(mode=0o700, exist_ok=True)
        self.nio = AsyncClient(settings.homeserver.rstrip("/"), settings.user, store_path=str(keys), config=config)
        self.own = settings.user

    async def open(self) -> None:
        """Go on with the session that there is, or begin one. Raises ``Unavailable`` or ``ConfigError``."""
        login = self._device.login()
        if login is not None and login.user != self._settings.user:
            raise wrong(
                f"The store {self._device.folder} belongs to another account.",
                "Give this account a store of its own.",
            )
        if login is None:
            login = await self._log_in()
            self._device.keep_login(login)
        self.nio.restore_login(login.user, login.device, login.token)
        try:
            await self.call("GET", path("account", "whoami"))
        except SignedOut as error:
            raise signed_out(self._device) from error

    async def close(self) -> None:
        """Disconnect. Safe to call twice."""
        await self.nio.close()

    async def sync(self, since: str, *, full: bool, seconds: int) -> dict[str, Any]:
        """What has happened since; waits up to ``seconds`` where nothing has. ``full``: with all that is so in rooms."""
        asked = {"timeout": str(seconds * 1000), "filter": _json(_FILTER if since else _FIRST_FILTER)}
        if since:
            asked["since"] = since
        if full:
            asked["full_state"] = "true"
        answer = await self.call("GET", path("sync"), query=asked, seconds=seconds + _GRACE_SECONDS)
        return answer if isinstance(answer, dict) else {}

    async def call(
        self,
        method: str,
        where: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        seconds: float = _ANSWER_SECONDS,
    ) -> Any:
        """Ask for something; gives the answer. Raises the errors of ours, ``Unavailable`` where there was none.

        A lost answer is no ``Uncertain``: what is sent again has the same transaction id, so it happens once.
        """
        status, payload, retry_after = await self._ask(method, where, body, query, seconds)
        try:
            answer = msgspec.json.decode(payload)
        except msgspec.DecodeError:
            answer = None
        if status != 200:
            raise mapped(status, answer, retry_after)
        return answer

    async def download(self, where: str, most: int) -> bytes:
        """A file of at most ``most`` bytes. Raises ``NotAllowed`` where it is larger."""
        try:
            answer = await self._request("GET", where, None, _ANSWER_SECONDS)
            async with answer:
                if answer.status != 200:
                    raise mapped(answer.status, None)
                if (answer.content_length or 0) > most:
                    raise NotAllowed("The file is too large.")
                data = await answer.content.read(most + 1)
                while len(data) <= most and (more := await answer.content.read(most + 1 - len(data))):
                    data += more
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable("The homeserver does not answer.") from error
        if len(data) > most:
            raise NotAllowed("The file is too large.")
        return data

    async def upload(self, data: bytes, kind: str) -> str:
        """Put a file on the server; gives its address (``mxc://…``). Raises ``NotAllowed`` where it is too large."""
        where = f"/_matrix/media/v3/upload?{urlencode({'filename': 'file'})}"
        headers = {"Content-Type": kind, "Authorization": f"Bearer {self.nio.access_token}"}
        try:
            answer = await self.nio.send("POST", where, data, headers, timeout=_ANSWER_SECONDS)
            async with answer:
                payload = await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable("The homeserver does not answer.") from error
        try:
            said = msgspec.json.decode(payload)
        except msgspec.DecodeError:
            said = None
        if answer.status != 200:
            raise mapped(answer.status, said, answer.headers.get("Retry-After"))
        if not isinstance(said, dict) or not isinstance(said.get("content_uri"), str):
            raise Unavailable("The homeserver does not say where it put the file.")
        return str(said["content_uri"])

    async def _ask(
        self, method: str, where: str, body: Mapping[str, Any] | None, query: Mapping[str, str] | None, seconds: float
    ) -> tuple[int, bytes, str | None]:
        asked = f"{where}?{urlencode(query)}" if query else where
        try:
            async with await self._request(method, asked, body, seconds) as answer:
                return answer.status, await answer.read(), answer.headers.get("Retry-After")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable("The homeserver does not answer.") from error

    async def _request(
        self, method: str, where: str, body: Mapping[str, Any] | None, seconds: float
    ) -> aiohttp.ClientResponse:
        headers = {"Content-Type": "application/json"}
        if self.nio.access_token:
            headers["Authorization"] = f"Bearer {self.nio.access_token}"
        data = None if body is None else _json(body)
        answer: aiohttp.ClientResponse = await self.nio.send(method, where, data, headers, timeout=seconds)
        return answer

    async def _log_in(self) -> Login:
        body = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": self._settings.user},
            "password": matrix_settings.password(self._settings),
            "initial_device_display_name": "Orchard Bot",
        }
        try:
            answer = await self.call("POST", path("login"), body)
        except NotAllowed as error:
            raise wrong(
                "The homeserver refuses this account and password.",
                "Correct user and the password; docs/how-to/matrix.md says how to make the account.",
            ) from error
        except RateLimited as error:
            raise Unavailable("The homeserver asks to wait before logging in.") from error
        try:
            return Login(str(answer["user_id"]), str(answer["device_id"]), str(answer["access_token"]))
        except (KeyError, TypeError) as error:
            raise Unavailable("The homeserver's answer could not be read.") from error


def signed_out(device: Device) -> Exception:
    """What to do where the server has forgotten the bot's session."""
    return wrong(
        "The homeserver accepts the bot's session no more: somebody signed it out, or changed the password.",
        f"Move the folder {device.folder} away and start again: the bot logs in as a new device.",
    )


def _json(what: object) -> str:
    return msgspec.json.encode(what).decode()
