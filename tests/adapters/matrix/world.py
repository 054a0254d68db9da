"""A real Synapse in the words of the World, so that the same stories can be told on both."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import quote

from msgspec import Struct

from orchard_bot.chat.platform import Batch
from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.chat.steps import Receipt, RemoveMember, RestrictMember, Step
from orchard_bot.testing.fake_clock import FakeClock
from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.sim_message import NotPossible, Shown, SimMessage
from orchard_matrix import MatrixPlatform
from orchard_matrix.ids import PLATFORM
from tests.adapters.matrix.eyes import Eyes, Seen
from tests.adapters.matrix.line import Line
from tests.adapters.matrix.stagehand import Stagehand, text

Who: TypeAlias = PersonRef | str
Where: TypeAlias = ChatRef | str
_OUT_OF_REACH = 101
_LEVELS = "m.room.power_levels"
RIGHTS = {"delete_others": "redact", "hide_commands": "redact", "remove": "kick", "answer_joins": "invite"}
"""Our ability, and the level that Matrix asks for it."""


class Person(Struct):
    """Somebody with a client."""

    ref: PersonRef
    name: str
    started: bool
    blocking: bool = False


class Group(Struct, frozen=True):
    """A room with the bot in it."""

    ref: ChatRef
    title: str


class MatrixWorld:
    """People by the names that stories call them."""

    def __init__(self, stagehand: Stagehand, line: Line, clock: FakeClock, profile: Profile) -> None:
        self.stagehand, self.faults, self.profile = stagehand, line, profile
        self.account = AccountRef(PLATFORM, "main")
        self.bot_user = stagehand.add_bot()
        self._clock = clock
        self._connected: _Watched | None = None
        self._owner = stagehand.add_person("olga")
        self._people: dict[str, Person] = {}
        self._groups: dict[str, Group] = {}
        self._eyes = {self._owner: Eyes(stagehand, self._owner, self._now)}
        self._expected: set[str] = set()
        self._taken: set[str] = set()
        self._opened: list[tuple[str, str]] = []
        self._asking: list[tuple[str, str]] = []

    @property
    def bot(self) -> PersonRef:
        """The bot as a person."""
        return PersonRef(PLATFORM, self.bot_user)

    def add_person(self, id: str, name: str, *, started: bool = False) -> PersonRef:
        """Somebody; their private room is made when somebody first writes there."""
        user = self.stagehand.add_person(id, name)
        self._people[id] = Person(PersonRef(PLATFORM, user), name, started)
        self._eyes[user] = Eyes(self.stagehand, user, self._now)
        return self._people[id].ref

    def add_group(self, id: str, title: str, members: Iterable[str] = (), admins: Iterable[str] = ()) -> ChatRef:
        """A room with the bot in it, who has every right and is told nothing of how it came about."""
        levels = {"users": {self.bot_user: 100, **{self._user(who): 50 for who in admins}}}
        room = self.stagehand.make_room(
            self._owner, preset="public_chat", name=title, power_level_content_override=levels
        )
        for user in [self.bot_user, *(self._user(who) for who in dict.fromkeys([*members, *admins]))]:
            self.stagehand.join(user, room, self._now())
        self._groups[id] = Group(self._chat(room), title)
        return self._groups[id].ref

    def move_group(self, old: Where, new: str) -> ChatRef:
        """The owner replaces the room by another of the newest version; everybody goes there, the bot by itself."""
        before, people = self.group(old), self.members(old)
        where = f"rooms/{quote(before.ref.id)}/upgrade"
        room = self.stagehand.call(self._owner, "POST", where, {"new_version": "12"})["replacement_room"]
        for person in people:
            self.stagehand.join(person.id, room, self._now())
        self._expected |= self._state(self._owner, before.ref.id, "m.room.tombstone", "")
        self._groups[new] = Group(self._chat(room), before.title)
        return self._groups[new].ref

    def grant(self, group: Where, *names: str) -> None:
        """Give the bot a right back."""
        self._need(group, names, 50)

    def revoke(self, group: Where, *names: str) -> None:
        """Take rights from the bot: more is asked for than it has."""
        self._need(group, names, _OUT_OF_REACH)

    # What people do

    def post(
        self,
        person: Who,
        chat: Where,
        words: str,
        *,
        reply_to: SimMessage | MessageRef | None = None,
        forward: SimMessage | None = None,
    ) -> SimMessage:
        """Write; a forward is a copy that names nobody."""
        room, user = self._room(chat), self._user(person)
        content = text(words if forward is None else forward.text)
        if reply_to is not None:
            content["m.relates_to"] = {"m.in_reply_to": {"event_id": _ref(reply_to).id}}
        watcher = self._watcher(room, user)
        watcher.look()
        event = self.stagehand.send(user, room, content, self._now())
        self._expect(event)
        return self._message(watcher.note(event, room, user, content))

    def edit(self, person: Who, message: SimMessage | MessageRef, words: str) -> SimMessage:
        """Change one's own message."""
        ref, user = _ref(message), self._user(person)
        seen = self._own(user, ref)
        relation = {"rel_type": "m.replace", "event_id": ref.id}
        content = text(f"* {words}", **{"m.new_content": text(words), "m.relates_to": relation})
        self._expect(self.stagehand.send(user, ref.chat.id, content, self._now()))
        self._watcher(ref.chat.id, user).look()
        return self._message(seen)

    def delete(self, person: Who, message: SimMessage | MessageRef) -> None:
        """Delete one's own message for everybody."""
        ref, user = _ref(message), self._user(person)
        self._own(user, ref)
        self._expect(self.stagehand.redact(user, ref.chat.id, ref.id))

    def press(self, person: Who, message: SimMessage, choice: str | int) -> None:
        """There is nothing to press."""
        raise NotPossible("Matrix has no buttons.")

    def join(self, person: Who, group: Where) -> None:
        """Come into a room; where only the invited may, the owner invites."""
        room, user = self._room(group), self._user(person)
        if self.stagehand.get(self._owner, room, "m.room.join_rules")["join_rule"] != "public":
            self.stagehand.call(self._owner, "POST", f"rooms/{quote(room)}/invite", {"user_id": user})
        self._expect(self.stagehand.join(user, room, self._now()))

    def leave(self, person: Who, group: Where) -> None:
        """Go out of a room."""
        self._expect(self.stagehand.leave(self._user(person), self._room(group), self._now()))

    def request_join(self, person: Who, group: Where) -> None:
        """Knock, at a room that lets in only who is invited; once invited, they come in."""
        room, user = self._room(group), self._user(person)
        self.stagehand.set(self._owner, room, "m.room.join_rules", {"join_rule": "knock"})
        knock = {"membership": "knock", "displayname": self.person(person).name}
        self._expect(self.stagehand.set(user, room, "m.room.member", knock, user, self._now()))
        self._asking.append((user, room))

    def open_chat(self, person: Who, payload: str = "") -> None:
        """Make a private room for the bot."""
        assert not payload, "Matrix has no links that carry something into a chat"
        self.person(person).started = True
        user = self._user(person)
        self._opened.append((user, self._private_room(user)))

    def block_bot(self, person: Who) -> None:
        """Leave the private room."""
        user = self._user(person)
        self.person(person).blocking = True
        self.stagehand.leave(user, self._private_room(user))

    def unblock_bot(self, person: Who) -> None:
        """Make a new private room."""
        self.person(person).blocking = False
        self.open_chat(person)

    def put_bot_out(self, group: Where) -> None:
        """The owner removes the bot."""
        where = f"rooms/{quote(self._room(group))}/kick"
        self.stagehand.call(self._owner, "POST", where, {"user_id": self.bot_user})

    # What there is to see

    @property
    def pending(self) -> bool:
        """Whether the bot has not taken in all that happened. Who has been let in comes in meanwhile."""
        for user, room in list(self._asking):
            standing = self.stagehand.get(self._owner, room, "m.room.member", user)["membership"]
            if standing != "knock":
                self._asking.remove((user, room))
            if standing == "invite":
                self._expect(self.stagehand.join(user, room, self._now()))
        for user, room in list(self._opened):
            if self.stagehand.get(user, room, "m.room.member", self.bot_user)["membership"] == "join":
                self._opened.remove((user, room))
                self._expected |= self._state(user, room, "m.room.member", self.bot_user) - self._taken
        return bool(self._expected or self._opened) or self._connected is None or not self._connected.listening

    def person(self, id: Who) -> Person:
        """Somebody by name or ref."""
        if isinstance(id, str):
            return self._people[id]
        return next(one for one in self._people.values() if one.ref == id)

    def person_ref(self, id: str) -> PersonRef:
        """The ref of somebody who was added."""
        return self._people[id].ref

    def private(self, person: Who) -> ChatRef:
        """A person's private room with the bot."""
        return self._chat(self._private_room(self._user(person)))

    def group(self, id: Where) -> Group:
        """A group by name or ref."""
        return self._groups[id] if isinstance(id, str) else next(g for g in self._groups.values() if g.ref == id)

    def members(self, group: Where) -> list[PersonRef]:
        """Who is in the group, besides the bot and the owner."""
        where = f"rooms/{quote(self._room(group))}/joined_members"
        inside = self.stagehand.call(self._owner, "GET", where)["joined"]
        return [one.ref for one in self._people.values() if one.ref.id in inside]

    def restricted(self, group: Where) -> dict[PersonRef, datetime | None]:
        """Who may not write, and until when."""
        room = self._room(group)
        levels = self.stagehand.get(self._owner, room, _LEVELS)["users"]
        assert self._connected is not None
        ends = {mute.person: datetime.fromtimestamp(mute.until, UTC) for mute in self._connected.device.mutes()}
        return {one.ref: ends.get(one.ref.id) for one in self._people.values() if levels.get(one.ref.id, 0) < 0}

    def transcript(self, group: Where, viewer: Who | None = None) -> list[SimMessage]:
        """What is on a member's screen now, oldest first: the same for everybody."""
        assert viewer is None or self.person(viewer)
        return self._screen(self._owners_eyes(), {self._room(group)})

    def inbox(self, person: Who) -> list[SimMessage]:
        """A person's private rooms with the bot."""
        eyes = self._eyes[self._user(person)]
        eyes.look()
        return self._screen(eyes, set(eyes.rooms) - {group.ref.id for group in self._groups.values()})

    def ever_shown(self, group: Where) -> list[Shown]:
        """Every text that the whole group could see."""
        room = self._room(group)
        return [
            Shown(
                message=MessageRef(self._chat(room), one.event),
                author=self._author(one.author),
                author_name=self._name(one.author),
                text=words,
                since=_time(one.at),
                until=None if one.deleted_at is None else _time(one.deleted_at),
            )
            for one in self._owners_eyes().look()
            if one.room == room
            for words in one.texts
        ]

    # The bot's side

    def connect(self, settings: dict[str, Any]) -> MatrixPlatform:
        """The adapter; this world notes what it has taken in."""
        self._connected = _Watched(self, settings, self._clock)
        return self._connected

    def expect(self, room: str, type: str, key: str) -> None:
        """The bot has changed the state of a room, and will hear of it."""
        self._expected |= self._state(self._owner, room, type, key) - self._taken

    def taken_in(self, events: Iterable[str]) -> None:
        """The bot has stored these."""
        self._taken |= set(events)
        self._expected -= self._taken

    # Names into ids and back

    def _expect(self, event: str) -> None:
        """What is as it was already has no new event."""
        self._expected |= {event} - self._taken

    def _state(self, user: str, room: str, type: str, key: str) -> set[str]:
        state = self.stagehand.call(user, "GET", f"rooms/{quote(room)}/state")
        return {one["event_id"] for one in state if (one["type"], one["state_key"]) == (type, key)}

    def _need(self, group: Where, names: Iterable[str], level: int) -> None:
        room = self._room(group)
        levels = self.stagehand.get(self._owner, room, _LEVELS)
        for name in names:
            if name in RIGHTS:
                levels[RIGHTS[name]] = level
            else:
                levels["events"][{"restrict": _LEVELS, "pin": "m.room.pinned_events"}[name]] = level
        self._expect(self.stagehand.set(self._owner, room, _LEVELS, levels))

    def _private_room(self, user: str) -> str:
        eyes = self._eyes[user]
        eyes.look()
        mine = [room for room in eyes.rooms if room not in {group.ref.id for group in self._groups.values()}]
        for room in reversed(mine):
            inside = self.stagehand.call(user, "GET", f"rooms/{quote(room)}/members", query={"not_membership": "leave"})
            if {one["state_key"] for one in inside["chunk"]} == {user, self.bot_user}:
                return room
        room = self.stagehand.make_room(user, preset="trusted_private_chat", is_direct=True, invite=[self.bot_user])
        eyes.rooms.append(room)
        return room

    def _owners_eyes(self) -> Eyes:
        eyes = self._eyes[self._owner]
        eyes.look()
        return eyes

    def _watcher(self, room: str, user: str) -> Eyes:
        is_group = room in {group.ref.id for group in self._groups.values()}
        return self._eyes[self._owner if is_group else user]

    def _screen(self, eyes: Eyes, rooms: Iterable[str]) -> list[SimMessage]:
        return [self._message(one) for one in eyes.seen.values() if one.room in rooms and one.deleted_at is None]

    def _message(self, one: Seen) -> SimMessage:
        chat = self._chat(one.room)
        return SimMessage(
            ref=MessageRef(chat, one.event),
            author=self._author(one.author),
            author_name=self._name(one.author),
            text=one.text,
            at=_time(one.at),
            edited=one.edited,
            reply_to=MessageRef(chat, one.answers) if one.answers else None,
        )

    def _author(self, user: str) -> PersonRef | None:
        return None if user == self.bot_user else PersonRef(PLATFORM, user)

    def _name(self, user: str) -> str:
        return next((one.name for one in self._people.values() if one.ref.id == user), "Orchard")

    def _own(self, user: str, message: MessageRef) -> Seen:
        seen = self._watcher(message.chat.id, user).seen[message.id]
        if seen.author != user:
            raise NotPossible("Nobody can change or delete another's message.")
        return seen

    def _user(self, who: Who) -> str:
        return self.person(who).ref.id

    def _room(self, chat: Where) -> str:
        return (self._groups[chat].ref if isinstance(chat, str) else chat).id

    def _chat(self, room: str) -> ChatRef:
        return ChatRef(PLATFORM, self.account.id, room)

    def _now(self) -> float:
        return self._clock.now().timestamp()


class _Watched(MatrixPlatform):
    def __init__(self, world: MatrixWorld, settings: dict[str, Any], clock: FakeClock) -> None:
        super().__init__("main", settings, clock)
        self._world = world
        self.listening = False

    async def batches(self) -> AsyncIterator[Batch]:
        self.listening = True
        try:
            async for batch in super().batches():
                yield Batch(batch.events, self._noting(batch), batch.malformed)
        finally:
            self.listening = False

    def _noting(self, batch: Batch) -> Any:
        async def note() -> None:
            await batch.acknowledge()
            self._world.taken_in(event.id.native for event in batch.events)

        return note

    async def perform(self, step: Step) -> Receipt:
        receipt = await super().perform(step)
        if isinstance(step, RemoveMember):
            self._world.expect(step.chat.id, "m.room.member", step.person.id)
        elif isinstance(step, RestrictMember):
            self._world.expect(step.chat.id, _LEVELS, "")
        return receipt


def _ref(message: SimMessage | MessageRef) -> MessageRef:
    return message.ref if isinstance(message, SimMessage) else message


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
