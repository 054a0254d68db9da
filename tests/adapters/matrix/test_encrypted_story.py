"""A report in an encrypted room, from the parent's own client to the moderator's, and the server reads not a word of it."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from tests.adapters.matrix.bot_process import BotProcess
from tests.adapters.matrix.connecting import settings_for
from tests.adapters.matrix.nio_person import PATIENCE, NioPerson, person
from tests.adapters.matrix.stagehand import Stagehand
from tests.adapters.matrix.synapse import Synapse, needs_synapse, synapse

pytestmark = needs_synapse
UNKIND = "Quillfeather should never have been let near a classroom"


async def test_a_report_is_made_decided_and_carried_out_in_encrypted_rooms(tmp_path: Path) -> None:
    server = synapse()
    bot = Stagehand(server).add_bot()
    async with (
        person(server, "tomasz", tmp_path) as tomasz,
        person(server, "priya", tmp_path) as priya,
        person(server, "amira", tmp_path) as amira,
    ):
        levels = {"users": {bot: 100}}
        room = await tomasz.make_room(bot, priya.id, amira.id, encrypted=True, levels=levels)
        Stagehand(server).join(bot, room)
        for one in (priya, amira):
            await one.look()
        settings = settings_for(server.url, bot, tmp_path, encrypt_private_chats=True)
        process = BotProcess(tmp_path, settings, [room], {amira.id: "Amira"})
        process.start()
        try:
            await amira.until(lambda one: one[1] == bot and "moderator of Class 1" in one[2])
            said = await tomasz.say(room, UNKIND)
            await priya.until(lambda one: one[2] == UNKIND)
            await priya.say(room, "/report", answers=said)
            await chooses(priya, bot, "Tell the moderators")
            await chooses(priya, bot, "Not sure")
            await chooses(priya, bot, "Send it all the same")  # so few are in the group that one might guess
            await amira.until(lambda one: one[1] == bot and UNKIND in one[2])
            await priya.until(lambda one: "has reached the moderators" in one[2])
            await chooses(amira, bot, "Delete")
            await priya.until(lambda one: "has been looked at" in one[2])
            assert await taken_away(server, tomasz, room, said) == bot
        finally:
            process.kill()
        assert written(server, bot, "m.room.encrypted") >= 5
        assert written(server, bot, "m.room.message") == 0
        for words in ("Quillfeather", "Tell the moderators", "has reached the moderators"):
            assert words not in everything(server, bot, tomasz.id, priya.id, amira.id)
        assert [words for where, who, words in priya.read if where == room and who == bot] == []


async def chooses(who: NioPerson, bot: str, label: str) -> None:
    """Type the number of this choice, once the bot has offered it."""

    def number(words: str) -> str:
        lines = [line.partition("  ") for line in words.splitlines()]
        return next((first for first, _, rest in lines if first.isdigit() and label in rest), "")

    room, _, words = await who.until(lambda one: one[1] == bot and bool(number(one[2])))
    await who.say(room, number(words))


async def taken_away(server: Synapse, who: NioPerson, room: str, event: str) -> str:
    """Who has deleted this message, as soon as it is."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = Stagehand(server).call(who.id, "GET", f"rooms/{room}/event/{event}")
            if "redacted_because" in found["unsigned"]:
                return str(found["unsigned"]["redacted_because"]["sender"])
            await who.look(100)


def everything(server: Synapse, *senders: str) -> str:
    """All that the server has written down of these people's events: other tests share it."""
    with sqlite3.connect(server.folder / "homeserver.db") as database:
        rows = database.execute("SELECT events.sender, event_json.json FROM events JOIN event_json USING (event_id)")
        return "\n".join(json for sender, json in rows if sender in senders)


def written(server: Synapse, sender: str, type: str) -> int:
    """How many events of this type somebody has sent."""
    with sqlite3.connect(server.folder / "homeserver.db") as database:
        rows = database.execute("SELECT count(*) FROM events WHERE sender = ? AND type = ?", (sender, type))
        count: int = rows.fetchone()[0]
        return count
