"""The World's own books: people, groups, messages and rights. ``World`` and the bot's hands write them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from orchard_bot.chat.abilities import Abilities, no
from orchard_bot.chat.events import Event, EventId
from orchard_bot.chat.intents import Choice
from orchard_bot.chat.refs import ChatRef, MessageRef, PersonRef
from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.sim_message import NotPossible, Shown, SimMessage
from orchard_bot.testing.world_events import EventQueue
from orchard_bot.testing.world_faults import Faults

_NOT_IN_PRIVATE = no("This is a private chat: there is nobody to moderate.")
_GROUP_ONLY = (
    "post",
    "private_reply_in_group",
    "hide_commands",
    "delete_others",
    "restrict",
    "remove",
    "answer_joins",
    "list_members",
    "see_joins",
    "pin",
    "message_links",
)


@dataclass(slots=True)
class SimPerson:
    """Somebody with a phone. For reading; the World's methods change it."""

    ref: PersonRef
    name: str
    private: ChatRef
    """Their private chat with the bot."""
    started: bool = False
    blocked: bool = False
    last_wrote: datetime | None = None
    """When they last did something in the private chat."""


@dataclass(slots=True)
class SimGroup:
    """A group. For reading; the World's methods change it."""

    ref: ChatRef
    title: str
    members: dict[PersonRef, None] = field(default_factory=dict)
    admins: set[PersonRef] = field(default_factory=set)
    asking: dict[PersonRef, None] = field(default_factory=dict)
    """Who has asked to join."""
    restricted: dict[PersonRef, datetime | None] = field(default_factory=dict)
    """Who may not post, until when; None: without end."""
    rights: dict[str, Any] = field(default_factory=dict)
    """What differs here from the profile's abilities."""
    moved_to: ChatRef | None = None


