"""A strict signal-cli-rest-api in json-rpc mode. Bodies are held to the schema that ships in the signalbot wheel."""

from __future__ import annotations

import asyncio
import base64
import json
from importlib.resources import files
from typing import Any

from aiohttp import WSMsgType, web

from tests.adapters.signal.fake.rpc import _admit, _open, _put_out
from tests.adapters.signal.fake.state import BOT_NUMBER, FakeSignal, Human, Refused

SCHEMA: dict[str, Any] = json.loads(
    files("signalbot").joinpath("_generated/json_schema/signal-cli-rest-api.json").read_text()
)
_TYPES: dict[str, type | tuple[type, ...]] = {"string": str, "integer": int, "boolean": bool, "array": list}


def held_to(name: str, body: Any) -> Any:
    """``body``, if it is what the definition ``name`` of the schema says; otherwise the fake falls over."""
    definition = SCHEMA["definitions"][name]
    assert isinstance(body, dict), f"{name} is an object"
    unknown = body.keys() - definition["properties"].keys()
    assert not unknown, f"{name} has no {sorted(unknown)}"
    assert not set(definition.get("required", ())) - body.keys(), f"{name} lacks something required"
    for field, value in body.items():
        wanted = definition["properties"][field].get("type")
        assert wanted not in _TYPES or isinstance(value, _TYPES[wanted]), f"{name}.{field} is no {wanted}"
    return body


