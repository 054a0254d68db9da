"""A request in, an answer out: tokens, faults, limits, parameters, the deed, and a record of it all."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from tests.adapters.telegram.fake import ephemeral, methods_account, methods_members, methods_messages, standing
from tests.adapters.telegram.fake.catalogue import METHODS, Method
from tests.adapters.telegram.fake.faults import AFTER, Fault, Faults
from tests.adapters.telegram.fake.limits import Limits
from tests.adapters.telegram.fake.model import Json
from tests.adapters.telegram.fake.refusal import Refused, too_many
from tests.adapters.telegram.fake.state import Bot, Call, State

ROOMS = (ephemeral, methods_account, methods_members, methods_messages)
"""The modules that fill the catalogue."""
_TOKEN = re.compile(r"[1-9]\d*:[A-Za-z0-9_-]{30,}")
_EPHEMERAL = ("ephemeral_message_parameters", "receiver_user_id", "callback_query_id")


@dataclass(frozen=True, slots=True)
class Reply:
    """``fate``: "" sends the body, "drop" closes the connection, "hang" never answers."""

    code: int
    body: Json | bytes
    fate: str = ""


class Api:
    """The methods of the Bot API on a ``State``."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.faults, self.limits = Faults(), Limits(state.clock)
        self.watchers: list[Callable[[], None]] = []
        """Called after each request."""

    async def call(self, token: str, name: str, given: Json) -> Reply:
        """One request."""
        try:
            bot = self._enter(token)
        except Refused as refused:
            return Reply(refused.code, refused.body())
        record = len(self.state.calls)
        method = self._method(name)
        official = method.name if method else name
        self.state.calls.append(Call(record + 1, self.state.clock.now(), bot.id, official, dict(given)))
        reply = await self._through_faults(bot, method, name, given)
        if not reply.fate and isinstance(reply.body, dict):
            self._note(record, reply.code, str(reply.body.get("description", "")))
        elif not reply.fate:
            self._note(record, reply.code, "")
        for look in self.watchers:
            look()
        return reply

    def file(self, token: str, key: str) -> bytes | None:
        """What is in a file, for whoever has the token."""
        self._enter(token)
        return self.state.files.get(key)

    def _method(self, name: str) -> Method | None:
        if "ephemeral" in name.lower() and not ephemeral.known(self.state):
            return None
        return METHODS.get(name.lower())

    def _note(self, record: int, code: int, description: str) -> None:
        self.state.calls[record] = replace(self.state.calls[record], code=code, description=description)

    def _enter(self, token: str) -> Bot:
        if not _TOKEN.fullmatch(token):
            raise Refused(404, "Not Found")
        bot = self.state.by_token(token)
        if bot is None or bot.revoked:
            raise Refused(401, "Unauthorized")
        if bot.logged_out:
            raise Refused(400, "Logged out")
        return bot

    async def _through_faults(self, bot: Bot, method: Method | None, name: str, given: Json) -> Reply:
        fault = self.faults.hit(name.lower())
        if fault is not None and fault.kind == "slow":
            await self.state.clock.sleep(fault.seconds)
        elif fault is not None and fault.kind not in AFTER:
            return _instead(fault)
        reply = await self._answer(bot, method, given)
        return _afterwards(fault, reply) if fault is not None else reply

    async def _answer(self, bot: Bot, method: Method | None, given: Json) -> Reply:
        standing.run_out(self.state)
        try:
            if method is None:
                raise Refused(404, "Not Found: method not found")
            parameters = method.read(self._understood(given))
            if method.writes:
                self.limits.count(bot.id, parameters["chat_id"])
            result: Any = method.deed(self.state, bot, parameters)
            if inspect.isawaitable(result):
                result = await result
        except Refused as refused:
            return Reply(refused.code, refused.body())
        return Reply(200, {"ok": True, "result": result})

    def _understood(self, given: Json) -> Json:
        """An old server passes over what came with later versions, as it does with any name it does not know."""
        if self.state.api_version == "10.3":
            return given
        unknown = _EPHEMERAL[:1] if self.state.api_version == "10.2" else _EPHEMERAL[:2]
        return {name: value for name, value in given.items() if name not in unknown}


def _instead(fault: Fault) -> Reply:
    """The request is not carried out."""
    match fault.kind:
        case "too_many":
            return Reply(429, too_many(int(fault.seconds)).body())
        case "server_error":
            return Reply(500, Refused(500, "Internal Server Error: fake").body())
        case "bad_gateway":
            return Reply(502, b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body></body>\r\n</html>\r\n")
        case "service_unavailable":
            return Reply(503, Refused(503, "Service Unavailable").body())
        case "unauthorized":
            return Reply(401, Refused(401, "Unauthorized").body())
        case _:
            return Reply(0, b"", fault.kind)


def _afterwards(fault: Fault, reply: Reply) -> Reply:
    """It was carried out, and the answer suffers."""
    match fault.kind:
        case "drop_after":
            return Reply(reply.code, b"", "drop")
        case "hang_after":
            return Reply(reply.code, b"", "hang")
        case "malformed_json":
            return Reply(200, b'{"ok":true,"result":[{"update_id":')
        case _:
            return reply
