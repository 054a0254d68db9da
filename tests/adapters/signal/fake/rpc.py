"""A strict ``signal-cli daemon --http``: JSON-RPC requests, and received envelopes as server-sent events."""

from __future__ import annotations

import base64
import json
from typing import Any

from aiohttp import web

from tests.adapters.signal.fake.state import BOT_NUMBER, FakeSignal, Human, Refused

_PARAMS: dict[str, tuple[set[str], set[str]]] = {
    "version": (set(), set()),
    "getAttachment": ({"id"}, set()),
    "getUserStatus": ({"recipient"}, set()),
    "listGroups": (set(), set()),
    "listIdentities": (set(), {"number"}),
    "listContacts": (set(), {"recipient", "allRecipients"}),
    "send": ({"message"}, {"recipient", "groupId", "editTimestamp", "attachments"}),
    "remoteDelete": ({"targetTimestamp"}, {"recipient", "groupId"}),
    "sendAdminDelete": ({"groupId", "targetAuthor", "targetTimestamp"}, set()),
    "sendPinMessage": ({"groupId", "targetAuthor", "targetTimestamp"}, set()),
    "updateGroup": ({"groupId"}, {"member", "removeMember"}),
}
"""What each method must have, and may have."""
_CODES = {"USER": -1, "IO": -3, "IDENTITY_FAILURE": -4, "RATE_LIMIT_FAILURE": -5}
_NEW = {"sendAdminDelete", "sendPinMessage"}