class RestApi:
    """Serves a ``FakeSignal``."""

    def __init__(self, signal: FakeSignal, version: str = "0.101", mode: str = "json-rpc") -> None:
        self.signal, self.version, self.mode = signal, version, mode

    def app(self) -> web.Application:
        """The HTTP server."""
        app = web.Application()
        groups = f"/v1/groups/{BOT_NUMBER}"
        app.router.add_get("/v1/about", self._about)
        app.router.add_get(f"/v1/contacts/{BOT_NUMBER}", self._contacts)
        app.router.add_get(groups, self._groups)
        app.router.add_get("/v1/attachments/{id}", self._attachment)
        app.router.add_post("/v2/send", self._send)
        app.router.add_delete(f"/v1/remote-delete/{BOT_NUMBER}", self._withdraw)
        app.router.add_post(groups + "/{group}/members", self._add)
        app.router.add_delete(groups + "/{group}/members", self._remove)
        app.router.add_post(groups + "/{group}/pin-message", self._pin)
        app.router.add_post(groups + "/{group}/join", self._join)
        app.router.add_get(f"/v1/identities/{BOT_NUMBER}", self._identities)
        app.router.add_get(f"/v1/receive/{BOT_NUMBER}", self._receive)
        return app

    async def _about(self, _: web.Request) -> web.Response:
        return web.json_response(
            held_to(
                "client.About",
                {"version": self.version, "mode": self.mode, "build": 2, "versions": ["v1", "v2"], "capabilities": {}},
            )
        )

    async def _contacts(self, request: web.Request) -> web.Response:
        assert request.query.get("all_recipients") == "true"
        return web.json_response([_contact(one) for one in self.signal.people.values()])

    async def _groups(self, request: web.Request) -> web.Response:
        assert request.query.get("expand") == "true"
        return web.json_response([self._group(id) for id in self.signal.groups])

    async def _attachment(self, request: web.Request) -> web.Response:
        if self.signal.unwell:
            return web.json_response(held_to("api.Error", {"error": "unwell"}), status=500)
        if self.signal.cut_files and request.transport is not None:
            request.transport.close()
        data = self.signal.files.get(request.match_info["id"])
        if data is None:
            return web.json_response(held_to("api.Error", {"error": "no such attachment"}), status=404)
        return web.Response(body=data, content_type="application/octet-stream")

    def _group(self, id: str) -> dict[str, Any]:
        there = self.signal.groups[id]

        def people(acis: list[str]) -> list[dict[str, str]]:
            return [{"uuid": one, "number": ""} for one in acis]

        whole = {
            "id": "group." + base64.b64encode(id.encode()).decode(),
            "internal_id": id,
            "name": there.title,
            "description": "",
            "blocked": False,
            "member": self.signal.bot.aci in there.members,
            "invite_link": "",
            "members": people(there.members),
            "admins": people(there.admins),
            "pending_invites": people(there.invited),
            "pending_requests": people(there.requesting),
            "permissions": {
                "add_members": "only-admins",
                "edit_group": "only-admins",
                "send_messages": "every-member",
            },
        }
        return dict(held_to("client.GroupEntry", whole))

    async def _send(self, request: web.Request) -> web.Response:
        body = held_to("api.SendMessageV2", json.loads(await request.read()))
        assert body["number"] == BOT_NUMBER
        (to,) = body["recipients"]
        try:
            sent = self.signal.bot_sends(
                _place(to), body["message"], body.get("edit_timestamp"), body.get("base64_attachments", [])
            )
        except Refused as refused:
            return _refusal(refused)
        if self.signal.drop_answers:
            self.signal.drop_answers -= 1
            assert request.transport is not None
            request.transport.close()
        return web.json_response([held_to("data.SendMessageResponse", {"timestamp": str(sent)})], status=201)

    async def _withdraw(self, request: web.Request) -> web.Response:
        body = held_to("api.RemoteDeleteRequest", json.loads(await request.read()))
        try:
            sent = self.signal.bot_withdraws(_place(body["recipient"]), body["timestamp"])
        except Refused as refused:
            return _refusal(refused)
        return web.json_response(held_to("api.RemoteDeleteResponse", {"timestamp": str(sent)}), status=201)

    async def _add(self, request: web.Request) -> web.Response:
        return await self._members(request, _admit)

    async def _remove(self, request: web.Request) -> web.Response:
        return await self._members(request, _put_out)

    async def _members(self, request: web.Request, act: Any) -> web.Response:
        body = held_to("api.ChangeGroupMembersRequest", json.loads(await request.read()))
        try:
            for person in body["members"]:
                self.signal.bot_changes(_place(request.match_info["group"]), lambda there, who=person: act(there, who))  # type: ignore[misc]
        except Refused as refused:
            return _refusal(refused)
        return web.Response(status=204)

    async def _pin(self, request: web.Request) -> web.Response:
        body = held_to("api.PinMessageInGroupRequest", json.loads(await request.read()))
        try:
            self.signal.bot_pins(_place(request.match_info["group"]), body["target_author"], body["timestamp"])
        except Refused as refused:
            return _refusal(refused)
        return web.Response(status=204)

    async def _join(self, request: web.Request) -> web.Response:
        assert not await request.read()
        try:
            self.signal.bot_accepts(_place(request.match_info["group"]))
        except Refused as refused:
            return _refusal(refused)
        return web.Response(status=204)

    async def _identities(self, _: web.Request) -> web.Response:
        return web.json_response([_identity(one) for one in self.signal.people.values()])

    async def _receive(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        queue = self.signal.listen(lambda: _open(request))
        try:
            await self._pump(socket, queue)
        finally:
            if queue in self.signal.listeners:
                self.signal.listeners.remove(queue)
        return socket

    async def _pump(self, socket: web.WebSocketResponse, queue: Any) -> None:
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(_send_on(socket, queue))
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
            sending.cancel()


async def _send_on(socket: web.WebSocketResponse, queue: Any) -> None:
    while (line := await queue.get()) is not None:
        await socket.send_str(line.decode())
    await socket.close()


def _contact(one: Human) -> Any:
    names = ("color", "given_name", "message_expiration", "name", "note", "profile_name", "username")
    whole: dict[str, Any] = dict.fromkeys(names, "")
    whole |= {
        "number": one.number,
        "uuid": one.aci,
        "profile_name": one.name,
        "blocked": False,
        "nickname": {},
        "profile": {},
    }
    return held_to("client.ListContactsResponse", whole)


def _identity(one: Human) -> Any:
    status = "UNTRUSTED" if one.new_key else "TRUSTED_UNVERIFIED"
    known = {"number": one.number, "uuid": one.aci, "status": status, "added": "1", "fingerprint": "05"}
    return held_to("client.IdentityEntry", {**known, "safety_number": "1" * 60})


def _place(to: str) -> str:
    return base64.b64decode(to.removeprefix("group.")).decode() if to.startswith("group.") else to


def _refusal(refused: Refused) -> web.Response:
    if refused.kind == "RATE_LIMIT_FAILURE":
        error = {"error": refused.words, "challenge_tokens": [refused.token], "account": BOT_NUMBER}
        return web.json_response(held_to("api.SendMessageError", error), status=429)
    if refused.kind == "IDENTITY_FAILURE":
        words = "Unable to complete request due to untrusted recipient keys"
        return web.json_response(held_to("api.Error", {"error": words}), status=400)
    return web.json_response(held_to("api.Error", {"error": refused.words}), status=400)
