"""The fake Signal in the words of the World, so that the same stories can be told on both."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.sim_message import NotPossible, Shown, SimMessage
from orchard_signal.ids import PLATFORM, author_and_time, message_id
from tests.adapters.signal.fake.rpc import _admit, _put_out
from tests.adapters.signal.fake.state import ClassGroup, FakeSignal, Written
from tests.adapters.signal.wire_faults import WireFaults

Who: TypeAlias = PersonRef | str
Where: TypeAlias = ChatRef | str


class Person(Struct):
    """Somebody with a phone."""

    ref: PersonRef
    name: str
    started: bool
    private: ChatRef


class Group(Struct, frozen=True):
    """A group with the bot in it."""

    ref: ChatRef
    title: str


class SignalWorld:
    """People by the names that stories call them. ``spool``: the file in which the bot keeps what it has not stored."""

    def __init__(self, signal: FakeSignal, profile: Profile, spool: Path, account: str = "main") -> None:
        self.signal, self.profile, self._spool = signal, profile, spool
        self.account = AccountRef(PLATFORM, account)
        self.faults = WireFaults(signal)
        self._owner = signal.add_person("Olga")
        self._people: dict[str, Person] = {}
        self._groups: dict[str, Group] = {}

    @property
    def bot(self) -> PersonRef:
        """The bot as a person."""
        return PersonRef(PLATFORM, self.signal.bot.aci)

    def add_person(self, id: str, name: str, *, started: bool = False) -> PersonRef:
        """Somebody."""
        ref = PersonRef(PLATFORM, self.signal.add_person(name))
        self._people[id] = Person(ref, name, started, self._chat(ref.id))
        return ref

    def add_group(self, id: str, title: str, members: Iterable[str] = (), admins: Iterable[str] = ()) -> ChatRef:
        """A group with the bot in it as an admin, who is told nothing of how it came about."""
        chat = self.signal.add_group(title)
        there = self.signal.groups[chat]
        there.members += [self._owner, *(self._aci(who) for who in dict.fromkeys([*members, *admins]))]
        there.admins += [self._owner, *map(self._aci, admins)]
        self._groups[id] = Group(self._chat(chat), title)
        return self._groups[id].ref

    def grant(self, group: Where, *names: str) -> None:
        """Signal has one right: to be an admin."""
        assert names
        self._change(group, lambda there: there.admins.append(self.signal.bot.aci))

    def revoke(self, group: Where, *names: str) -> None:
        """The bot is an admin no longer."""
        assert names
        self._change(group, lambda there: there.admins.remove(self.signal.bot.aci))

    def disappear_after(self, group: Where, timer: timedelta) -> None:
        """An admin sets the group's timer."""
        self.signal.groups[self._place(group)].expires_after = int(timer.total_seconds())

    # What people do

    def post(
        self,
        person: Who,
        chat: Where,
        text: str,
        *,
        reply_to: SimMessage | MessageRef | None = None,
        forward: SimMessage | None = None,
    ) -> SimMessage:
        """Write; a forward on Signal is a copy that names nobody."""
        words = text if forward is None else forward.text
        quotes = None if reply_to is None else self._found(_ref(reply_to))
        return self._message(self.signal.write(self._aci(person), self._place(chat), words, quotes))

    def post_picture(self, person: Who, chat: Where, data: bytes, text: str = "") -> SimMessage:
        """Post a picture in a group."""
        return self._message(self.signal.send_picture(self._aci(person), self._place(chat), data, text or None))

    def edit(self, person: Who, message: SimMessage | MessageRef, text: str) -> SimMessage:
        """Change one's own message."""
        found = self._found(_ref(message))
        self._own(person, found)
        self.signal.edit(found, text)
        return self._message(found)

    def delete(self, person: Who, message: SimMessage | MessageRef) -> None:
        """Delete one's own message for everybody."""
        found = self._found(_ref(message))
        self._own(person, found)
        self.signal.delete(found)

    def press(self, person: Who, message: SimMessage, choice: str | int) -> None:
        """There is nothing to press."""
        raise NotPossible("Signal has no buttons.")

    def join(self, person: Who, group: Where) -> None:
        """Come into a group by a link."""
        self._change(group, lambda there: _admit(there, self._aci(person)), by=self._aci(person))

    def leave(self, person: Who, group: Where) -> None:
        """Go out of a group."""
        self._change(group, lambda there: _put_out(there, self._aci(person)), by=self._aci(person))

    def request_join(self, person: Who, group: Where) -> None:
        """Ask to be let in."""
        self._change(group, lambda there: there.requesting.append(self._aci(person)), by=self._aci(person))

    def open_chat(self, person: Who, payload: str = "") -> None:
        """There is nothing to press: a chat is opened by what is written there, and a link by typing what it holds."""
        self.person(person).started = True
        self.post(person, self.private(person), f"/start {payload}".strip())

    def block_bot(self, person: Who) -> None:
        """Hear no more from the bot, which does not learn of it."""
        self.person(person).started = False

    def unblock_bot(self, person: Who) -> None:
        """Hear from the bot again."""
        self.person(person).started = True

    def put_bot_out(self, group: Where) -> None:
        """An admin removes the bot."""
        self._change(group, lambda there: _put_out(there, self.signal.bot.aci))

    # What there is to see

    @property
    def pending(self) -> bool:
        """Whether the bot has not taken in all that happened."""
        unread = any(not queue.empty() for queue in self.signal.listeners)
        waiting = self._spool.exists() and self._spool.stat().st_size > 0
        return unread or waiting or not self.signal.listeners

    def person(self, id: Who) -> Person:
        """Somebody by name or ref."""
        if isinstance(id, str):
            return self._people[id]
        return next(one for one in self._people.values() if one.ref == id)

    def person_ref(self, id: str) -> PersonRef:
        """The ref of somebody who was added."""
        return self._people[id].ref

    def private(self, person: Who) -> ChatRef:
        """A person's private chat with the bot."""
        return self.person(person).private

    def group(self, id: Where) -> Group:
        """A group by name or ref."""
        return self._groups[id] if isinstance(id, str) else next(g for g in self._groups.values() if g.ref == id)

    def members(self, group: Where) -> list[PersonRef]:
        """Who is in the group, besides the bot and the group's owner."""
        there = self.signal.groups[self._place(group)].members
        return [one.ref for one in self._people.values() if one.ref.id in there]

    def restricted(self, group: Where) -> dict[PersonRef, datetime | None]:
        """Nobody: Signal cannot."""
        assert self.group(group)
        return {}

    def transcript(self, group: Where, viewer: Who | None = None) -> list[SimMessage]:
        """What is on a member's screen now, oldest first: the same for everybody."""
        assert viewer is None or self.person(viewer)
        return self._screen(self._place(group))

    def inbox(self, person: Who) -> list[SimMessage]:
        """A person's private chat with the bot."""
        return self._screen(self._aci(person))

    def ever_shown(self, group: Where) -> list[Shown]:
        """Every text that the whole group could see."""
        place = self._place(group)
        return [
            Shown(
                message=MessageRef(self._chat(place), message_id(one.author, one.timestamp)),
                author=self._author(one),
                author_name=self.signal.people[one.author].name,
                text=text,
                since=one.shown_from,
                until=one.shown_until,
            )
            for one in self.signal.screens[place]
            for text in one.texts
        ]

    # Names into ids and back

    def _change(self, group: Where, act: Callable[[ClassGroup], object], by: str = "") -> None:
        self.signal.change(self._place(group), by or self._owner, lambda there: (act(there), None)[1])

    def _screen(self, place: str) -> list[SimMessage]:
        return [self._message(one) for one in self.signal.screens[place] if one.shown_until is None]

    def _message(self, one: Written) -> SimMessage:
        chat = self._chat(one.place)
        return SimMessage(
            ref=MessageRef(chat, message_id(one.author, one.timestamp)),
            author=self._author(one),
            author_name=self.signal.people[one.author].name,
            text=one.text,
            at=one.shown_from,
            edited=one.edited,
            reply_to=MessageRef(chat, message_id(*one.quotes)) if one.quotes else None,
            pinned=one.pinned,
        )

    def _author(self, one: Written) -> PersonRef | None:
        return None if one.author == self.signal.bot.aci else PersonRef(PLATFORM, one.author)

    def _found(self, message: MessageRef) -> Written:
        author, timestamp = author_and_time(message)
        return next(
            one for one in self.signal.screens[message.chat.id] if (one.author, one.timestamp) == (author, timestamp)
        )

    def _own(self, person: Who, message: Written) -> None:
        if message.author != self._aci(person):
            raise NotPossible("Nobody can change or delete another's message.")

    def _aci(self, who: Who) -> str:
        return self.person(who).ref.id

    def _place(self, chat: Where) -> str:
        return (self._groups[chat].ref if isinstance(chat, str) else chat).id

    def _chat(self, place: str) -> ChatRef:
        return ChatRef(PLATFORM, self.account.id, place)


def _ref(message: SimMessage | MessageRef) -> MessageRef:
    return message.ref if isinstance(message, SimMessage) else message
