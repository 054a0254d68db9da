"""In encrypted rooms the bot reads and writes like everybody else, with keys that outlive it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orchard_bot.chat.events import AbilitiesChanged, MessageEdited, MessagePosted
from orchard_bot.chat.files import Enclosure
from orchard_bot.chat.refs import ChatRef, PersonRef
from orchard_bot.chat.steps import DeletePosting, EditMessage, SendFile, SendPrivately, SendToGroup
from orchard_bot.errors import ConfigError, Unavailable
from orchard_bot.testing.fake_clock import FakeClock
from orchard_matrix import MatrixPlatform
from orchard_matrix.ids import PLATFORM
from tests.adapters.matrix.connecting import settings_for
from tests.adapters.matrix.listening import heard
from tests.adapters.matrix.nio_person import NioPerson, person
from tests.adapters.matrix.stagehand import Stagehand
from tests.adapters.matrix.synapse import needs_synapse, synapse

pytestmark = needs_synapse


@dataclass
class Scene:
    """An encrypted class group with Priya and the bot in it."""

    priya: NioPerson
    room: str
    platform: MatrixPlatform
    settings: dict[str, object]

    @property
    def chat(self) -> ChatRef:
        """The group."""
        return ChatRef(PLATFORM, "home", self.room)

    def another(self) -> MatrixPlatform:
        """The bot in another life."""
        return MatrixPlatform("home", self.settings, FakeClock())


@asynccontextmanager
async def encrypted_group(folder: Path) -> AsyncIterator[Scene]:
    """The bot has accepted its invitation."""
    server = synapse()
    bot = Stagehand(server).add_bot()
    settings = settings_for(server.url, bot, folder, encrypt_private_chats=True)
    platform = MatrixPlatform("home", settings, FakeClock())
    async with person(server, "priya", folder) as priya:
        await platform.start()
        try:
            room = await priya.make_room(bot, encrypted=True, levels={"users": {bot: 100}})
            await heard(platform, AbilitiesChanged)
            yield Scene(priya, room, platform, settings)
        finally:
            await platform.stop()


async def test_messages_answers_and_edits_are_read(tmp_path: Path) -> None:
    async with encrypted_group(tmp_path) as scene:
        first = await scene.priya.say(scene.room, "Who has the PE kit list?")
        await scene.priya.say(scene.room, "/report", answers=first)
        posted, answer = await heard(scene.platform, MessagePosted, 2)
        assert posted.text == "Who has the PE kit list?"
        assert posted.author == PersonRef(PLATFORM, scene.priya.id)
        assert answer.text == "/report"
        assert answer.reply_to is not None
        assert answer.reply_to.message == posted.message
        assert answer.reply_to.text == "Who has the PE kit list?"
        await scene.priya.say(scene.room, "Who has the swimming list?", changes=first)
        [edited] = await heard(scene.platform, MessageEdited)
        assert (edited.message, edited.text) == (posted.message, "Who has the swimming list?")


async def test_what_the_bot_says_is_encrypted_and_everybody_there_can_read_it(tmp_path: Path) -> None:
    async with encrypted_group(tmp_path) as scene:
        receipt = await scene.platform.perform(SendToGroup(key="1", chat=scene.chat, text="Bring wellies"))
        room, _, words = await scene.priya.until(lambda one: one[2] == "Bring wellies")
        assert (room, words) == (scene.room, "Bring wellies")
        assert receipt.message is not None
        raw = await scene.priya.client.room_get_event(scene.room, receipt.message.id)
        assert raw.event.decrypted
        await scene.platform.perform(EditMessage(key="2", message=receipt.message, text="Bring boots"))
        await scene.priya.until(lambda one: one[2] == "* Bring boots")
        await scene.platform.perform(DeletePosting(key="3", message=receipt.message, author=None))


async def test_private_rooms_that_the_bot_makes_are_encrypted(tmp_path: Path) -> None:
    async with encrypted_group(tmp_path) as scene:
        account, priya = scene.platform.account, PersonRef(PLATFORM, scene.priya.id)
        step = SendPrivately(key="1", account=account, person=priya, text="Only for you")
        receipt = await scene.platform.perform(step)
        again = await scene.platform.perform(SendPrivately(key="2", account=account, person=priya, text="And this"))
        assert receipt.message is not None
        assert again.message is not None
        assert receipt.message.chat == again.message.chat
        room, _, _ = await scene.priya.until(lambda one: one[2] == "Only for you")
        assert room == receipt.message.chat.id
        assert scene.priya.client.rooms[room].encrypted
        assert set(scene.priya.client.rooms[room].users) == {scene.priya.id, scene.settings["user"]}
        await scene.priya.say(room, "2")
        [answer] = await heard(scene.platform, MessagePosted)
        assert (answer.private, answer.text, answer.chat) == (True, "2", receipt.message.chat)


async def test_the_device_and_its_keys_survive_a_restart(tmp_path: Path) -> None:
    async with encrypted_group(tmp_path) as scene:
        first = await scene.priya.say(scene.room, "before")
        assert [one.text for one in await heard(scene.platform, MessagePosted)] == ["before"]
        device = scene.platform.device.login()
        await scene.platform.stop()
        await scene.priya.say(scene.room, "while it was away", answers=first)  # by the same session key
        revived = scene.another()
        await revived.start()
        [missed] = await heard(revived, MessagePosted)
        assert missed.text == "while it was away"
        assert missed.reply_to is not None
        assert missed.reply_to.text == "before"
        assert revived.device.login() == device
        await revived.perform(SendToGroup(key="1", chat=scene.chat, text="here again"))
        await scene.priya.until(lambda one: one[2] == "here again")
        await revived.stop()


async def test_a_message_whose_key_is_late_is_kept_until_it_comes_even_over_a_restart(tmp_path: Path) -> None:
    async with encrypted_group(tmp_path) as scene:
        scene.priya.client.keeps_keys = True
        await scene.priya.say(scene.room, "sealed")
        waiting = scene.platform.device.reading().waiting
        while not waiting:
            async for batch in scene.platform.batches():
                assert not [event for event in batch.events if isinstance(event, MessagePosted)]
                await batch.acknowledge()
                break
            waiting = scene.platform.device.reading().waiting
        await scene.platform.stop()
        revived = scene.another()
        await revived.start()
        await scene.priya.client.let_keys_go()
        [posted] = await heard(revived, MessagePosted)
        assert posted.text == "sealed"
        assert revived.device.reading().waiting == ()
        await revived.stop()


async def test_one_process_has_the_device(tmp_path: Path) -> None:
    async with encrypted_group(tmp_path) as scene:
        second = scene.another()
        with pytest.raises(ConfigError, match="Another process uses the bot's device"):
            await second.start()
        await scene.platform.stop()
        await second.start()
        await second.stop()


async def test_a_device_that_was_signed_out_says_what_to_do(tmp_path: Path) -> None:
    async with encrypted_group(tmp_path) as scene:
        login = scene.platform.device.login()
        assert login is not None
        server = synapse()
        headers = {"Authorization": f"Bearer {login.token}"}
        assert server.http.post("/_matrix/client/v3/logout", json={}, headers=headers).status_code == 200
        with pytest.raises(ConfigError, match="accepts the bot's session no more"):
            await heard(scene.platform, MessagePosted)
        with pytest.raises(ConfigError, match="accepts the bot's session no more"):
            await scene.platform.start()


async def test_a_file_is_encrypted_before_it_leaves_and_sent_once(tmp_path: Path) -> None:
    async with encrypted_group(tmp_path) as scene:
        account, priya = scene.platform.account, PersonRef(PLATFORM, scene.priya.id)
        data = b"BEGIN:VCALENDAR and so on"
        step = SendFile(key="f", account=account, person=priya, file=Enclosure("dates.ics", "text/calendar", data))
        receipt = await scene.platform.perform(step)
        assert await scene.platform.perform(step) == receipt, "the answer may have been lost: the same again is one"
        await scene.priya.until(lambda one: one[2] == "dates.ics")
        [file] = scene.priya.files
        sealed, opened = await scene.priya.opened(file)
        assert opened == data
        assert sealed != data


async def test_a_key_that_was_lost_on_the_way_is_shared_anew_before_anything_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with encrypted_group(tmp_path) as scene:
        nio = scene.platform._connected().client.nio
        honest = nio.send
        lost: list[str] = []

        async def send(method: str, path: str, *more: Any, **named: Any) -> Any:
            if "/sendToDevice/" in path and not lost:
                lost.append(path)
                raise OSError("the line broke")
            return await honest(method, path, *more, **named)

        monkeypatch.setattr(nio, "send", send)
        step = SendToGroup(key="1", chat=scene.chat, text="PE is on Friday")
        with pytest.raises(Unavailable):
            await scene.platform.perform(step)
        await scene.platform.perform(step)
        assert len(lost) == 1
        await scene.priya.until(lambda one: one[2] == "PE is on Friday")
        assert scene.priya.unread == 0
