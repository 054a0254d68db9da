"""The stage of the conformance suite: a class group on a real Synapse, and the adapter connected to it."""

from __future__ import annotations

from collections.abc import Callable

from orchard_bot.chat.refs import ChatRef, MessageRef, PersonRef
from orchard_bot.testing.fake_clock import FakeClock
from orchard_matrix import MatrixPlatform
from orchard_matrix.ids import PLATFORM
from tests.adapters.matrix.eyes import Eyes
from tests.adapters.matrix.stagehand import Stagehand, text


class MatrixStage:
    """A ``Stage``. ``connect`` makes the platform under test, anew after each kill."""

    def __init__(self, stagehand: Stagehand, bot: str, clock: FakeClock, connect: Callable[[], MatrixPlatform]) -> None:
        self.stagehand, self.bot, self._clock, self._connect = stagehand, bot, clock, connect
        self.owner = stagehand.add_person("olga")
        levels = {"users": {bot: 100}}
        self.room = stagehand.make_room(self.owner, invite=[bot], power_level_content_override=levels)
        stagehand.join(bot, self.room)
        self.platform = connect()
        self.group = ChatRef(PLATFORM, self.platform.account.id, self.room)
        self._eyes = {self.owner: Eyes(stagehand, self.owner, self._time)}
        self._private: dict[str, str] = {}

    async def add_person(self, id: str, *, started: bool = True) -> PersonRef:
        """A member of the group."""
        person = self.stagehand.add_person(id)
        self.stagehand.call(self.owner, "POST", f"rooms/{self.room}/invite", {"user_id": person})
        self.stagehand.join(person, self.room)
        self._eyes[person] = Eyes(self.stagehand, person, self._time)
        return PersonRef(PLATFORM, person)

    async def post(self, person: PersonRef, words: str) -> MessageRef:
        """They write in the group."""
        return MessageRef(self.group, self.stagehand.send(person.id, self.room, text(words)))

    async def post_privately(self, person: PersonRef, words: str) -> MessageRef:
        """They write to the bot, in a room that they open for it."""
        if person.id not in self._private:
            room = self.stagehand.make_room(person.id, is_direct=True, invite=[self.bot])
            self.stagehand.join(self.bot, room)
            self._private[person.id] = room
        room = self._private[person.id]
        chat = ChatRef(PLATFORM, self.platform.account.id, room)
        return MessageRef(chat, self.stagehand.send(person.id, room, text(words)))

    async def edit(self, person: PersonRef, message: MessageRef, words: str) -> None:
        """They change their message."""
        relation = {"rel_type": "m.replace", "event_id": message.id}
        new = text(f"* {words}", **{"m.new_content": text(words), "m.relates_to": relation})
        self.stagehand.send(person.id, message.chat.id, new)

    async def delete(self, person: PersonRef, message: MessageRef) -> None:
        """They delete their message."""
        self.stagehand.redact(person.id, message.chat.id, message.id)

    async def group_saw(self) -> list[str]:
        """Every text that the whole group could see."""
        return [words for one in self._eyes[self.owner].look() if one.room == self.room for words in one.texts]

    async def person_sees(self, person: PersonRef) -> list[str]:
        """What this person sees of the bot now."""
        seen = self._eyes[person.id].look()
        return [one.text for one in seen if one.author == self.bot and one.deleted_at is None]

    async def person_has(self, person: PersonRef) -> list[tuple[str, bytes]]:
        """The files that the bot has sent this person."""
        seen = self._eyes[person.id].look()
        theirs = [one for one in seen if one.author == self.bot and one.file]
        return [(one.text, self.stagehand.download(person.id, one.file)) for one in theirs]

    async def pass_time(self, seconds: float) -> None:
        """Let the clock run on, once the adapter waits for it."""
        await self._clock.until_sleeping()
        self._clock.advance(seconds)

    async def restart(self) -> MatrixPlatform:
        """Leave the old platform as a kill does, which frees the lock, and connect another."""
        self.platform.device.unlock()
        self.platform = self._connect()
        return self.platform

    def _time(self) -> float:
        return self._clock.now().timestamp()