class RpcDaemon:
    """Serves a ``FakeSignal``. ``version`` before 0.14 knows fewer methods."""

    def __init__(self, signal: FakeSignal, version: str = "0.14.1") -> None:
        self.signal, self.version = signal, version
        self.called: list[str] = []

    def app(self) -> web.Application:
        """The HTTP server."""
        app = web.Application()
        app.router.add_post("/api/v1/rpc", self._rpc)
        app.router.add_get("/api/v1/events", self._events)
        app.router.add_get("/api/v1/check", self._check)
        return app

    async def _check(self, request: web.Request) -> web.Response:
        return web.Response()

    async def _rpc(self, request: web.Request) -> web.Response:
        """The framing, as test_real_signal_cli.py holds it against the real one."""
        try:
            asked = json.loads(await request.read())
        except ValueError:
            return web.json_response(_refused(-32700, "Unexpected character", None))
        if isinstance(asked, list) and asked:
            answers = [await self._answered(request, one) for one in asked]
            return web.json_response([one for one in answers if one is not None])
        answer = await self._answered(request, asked)
        return web.Response(status=201) if answer is None else web.json_response(answer)

    async def _answered(self, request: web.Request, asked: Any) -> dict[str, Any] | None:
        if not isinstance(asked, dict):
            return _refused(-32600, "invalid request", None)
        id = asked.get("id")
        if asked.get("jsonrpc") != "2.0":
            return _refused(-32600, "only jsonrpc version 2.0 is supported", id)
        if "id" not in asked:
            return None
        params = dict(asked.get("params") or {})
        method, account = asked["method"], params.pop("account", None)
        if method not in _PARAMS:
            return _refused(-32601, "Method not implemented", id)
        if account not in (None, BOT_NUMBER):
            return _refused(-32602, "Specified account does not exist", id)
        self.called.append(method)
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": id}
        try:
            answer["result"] = self._do(method, params)
        except Refused as refused:
            answer["error"] = _error(refused)
        except LookupError:
            return _refused(-32601, "Method not implemented", id)
        if method == "send" and self.signal.drop_answers:
            self.signal.drop_answers -= 1
            assert request.transport is not None
            request.transport.close()
        return answer

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("account") != BOT_NUMBER:
            return web.Response(status=400)
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        await answer.write(b":\n")
        queue = self.signal.listen(lambda: _open(request))
        try:
            while (line := await queue.get()) is not None:
                await answer.write(b"event:receive\ndata:" + line + b"\n\n")
        finally:
            if queue in self.signal.listeners:
                self.signal.listeners.remove(queue)
        return answer

    def _do(self, method: str, params: dict[str, Any]) -> Any:
        if method not in _PARAMS or (method in _NEW and self.version < "0.14"):
            raise LookupError(method)
        must, may = _PARAMS[method]
        assert must <= params.keys() <= must | may, f"{method} has no such parameters: {sorted(params)}"
        signal = self.signal
        match method:
            case "version":
                if self.signal.refuse_starts:
                    self.signal.refuse_starts -= 1
                    raise Refused("IO", "not yet")
                return {"version": self.version}
            case "getAttachment":
                return self._attachment(params["id"])
            case "getUserStatus":
                return [self._status(number) for number in params["recipient"]]
            case "listContacts" | "listGroups" | "listIdentities":
                return self._listed(method)
            case "send":
                place = _place(params)
                sent = signal.bot_sends(
                    place, params["message"], params.get("editTimestamp"), params.get("attachments", [])
                )
                return self._sent(place, sent)
            case "remoteDelete":
                place = _place(params)
                return self._sent(place, signal.bot_withdraws(place, params["targetTimestamp"]))
            case _:
                return self._as_admin(method, params)

    def _attachment(self, id: str) -> dict[str, Any]:
        if self.signal.unwell or self.signal.cut_files:
            return {"data": "no base64"} if self.signal.unwell else {}
        if id not in self.signal.files:
            raise Refused("UNEXPECTED", f"An error occurred reading attachment: {id}")
        return {"data": base64.b64encode(self.signal.files[id]).decode()}

    def _listed(self, method: str) -> list[dict[str, Any]]:
        if method == "listContacts":
            return [_contact(one) for one in self.signal.people.values()]
        if method == "listIdentities":
            return [_identity(one) for one in self.signal.people.values()]
        return [self._group(id) for id in self.signal.groups]

    def _as_admin(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        if method == "updateGroup":
            return self._update(params)
        act = self.signal.bot_deletes if method == "sendAdminDelete" else self.signal.bot_pins
        act(params["groupId"], params["targetAuthor"], params["targetTimestamp"])
        return {"timestamp": self.signal.stamp(), "results": []}

    def _update(self, params: dict[str, Any]) -> dict[str, Any]:
        if params.keys() == {"groupId"}:
            self.signal.bot_accepts(params["groupId"])
        for person in params.get("member", []):
            self.signal.bot_changes(params["groupId"], lambda there, who=person: _admit(there, who))  # type: ignore[misc]
        for person in params.get("removeMember", []):
            self.signal.bot_changes(params["groupId"], lambda there, who=person: _put_out(there, who))  # type: ignore[misc]
        return {"timestamp": self.signal.stamp(), "results": []}

    def _sent(self, place: str, timestamp: int) -> dict[str, Any]:
        result = {"recipientAddress": {"uuid": place, "number": None}, "type": "SUCCESS"}
        return {"timestamp": timestamp, "results": [result]}

    def _status(self, number: str) -> dict[str, Any]:
        found = [one for one in self.signal.people.values() if one.number == number and one.registered]
        uuid = found[0].aci if found else None
        return {"recipient": number, "number": number, "uuid": uuid, "isRegistered": bool(found)}

    def _group(self, id: str) -> dict[str, Any]:
        there = self.signal.groups[id]
        inside = self.signal.bot.aci in there.members
        return {
            "id": id,
            "name": there.title,
            "isMember": inside,
            "isBlocked": False,
            "messageExpirationTime": there.expires_after,
            "members": [{"number": None, "uuid": one} for one in there.members],
            "pendingMembers": [{"number": None, "uuid": one} for one in there.invited],
            "requestingMembers": [{"number": None, "uuid": one} for one in there.requesting],
            "admins": [{"number": None, "uuid": one} for one in there.admins],
            "banned": [],
            "permissionSendMessage": "EVERY_MEMBER",
        }


def _open(request: web.Request) -> bool:
    return request.transport is not None and not request.transport.is_closing()


def _contact(one: Human) -> dict[str, Any]:
    profile = {"givenName": one.name, "familyName": None, "about": None}
    known = {"number": None, "uuid": one.aci, "name": "", "isBlocked": False, "profile": profile}
    return {**known, "unregistered": not one.registered}


def _identity(one: Human) -> dict[str, Any]:
    """As ListIdentitiesCommand writes it."""
    trust = "UNTRUSTED" if one.new_key else "TRUSTED_UNVERIFIED"
    keys = {"fingerprint": "05", "safetyNumber": "1" * 60, "scannableSafetyNumber": "", "addedTimestamp": 1}
    return {"number": None, "uuid": one.aci, "trustLevel": trust, **keys}


def _admit(there: Any, who: str) -> None:
    there.members.append(who)
    if who in there.requesting:
        there.requesting.remove(who)


def _put_out(there: Any, who: str) -> None:
    for listed in (there.members, there.admins, there.requesting):
        if who in listed:
            listed.remove(who)


def _place(params: dict[str, Any]) -> str:
    assert ("recipient" in params) != ("groupId" in params)
    if "groupId" in params:
        return str(params["groupId"])
    (one,) = params["recipient"]
    return str(one)


def _refused(code: int, message: str, id: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "error": {"code": code, "message": message, "data": None}, "id": id}


def _error(refused: Refused) -> dict[str, Any]:
    data = None
    if refused.kind.endswith("_FAILURE"):
        result: dict[str, Any] = {"recipientAddress": {"uuid": None, "number": None}, "type": refused.kind}
        if refused.seconds:
            result["retryAfterSeconds"] = refused.seconds
        if refused.token:
            result["token"] = refused.token
        data = {"response": {"timestamp": 1, "results": [result]}}
    return {"code": _CODES.get(refused.kind, -1), "message": refused.words, "data": data}