class WorldState:
    """Everything that is so in the World just now, and the queue of what the bot has to be told."""

    def __init__(
        self, profile: Profile, now: Callable[[], datetime], platform: str, account: str, bot_name: str, first_id: int
    ) -> None:
        self.profile, self.now, self.bot_name = profile, now, bot_name
        self.platform, self.account = platform, account
        self.bot = PersonRef(platform, f"bot-{account}")
        self.people: dict[PersonRef, SimPerson] = {}
        self.groups: dict[ChatRef, SimGroup] = {}
        self.owners: dict[ChatRef, SimPerson] = {}
        self.files: dict[str, bytes] = {}
        """What is in the files that people sent, by the attachment's id."""
        self.messages: dict[ChatRef, dict[MessageRef, SimMessage]] = {}
        self.shown: dict[ChatRef, dict[tuple[MessageRef, int], Shown]] = {}
        self.faults = Faults(changed=self.touch)
        self.queue = EventQueue(self.faults)
        self.connection: int | None = None
        self.version = 0
        self._callbacks: list[Callable[[], None]] = []
        self._last_id = first_id - 1
        self._connections = 0
        self._revisions: dict[MessageRef, int] = {}

    def touch(self) -> None:
        """Something changed: count it and tell whoever asked."""
        self.version += 1
        for callback in tuple(self._callbacks):
            callback()

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` at every change, until the function returned here is called."""
        self._callbacks.append(callback)

        def forget() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return forget

    def next_id(self) -> int:
        """The next of the World's counted ids."""
        self._last_id += 1
        return self._last_id

    def next_connection(self) -> int:
        """The number of the next connection; not one of the counted ids, which no restart may shift."""
        self._connections += 1
        return self._connections

    def event_id(self, native: str | None = None, revision: int = 0) -> EventId:
        """A fresh event id, or a further revision of an event that has one."""
        return EventId(self.platform, self.account, native or str(self.next_id()), revision)

    def tell_bot(self, event: Event) -> None:
        """Queue the event for the bot, unless the bot cannot know of it."""
        hears = self.profile.reads_groups or event.chat in self.owners
        if hears and (self.connection is not None or not self.faults.lose_while_away):
            self.queue.put(event)
        self.touch()

    def person(self, who: PersonRef | str) -> SimPerson:
        """Somebody by id or ref. Raises ``NotPossible`` for a stranger to this World."""
        found = self.people.get(PersonRef(self.platform, who) if isinstance(who, str) else who)
        if found is None:
            raise NotPossible("Nobody of this id is in the World: add_person first.")
        return found

    def group(self, where: ChatRef | str) -> SimGroup:
        """A group by id or ref. Raises ``NotPossible`` where there is none."""
        found = self.groups.get(self.chat_ref(where) if isinstance(where, str) else where)
        if found is None:
            raise NotPossible("No group of this id is in the World: add_group first.")
        return found

    def chat_ref(self, chat_id: str) -> ChatRef:
        """The ref of a chat of this id."""
        return ChatRef(self.platform, self.account, chat_id)

    def message(self, ref: MessageRef) -> SimMessage | None:
        """The message as it is now, deleted or not; None where there never was one."""
        return self.messages.get(ref.chat, {}).get(ref)

    def abilities(self, chat: ChatRef) -> Abilities | None:
        """What the bot may do in a chat just now; None for a chat that this World does not have."""
        if chat in self.owners:
            closed = dict.fromkeys(_GROUP_ONLY, _NOT_IN_PRIVATE)
            rate = self.profile.abilities.per_person_per_minute
            return replace(self.profile.abilities, **closed, delete_others_within=None, per_chat_per_minute=rate)
        group = self.groups.get(chat)
        if group is None or group.moved_to is not None:
            return None
        found = replace(self.profile.abilities, **group.rights, people=len(group.members))
        if not found.delete_others.can and found.hide_commands.can and not self.profile.ephemeral_commands:
            return replace(found, hide_commands=found.delete_others)
        return found

    def add_message(self, chat: ChatRef, **content: Any) -> SimMessage:
        """Put a new message into a chat. ``content`` is what ``SimMessage`` takes besides ``ref`` and ``at``."""
        author: PersonRef | None = content["author"]
        number = self.next_id()
        native = self.profile.message_id.format(n=number, author=author.id if author else self.bot.id)
        message = SimMessage(ref=MessageRef(chat, native), at=self.now(), **content)
        self.messages.setdefault(chat, {})[message.ref] = message
        self._revisions[message.ref] = 0
        self._start_showing(message)
        self.touch()
        return message

    def change_message(self, message: SimMessage, **changes: Any) -> SimMessage:
        """Replace a message's text or choices. Gives the message as it is now."""
        changed = replace(message, edited=True, **changes)
        self.messages[message.ref.chat][message.ref] = changed
        self._stop_showing(message.ref)
        self._revisions[message.ref] += 1
        self._start_showing(changed)
        self.touch()
        return changed

    def change_choices(self, message: SimMessage, choices: tuple[Choice, ...]) -> None:
        """Put other buttons under a message; nobody sees an edit in that."""
        self.messages[message.ref.chat][message.ref] = replace(message, choices=choices)
        self.touch()

    def take_away(self, message: SimMessage) -> None:
        """Delete a message for everybody."""
        self.messages[message.ref.chat][message.ref] = replace(message, deleted=True, pinned=False)
        self._stop_showing(message.ref)
        self.touch()

    def revision(self, ref: MessageRef) -> int:
        """How often a message has been changed."""
        return self._revisions[ref]

    def _start_showing(self, message: SimMessage) -> None:
        if message.only_for is None:
            self.shown.setdefault(message.ref.chat, {})[message.ref, self._revisions[message.ref]] = Shown(
                message=message.ref,
                author=message.author,
                author_name=message.author_name,
                text=message.text,
                since=self.now(),
            )

    def _stop_showing(self, ref: MessageRef) -> None:
        shown = self.shown.get(ref.chat, {})
        latest = (ref, self._revisions[ref])
        if latest in shown:
            shown[latest] = replace(shown[latest], until=self.now())
