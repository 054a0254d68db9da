"""A small Signal: people, groups, messages, and the envelopes that signal-cli makes of what they do."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

BOT_NUMBER = "+447700900999"


class Refused(Exception):
    """``kind`` is a result type of signal-cli, or USER, IO. ``token``: of the challenge that would end it."""

    def __init__(self, kind: str, words: str, seconds: float = 0, token: str = "") -> None:
        self.kind, self.words, self.seconds, self.token = kind, words, seconds, token
        super().__init__(words)


@dataclass
class Human:
    """Somebody with a phone."""

    aci: str
    name: str
    number: str
    registered: bool = True
    new_key: bool = False


@dataclass
class ClassGroup:
    """A group. ``revision`` counts its changes."""

    id: str
    title: str
    members: list[str] = field(default_factory=list)
    admins: list[str] = field(default_factory=list)
    requesting: list[str] = field(default_factory=list)
    invited: list[str] = field(default_factory=list)
    revision: int = 1
    expires_after: int = 0


@dataclass
class Written:
    """One message in a group, or in the private chat of the bot with ``place``."""

    author: str
    place: str
    timestamp: int
    texts: list[str]
    shown_from: datetime
    shown_until: datetime | None = None
    edited: bool = False
    quotes: tuple[str, int] | None = None
    pinned: bool = False

    @property
    def text(self) -> str:
        """As it reads now."""
        return self.texts[-1]


class FakeSignal:
    """``keeps``: what comes while nobody listens waits on Signal's server; without it, it is lost."""

    def __init__(self, now: Callable[[], datetime], *, keeps: bool) -> None:
        self.now, self._keeps = now, keeps
        self.bot = Human(str(uuid.UUID(int=999)), "Orchard", BOT_NUMBER)
        self.people: dict[str, Human] = {self.bot.aci: self.bot}
        self.groups: dict[str, ClassGroup] = {}
        self.written: list[Written] = []
        self.screens: defaultdict[str, list[Written]] = defaultdict(list)
        """The same by place."""
        self.enclosed: dict[str, list[tuple[str, bytes]]] = {}
        """What the bot has sent, by place: name and content."""
        self.listeners: list[asyncio.Queue[bytes | None]] = []
        self.alive: dict[asyncio.Queue[bytes | None], Callable[[], bool]] = {}
        """Whether the line behind a listener still stands."""
        self.kept: list[bytes] = []
        self.lost = 0
        self.refusing: list[Refused] = []
        """What the next sends are refused with."""
        self.drop_answers = self.repeat = self.refuse_starts = 0
        """How many of the next sends lose their answer, envelopes come twice, and starts are refused."""
        self.reorder = self.unwell = self.cut_files = False
        self.files: dict[str, bytes] = {}
        """What signal-cli has fetched of what people sent, by its id."""
        self._last = 0

    # People

    def add_person(self, name: str) -> str:
        """Gives the ACI."""
        number = len(self.people)
        human = Human(str(uuid.UUID(int=number)), name, f"+4477009{number:05d}")
        self.people[human.aci] = human
        return human.aci

    def add_group(self, title: str) -> str:
        """A group with the bot in it, as an admin; gives its id."""
        id = base64.b64encode(len(self.groups).to_bytes(32, "big")).decode()
        self.groups[id] = ClassGroup(id, title, [self.bot.aci], [self.bot.aci])
        return id

    def change(self, group: str, by: str, act: Callable[[ClassGroup], None]) -> None:
        """Something about the group changes, and everybody in it is told that it did."""
        there = self.groups[group]
        told = self._told_of(there)
        act(there)
        there.revision += 1
        if told or self._told_of(there):
            self._envelope(by, self.stamp(), {"groupInfo": self._info(there, "UPDATE")})

    def _told_of(self, group: ClassGroup) -> bool:
        """Whether the bot hears of changes: as a member, or as one who is invited."""
        return self.bot.aci in (*group.members, *group.invited)

    def write(self, author: str, place: str, text: str, quotes: Written | None = None) -> Written:
        """``place``: a group, or the author's own ACI for the private chat with the bot."""
        sent = Written(author, place, self.stamp(), [text], self.now())
        data: dict[str, Any] = {"message": text, **self._where(place), **self._timer(place)}
        if quotes is not None:
            sent.quotes = (quotes.author, quotes.timestamp)
            data["quote"] = {
                "id": quotes.timestamp,
                "author": quotes.author,
                "authorNumber": None,
                "authorUuid": quotes.author,
                "text": quotes.text,
                "attachments": [],
            }
        self._show(sent)
        self._tell(place, self.envelope(author, sent.timestamp, {"dataMessage": self._data(sent.timestamp, data)}))
        return sent

    def send_picture(self, author: str, place: str, data: bytes, text: str | None = None, **more: Any) -> Written:
        """A picture, with a few words or none; ``more`` goes into the data message."""
        sent = Written(author, place, self.stamp(), [text or ""], self.now())
        self._show(sent)
        id = f"file{len(self.files)}.png"
        self.files[id] = data
        file = {"contentType": "image/png", "filename": None, "id": id, "size": len(data), "width": 9, "height": 9}
        said = {"message": text, "attachments": [file], **self._where(place), **self._timer(place), **more}
        self._tell(place, self.envelope(author, sent.timestamp, {"dataMessage": self._data(sent.timestamp, said)}))
        return sent

    def _tell(self, place: str, envelope: dict[str, Any]) -> None:
        """What is said in a group goes to its members."""
        if place not in self.groups or self.bot.aci in self.groups[place].members:
            self.deliver(envelope)

    def edit(self, message: Written, text: str) -> None:
        """The author changes it."""
        message.texts.append(text)
        message.edited = True
        at = self.stamp()
        data = self._data(at, {"message": text, **self._where(message.place)})
        inner = {"targetSentTimestamp": message.timestamp, "dataMessage": data}
        self._tell(message.place, self.envelope(message.author, at, {"editMessage": inner}))

    def delete(self, message: Written) -> None:
        """The author takes it back."""
        message.shown_until = self.now()
        inner = {"remoteDelete": {"timestamp": message.timestamp}, "message": None, **self._where(message.place)}
        at = self.stamp()
        self._tell(message.place, self.envelope(message.author, at, {"dataMessage": self._data(at, inner)}))

    def react(self, person: str, message: Written, emoji: str) -> None:
        """An emoji under a message."""
        inner = {
            "emoji": emoji,
            "targetAuthor": message.author,
            "targetAuthorUuid": message.author,
            "targetSentTimestamp": message.timestamp,
            "isRemove": False,
        }
        at, where = self.stamp(), self._where(message.place)
        data = self._data(at, {"message": None, "reaction": inner, **where})
        self._tell(message.place, self.envelope(person, at, {"dataMessage": data}))

    # The bot, by whichever service

    def bot_sends(self, place: str, text: str, edits: int | None, attached: Sequence[str] = ()) -> int:
        """Raises ``Refused``. What is attached stands in data URIs, as signal-cli(1) has it."""
        self._refuse_as_told()
        self._check_place(place)
        assert text or attached, "Signal sends no empty message"
        for one in attached:
            found = re.fullmatch(r"data:[\w.+-]+/[\w.+-]+;filename=([^;,]+);base64,(.+)", one)
            assert found is not None, "this is no data URI"
            self.enclosed.setdefault(place, []).append((found[1], base64.b64decode(found[2], validate=True)))
        if edits is not None:
            message = self.own(place, edits)
            message.texts.append(text)
            message.edited = True
            return self.stamp()
        self._show(Written(self.bot.aci, place, self.stamp(), [text], self.now()))
        return self._last

    def bot_withdraws(self, place: str, timestamp: int) -> int:
        """Signal takes the deletion of what is not there without a word."""
        self._check_place(place)
        for one in self.screens[place]:
            if (one.author, one.timestamp) == (self.bot.aci, timestamp) and one.shown_until is None:
                one.shown_until = self.now()
        return self.stamp()

    def bot_deletes(self, group: str, author: str, timestamp: int) -> None:
        """As an admin."""
        there = self.bots_group(group, admin=True)
        for one in self.screens[there.id]:
            if (one.author, one.timestamp) == (author, timestamp) and one.shown_until is None:
                one.shown_until = self.now()

    def bot_changes(self, group: str, act: Callable[[ClassGroup], None]) -> None:
        """Changes of the bot's own come to no other device of it."""
        there = self.bots_group(group, admin=True)
        act(there)
        there.revision += 1

    def bot_accepts(self, group: str) -> None:
        """An invitation; for a member, an update that changes nothing."""
        there = self.groups.get(group)
        if there is None or not self._told_of(there):
            self.bots_group(group)
        elif self.bot.aci in there.invited:
            there.invited.remove(self.bot.aci)
            there.members.append(self.bot.aci)
            there.revision += 1

    def bot_pins(self, group: str, author: str, timestamp: int) -> None:
        """For everybody."""
        self.bots_group(group, admin=True)
        for one in self.screens[group]:
            if (one.author, one.timestamp) == (author, timestamp):
                one.pinned = True

    def bots_group(self, group: str, *, admin: bool = False) -> ClassGroup:
        """Raises ``Refused`` where the bot is not in it, or no admin."""
        there = self.groups.get(group)
        if there is None:
            raise Refused("USER", "Invalid group id: Group not found: XXX")
        if self.bot.aci not in there.members:
            raise Refused("USER", "User is not a group member of group: XXX")
        if admin and self.bot.aci not in there.admins:
            raise Refused("USER", "User does not have required permissions")
        return there

    def own(self, place: str, timestamp: int) -> Written:
        """A message of the bot's."""
        for one in self.screens[place]:
            if (one.author, one.timestamp) == (self.bot.aci, timestamp):
                return one
        raise Refused("USER", "Original message not found")

    def _show(self, sent: Written) -> None:
        self.written.append(sent)
        self.screens[sent.place].append(sent)

    # Envelopes

    def stamp(self) -> int:
        """Milliseconds, never the same twice."""
        self._last = max(int(self.now().timestamp() * 1000), self._last + 1)
        return self._last

    def envelope(self, source: str, at: int, inner: dict[str, Any]) -> dict[str, Any]:
        """As JsonMessageEnvelope writes it. Numbers are often hidden."""
        human = self.people[source]
        return {
            "source": source,
            "sourceNumber": None,
            "sourceUuid": source,
            "sourceName": human.name,
            "sourceDevice": 1,
            "timestamp": at,
            "serverReceivedTimestamp": at + 1,
            "serverDeliveredTimestamp": at + 2,
            **inner,
        }

    def deliver(self, envelope: dict[str, Any] | str) -> None:
        """To whoever listens."""
        line = envelope if isinstance(envelope, str) else json.dumps({"envelope": envelope, "account": BOT_NUMBER})
        raw = line.encode()
        twice = self.repeat > 0
        self.repeat -= twice
        for _ in range(1 + twice):
            self._hand_over(raw)

    def _hand_over(self, raw: bytes) -> None:
        for gone in [one for one in self.listeners if not self.alive.get(one, bool)()]:
            self.listeners.remove(gone)
        if self.listeners:
            for one in self.listeners:
                one.put_nowait(raw)
        elif self._keeps:
            self.kept.append(raw)
        else:
            self.lost += 1

    def listen(self, alive: Callable[[], bool]) -> asyncio.Queue[bytes | None]:
        """Somebody attaches; what has waited comes first."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        for line in sorted(self.kept, key=_sender, reverse=True) if self.reorder else self.kept:
            queue.put_nowait(line)
        self.kept.clear()
        self.listeners.append(queue)
        self.alive[queue] = alive
        return queue

    def hang_up(self) -> None:
        """Every line is cut."""
        for one in self.listeners:
            one.put_nowait(None)
        self.listeners.clear()

    async def until_heard(self) -> None:
        """Wait until somebody listens."""
        async with asyncio.timeout(10):
            await asyncio.sleep(0.01)
            while not self.listeners:  # noqa: ASYNC110 - a line that is cut meanwhile would make an event lie
                await asyncio.sleep(0.005)

    def _envelope(self, source: str, at: int, data: dict[str, Any]) -> None:
        self.deliver(self.envelope(source, at, {"dataMessage": self._data(at, data)}))

    def _data(self, at: int, data: dict[str, Any]) -> dict[str, Any]:
        return {"timestamp": at, "message": None, "expiresInSeconds": 0, "viewOnce": False, **data}

    def _where(self, place: str) -> dict[str, Any]:
        there = self.groups.get(place)
        return {} if there is None else {"groupInfo": self._info(there, "DELIVER")}

    def _timer(self, place: str) -> dict[str, Any]:
        there = self.groups.get(place)
        return {} if there is None else {"expiresInSeconds": there.expires_after}

    def _info(self, group: ClassGroup, kind: str) -> dict[str, Any]:
        return {"groupId": group.id, "groupName": group.title, "revision": group.revision, "type": kind}

    def _check_place(self, place: str) -> None:
        if place in self.people:
            if not self.people[place].registered:
                raise Refused("UNREGISTERED_FAILURE", "Failed to send message")
            if self.people[place].new_key:
                raise Refused("IDENTITY_FAILURE", "Failed to send message due to untrusted identities")
            return
        self.bots_group(place)

    def _refuse_as_told(self) -> None:
        if self.refusing:
            raise self.refusing.pop(0)


def _sender(line: bytes) -> str:
    return line.decode().partition('"sourceUuid": ')[2][:40]
