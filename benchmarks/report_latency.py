"""How long a report takes from a parent's client to a moderator's, on a real Matrix server, beside a bare echo bot.

    python benchmarks/report_latency.py [--json] [--reports 200] [--rooms 50] [--chatter 5]

Everything runs on this machine in the same minutes: Synapse (scripts/install-synapse puts it there; SQLite, loopback, no
rate limits), the bot as an operator runs it with the shipped policy and its detectors, and an echo bot that is nothing
but matrix-nio's own loop and one callback. Both bots are in every room; people write ``--chatter`` messages a second there,
in all rooms together. Every reporter has a private room with the bot already. Reports are made one after the other, an echo is asked for between each two.

*echo*: a word in private to the echo bot → the same word on the sender's client. *menu*: ``/report`` as an answer in the
group → the menu on the reporter's client. *alert*: the reporter's last word → the alert on the moderator's client. These
are one exchange each. *whole*: ``/report`` → the alert, with each of the two questions in between answered as soon as
it is shown: three exchanges, so its ratio is to three echoes. Times are wall-clock times of the clients that wait on /sync.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.adapters.matrix.bot_process import BotProcess
from tests.adapters.matrix.connecting import settings_for
from tests.adapters.matrix.stagehand import BOT_PASSWORD, Stagehand, text
from tests.adapters.matrix.synapse import STAGEHAND, Synapse

PATIENCE = 60.0
SMALL_TALK = (
    "Has anybody found a blue water bottle?",
    "Thank you all for the cake sale!",
    "Is swimming on Thursday or on Friday this week?",
    "The bus is late again, they are waiting at the gate.",
)


class Screen:
    """One person's client: long-polls /sync, and notes when it has seen what."""

    def __init__(self, http: httpx.AsyncClient, user: str) -> None:
        self._http, self.user = http, user
        self.seen: list[tuple[float, str, str]] = []
        """When, from whom, which text."""
        self._news = asyncio.Event()

    async def run(self) -> None:
        """For ever."""
        since = ""
        rooms = {"timeline": {"limit": 50}, "state": {"types": ["m.room.member"]}, "ephemeral": {"types": []}}
        asked = {"user_id": self.user, "filter": json.dumps({"room": rooms})}
        while True:
            more = {"since": since, "timeout": "20000"} if since else {"timeout": "0"}
            answer = (await self._http.get("/_matrix/client/v3/sync", params=asked | more)).json()
            now, since = time.perf_counter(), answer["next_batch"]
            for room in answer.get("rooms", {}).get("invite", {}):
                await self.post(f"rooms/{quote(room)}/join", {})
            for part in answer.get("rooms", {}).get("join", {}).values():
                for event in part["timeline"]["events"]:
                    self.seen.append((now, event["sender"], str(event["content"].get("body", ""))))
            self._news.set()

    async def post(self, path: str, body: Any, method: str = "POST") -> Any:
        """Act."""
        where, query = f"/_matrix/client/v3/{path}", {"user_id": self.user}
        answer = await self._http.request(method, where, json=body, params=query)
        answer.raise_for_status()
        return answer.json()

    async def say(self, room: str, key: str, words: str, **more: Any) -> str:
        """Write."""
        sent = await self.post(f"rooms/{quote(room)}/send/m.room.message/{key}", text(words, **more), "PUT")
        return str(sent["event_id"])

    async def shows(self, words: str, since: float, *, by: str) -> tuple[float, str]:
        """When it showed the first text of ``by`` with these words after ``since``, and the text."""
        async with asyncio.timeout(PATIENCE):
            while True:
                self._news.clear()
                for at, sender, body in self.seen:
                    if at >= since and sender == by and words in body:
                        return at, body
                await self._news.wait()


