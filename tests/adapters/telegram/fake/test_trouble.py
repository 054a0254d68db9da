"""What can go wrong: faults, limits, tokens, odd updates, webhooks that fail, and a server in another process."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError, TimedOut

from tests.adapters.telegram.fake.conftest import Cast
from tests.adapters.telegram.fake.driver import FakeTelegram, RemoteTelegram
from tests.adapters.telegram.fake.faults import Fault, Kind
from tests.adapters.telegram.fake.hosting import hosting
from tests.adapters.telegram.fake.refusal import NotPossible

ROOT = Path(__file__).parents[4]
PROMPTLY = 20.0
"""Seconds: a safety net, never a measurement."""


@pytest.mark.parametrize(
    ("kind", "error", "done"),
    [
        ("too_many", RetryAfter, False),
        ("server_error", NetworkError, False),
        ("bad_gateway", NetworkError, False),
        ("service_unavailable", NetworkError, False),
        ("unauthorized", InvalidToken, False),
        ("drop", NetworkError, False),
        ("hang", TimedOut, False),
        ("malformed_json", TelegramError, True),
        ("drop_after", NetworkError, True),
        ("hang_after", TimedOut, True),
    ],
)
async def test_a_fault_is_what_the_library_meets(
    telegram: FakeTelegram, bot: Bot, cast: Cast, kind: Kind, error: type[Exception], done: bool
) -> None:
    telegram.arm([Fault(kind, "sendMessage", seconds=7)])
    with pytest.raises(error):
        await bot.send_message(cast.group, "hello", read_timeout=0.2)
    assert ("hello" in [seen.text for seen in telegram.sees(cast.ben, cast.group)]) == done
    await bot.send_message(cast.group, "again")
    assert [call.code for call in telegram.calls("sendMessage")][-1] == 200


async def test_faults_pick_their_calls(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    telegram.arm([Fault("too_many", "sendMessage", times=2, skip=1, seconds=7)])
    await bot.send_message(cast.group, "goes well")
    for _ in range(2):
        with pytest.raises(RetryAfter) as slow_down:
            await bot.send_message(cast.group, "too many")
        assert slow_down.value.retry_after == timedelta(seconds=7)
    await bot.send_message(cast.group, "goes well")
    telegram.arm([Fault("server_error", times=0)])
    with pytest.raises(NetworkError):
        await bot.get_chat(cast.group)
    telegram.disarm()
    await bot.get_chat(cast.group)


async def test_a_slow_answer_takes_the_servers_time(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    telegram.arm([Fault("slow", "getMe", seconds=3)])
    async with asyncio.timeout(PROMPTLY), asyncio.TaskGroup() as tasks:
        slow = tasks.create_task(bot.get_me())
        await bot.get_chat(cast.group)
        while not slow.done():
            telegram.advance(3)
            await asyncio.sleep(0.01)


async def test_limits_are_enforced_when_turned_on(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    telegram.enforce_limits()
    for _ in range(20):
        await bot.send_message(cast.group, "hello")
        telegram.advance(2)
    with pytest.raises(RetryAfter):
        await bot.send_message(cast.group, "the 21st in a minute")
    telegram.advance(20)
    await bot.send_message(cast.group, "hello")
    telegram.start(cast.anna, cast.card.id)
    for _ in range(3):
        await bot.send_message(cast.anna, "hello")
    with pytest.raises(RetryAfter):
        await bot.send_message(cast.anna, "too fast")
    assert [call.description for call in telegram.calls("sendMessage")][-1] == "Too Many Requests: retry after 3"


async def test_a_dead_token_opens_nothing(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    new = telegram.revoke_token(cast.card.id)
    with pytest.raises(InvalidToken, match=r"^Unauthorized$"):
        await bot.get_me()
    async with Bot(new.token, base_url=f"{telegram.address}/bot") as again:
        assert again.id == cast.card.id
        with pytest.raises(RetryAfter):
            await again.close()
        assert await again.log_out()
        with pytest.raises(BadRequest, match=r"^Logged out$"):
            await again.get_me()
    with pytest.raises(InvalidToken, match=r"was rejected by the server"):
        async with Bot("nonsense", base_url=f"{telegram.address}/bot"):
            raise AssertionError("a token without a number let somebody in")


async def test_each_bot_has_its_own_updates_and_chats(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    card = telegram.add_bot("Second", "second_bot", privacy=False)
    telegram.add_to(cast.group, card.id)
    telegram.start(cast.anna, card.id)
    telegram.post(cast.ben, cast.group, "hello")
    async with Bot(card.token, base_url=f"{telegram.address}/bot") as second:
        texts = [update.message.text for update in await second.get_updates() if update.message]
        assert texts[-2:] == ["/start", "hello"]
        await second.send_message(cast.anna, "hello from the second")
    with pytest.raises(Forbidden):
        await bot.send_message(cast.ben, "not started")
    assert [seen.text for seen in telegram.sees(cast.anna, cast.card.id)] == []


async def test_odd_updates_arrive_as_they_were_put_in(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    first = telegram.push(cast.card.id, {"quantum_poll": {"id": 1}})
    telegram.push(cast.card.id, {"message": {"text": 5}}, number=False)
    telegram.post(cast.anna, cast.group, "hello")
    raw = await _raw_updates(telegram, cast)
    assert raw[0] == {"update_id": first, "quantum_poll": {"id": 1}}
    assert raw[1] == {"message": {"text": 5}}
    assert telegram.repeat(cast.card.id) == 3
    assert len(await _raw_updates(telegram, cast)) == 6
    telegram.reverse_next(cast.card.id)
    assert (await _raw_updates(telegram, cast))[0]["update_id"] == first + 1
    last, after = raw[-1], first + 2
    await _raw_updates(telegram, cast, offset=after)
    telegram.resend(cast.card.id, last)
    assert await _raw_updates(telegram, cast, offset=after) == [last]
    assert await _raw_updates(telegram, cast, offset=after) == []


async def test_all_three_kinds_of_body_are_read(telegram: FakeTelegram, cast: Cast) -> None:
    async with httpx.AsyncClient(base_url=f"{telegram.address}/bot{cast.card.token}/") as client:
        message = {"chat_id": cast.group, "text": "Zoë 🧥"}
        text = {name: str(value) for name, value in message.items()}
        asked = [
            client.post("sendMessage", json=message),
            client.post("SENDMESSAGE", data=text),
            client.post("sendMessage", files={name: (None, value) for name, value in text.items()}),
            client.get("sendMessage", params=text),
        ]
        for each in asked:
            answer = (await each).json()
            assert answer["ok"] is True, answer
            assert answer["result"]["text"] == "Zoë 🧥"
        for broken in (client.post("sendMessage", content=b"{"), client.post("getChat", json=[1])):
            assert (await broken).status_code == 400
        assert (await client.post("makeTea")).json()["description"] == "Not Found: method not found"


async def test_a_webhook_is_tried_until_it_says_yes(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    got: list[tuple[str, dict[str, object]]] = []
    codes = iter([500, 404, 200, 200, 200])
    enough, taken = asyncio.Event(), asyncio.Event()

    async def take(request: Request) -> Response:
        got.append((request.headers.get("x-telegram-bot-api-secret-token", ""), json.loads(await request.body())))
        if len(got) == 4:
            enough.set()
        if len(got) == 5:
            taken.set()
        return Response(status_code=next(codes))

    app = Starlette(routes=[Route("/hook", take, methods=["POST"])])
    async with asyncio.timeout(PROMPTLY), hosting(app) as here:
        address = f"{here}/hook"
        await bot.set_webhook(address, secret_token="s3cret")
        telegram.post(cast.anna, cast.group, "one")
        telegram.post(cast.anna, cast.group, "two")
        await enough.wait()
        telegram.post(cast.anna, cast.group, "three")
        await taken.wait()
    assert {secret for secret, _ in got} == {"s3cret"}
    texts = [update["message"]["text"] for _, update in got]  # type: ignore[index]
    assert texts == ["one", "one", "one", "two", "three"]
    info = await bot.get_webhook_info()
    assert info.url == address
    assert info.pending_update_count <= 1  # the last answer may be on its way
    assert info.last_error_message == "Wrong response from the webhook: 404 Not Found"


@pytest.mark.parametrize(
    ("url", "secret"), [("ftp://127.0.0.1/", ""), ("https://example.org/hook", ""), ("http://127.0.0.1:1/", "not ok!")]
)
async def test_a_webhook_to_anywhere_else_is_refused(bot: Bot, url: str, secret: str) -> None:
    with pytest.raises(BadRequest):
        await bot.set_webhook(url, secret_token=secret)
    assert (await bot.get_webhook_info()).url == ""


async def test_a_server_that_went_down_comes_up_where_it_was(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    await telegram.go_down()
    with pytest.raises(NetworkError):
        await bot.get_me()
    await telegram.come_up()
    assert (await bot.get_me()).id == cast.card.id


async def test_the_same_acts_reach_a_fake_in_another_process() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.adapters.telegram.fake"), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PROMPTLY):
            far = RemoteTelegram((await process.stdout.readline()).decode().strip())
            card = far.add_bot(privacy=False)
            olga = far.add_user("Olga")
            group = far.add_group("Class 3b", olga)
            far.add_to(group, card.id)
            sent = far.post(olga, group, "hello")
            far.arm([Fault("too_many", "getMe")])
            far.disarm()
            async with Bot(card.token, base_url=f"{far.address}/bot") as bot:
                assert [update.message.message_id for update in await bot.get_updates() if update.message][
                    -1
                ] == sent.id
            assert far.sees(olga, group)[-1].text == "hello"
            assert far.ever_shown(group)[-1].shown_until is None
            assert [call.method for call in far.calls()] == ["getMe", "getUpdates"]
            with pytest.raises(NotPossible, match="There is nobody with this id"):
                far.post(1, group, "hello")
            with pytest.raises(NotPossible, match="There is no act called"):
                far._port.ask("eval", {})
            far.close()
    finally:
        process.terminate()
        assert await process.wait() == 0


async def _raw_updates(telegram: FakeTelegram, cast: Cast, offset: int = 0) -> list[dict[str, object]]:
    async with httpx.AsyncClient() as client:
        url = f"{telegram.address}/bot{cast.card.token}/getUpdates"
        result: list[dict[str, object]] = (await client.post(url, json={"offset": offset})).json()["result"]
        return result