async def echo(url: str, user: str, ready: asyncio.Event) -> None:
    """The bare echo bot: the library's own loop and one callback."""
    from nio import AsyncClient, InviteMemberEvent, RoomMessageText

    client = AsyncClient(url, user)

    async def answer(room: Any, event: Any) -> None:
        if event.sender != user and len(room.users) == 2:
            await client.room_send(room.room_id, "m.room.message", text(event.body))

    async def come(room: Any, event: Any) -> None:
        if event.state_key == user:
            await client.join(room.room_id)

    try:
        await client.login(BOT_PASSWORD)
        await client.sync(timeout=0)
        client.add_event_callback(answer, RoomMessageText)
        client.add_event_callback(come, InviteMemberEvent)
        ready.set()
        await client.sync_forever(timeout=30_000)
    finally:
        await client.close()


class Scene:
    """Rooms, people and both bots on a fresh server."""

    def __init__(self, server: Synapse, folder: Path, rooms: int) -> None:
        self.hands = hands = Stagehand(server)
        self.bot, self.echo_bot = hands.add_bot(), hands.add_bot()
        self.moderators = {hands.add_person(name): name.title() for name in ("amira", "joe")}
        self.poster = hands.add_person("tomasz")
        self.reporters = [hands.add_person(f"priya{number}") for number in range(rooms)]
        levels = {"users": {self.bot: 100}}
        self.rooms = []
        for reporter in self.reporters:
            room = hands.make_room(reporter, preset="public_chat", power_level_content_override=levels)
            for one in (self.bot, self.echo_bot, self.poster, *self.moderators):
                hands.join(one, room)
            self.rooms.append(room)
        settings = settings_for(server.url, self.bot, folder)
        self.process = BotProcess(folder, settings, self.rooms, self.moderators, watch="live")


async def measure(reports: int, rooms: int, chatter: float) -> dict[str, Any]:
    """The rows."""
    with tempfile.TemporaryDirectory() as folder:
        server = Synapse()
        server.start()
        try:
            scene = Scene(server, Path(folder), rooms)
            scene.process.start()
            async with running(server, scene, chatter) as (screens, echo_screen):
                return summed_up(await _told(scene, screens, echo_screen, reports), rooms, chatter)
        finally:
            scene.process.kill()
            server.close()


@contextlib.asynccontextmanager
async def running(
    server: Synapse, scene: Scene, chatter: float
) -> AsyncIterator[tuple[dict[str, Screen], tuple[Screen, str]]]:
    """Clients, the echo bot and the chatter, for as long as the block runs."""
    headers = {"Authorization": f"Bearer {STAGEHAND}"}
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(
        base_url=server.url, headers=headers, timeout=90, limits=limits, trust_env=False
    ) as http:
        watched = [*scene.reporters, next(iter(scene.moderators)), scene.poster]
        screens = {user: Screen(http, user) for user in watched}
        ready = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            held = [tasks.create_task(screen.run()) for screen in screens.values()]
            held.append(tasks.create_task(echo(server.url, scene.echo_bot, ready)))
            await ready.wait()
            poster = screens[scene.poster]
            room = scene.hands.make_room(poster.user, is_direct=True, invite=[scene.echo_bot])
            moderator = screens[next(iter(scene.moderators))]
            await moderator.shows("You are down as a moderator", 0, by=scene.bot)
            held.append(tasks.create_task(_chat(poster, scene.rooms, chatter)))
            yield screens, (poster, room)
            for task in held:
                task.cancel()


async def _chat(poster: Screen, rooms: list[str], per_second: float) -> None:
    random, number = Random(7), 0  # noqa: S311 - the same talk each time
    while per_second:
        await asyncio.sleep(random.expovariate(per_second))
        number += 1
        await poster.say(random.choice(rooms), f"talk{number}", random.choice(SMALL_TALK))


async def _told(
    scene: Scene, screens: dict[str, Screen], echo_screen: tuple[Screen, str], reports: int
) -> dict[str, list[float]]:
    took: dict[str, list[float]] = {"echo": [], "menu": [], "alert": [], "whole": []}
    poster, echo_room = echo_screen
    await _one_echo(scene, poster, echo_room, "warm-up")
    for reporter in scene.reporters:
        private = scene.hands.make_room(reporter, is_direct=True, invite=[scene.bot])
        began = time.perf_counter()
        await screens[reporter].say(private, "hello", "/help")
        await screens[reporter].shows("What you can do here", began, by=scene.bot)
    for number in range(reports):
        took["echo"].append(await _one_echo(scene, poster, echo_room, f"echo {number}"))
        place = number % len(scene.rooms)
        reporter, room = screens[scene.reporters[place]], scene.rooms[place]
        for name, seconds in (await _one_report(scene, screens, reporter, room, number)).items():
            took[name].append(seconds)
    return took


async def _one_echo(scene: Scene, screen: Screen, room: str, words: str) -> float:
    began = time.perf_counter()
    await screen.say(room, words.replace(" ", "-"), words)
    at, _ = await screen.shows(words, began, by=scene.echo_bot)
    return at - began


async def _one_report(
    scene: Scene, screens: dict[str, Screen], reporter: Screen, room: str, number: int
) -> dict[str, float]:
    poster, moderator = screens[scene.poster], screens[next(iter(scene.moderators))]
    words = f"I cannot stand what number {number} did at the gate"
    event = await poster.say(room, f"matter{number}", words)
    began = time.perf_counter()
    answers = {"m.relates_to": {"m.in_reply_to": {"event_id": event}}}
    await reporter.say(room, f"report{number}", "/report", **answers)
    menu_at, menu = await reporter.shows("Tell the moderators", began, by=scene.bot)
    private = await _private_room(reporter, scene.bot)
    asked = time.perf_counter()
    await reporter.say(private, f"first{number}", _number(menu, "Tell the moderators"))
    _, question = await reporter.shows("Not sure", asked, by=scene.bot)
    said = time.perf_counter()
    await reporter.say(private, f"second{number}", _number(question, "Not sure"))
    alert_at, _ = await moderator.shows(words, said, by=scene.bot)
    await reporter.shows("has reached the moderators", said, by=scene.bot)
    return {"menu": menu_at - began, "alert": alert_at - said, "whole": alert_at - began}


async def _private_room(screen: Screen, bot: str) -> str:
    """The room in which the bot talks to this person alone."""
    joined = await screen.post("joined_rooms", None, "GET")
    for room in reversed(joined["joined_rooms"]):
        members = await screen.post(f"rooms/{quote(room)}/joined_members", None, "GET")
        if set(members["joined"]) == {screen.user, bot}:
            return str(room)
    raise LookupError("There is no private room.")


def _number(menu: str, label: str) -> str:
    lines = [line.partition("  ") for line in menu.splitlines()]
    return next(number for number, _, rest in lines if number.isdigit() and label in rest)


def summed_up(took: dict[str, list[float]], rooms: int, chatter: float) -> dict[str, Any]:
    """Milliseconds at the middle and at the 95th of a hundred, and the ratio of the latter to the echo's."""
    echo95 = _percentile(took["echo"], 95)
    rows = [
        {
            "what": name,
            "count": len(times),
            "p50_ms": round(1000 * statistics.median(times)),
            "p95_ms": round(1000 * _percentile(times, 95)),
            "ratio": round(_percentile(times, 95) / (echo95 * (3 if name == "whole" else 1)), 2),
        }
        for name, times in took.items()
    ]
    return {"rooms": rooms, "chatter_per_second": chatter, "rows": rows}


def _percentile(times: list[float], percent: int) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def table(result: dict[str, Any]) -> str:
    """The rows for reading."""
    lines = [f"{result['rooms']} rooms, {result['chatter_per_second']:g} messages a second in all of them together"]
    lines.append(f"{'what':8}{'count':>7}{'p50 ms':>9}{'p95 ms':>9}{'p95 : echo':>12}")
    for row in result["rows"]:
        figures = f"{row['count']:7}{row['p50_ms']:9}{row['p95_ms']:9}{row['ratio']:12.2f}"
        lines.append(f"{row['what']:8}{figures}")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")
    parser.add_argument("--reports", type=int, default=200)
    parser.add_argument("--rooms", type=int, default=50)
    parser.add_argument("--chatter", type=float, default=5.0, help="messages a second in all rooms together")
    given = parser.parse_args()
    result = asyncio.run(measure(given.reports, given.rooms, given.chatter))
    print(json.dumps(result, indent=2) if given.json else table(result))


if __name__ == "__main__":
    main()
