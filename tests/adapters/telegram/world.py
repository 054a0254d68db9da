"""The fake Telegram in the words of the World, so that the same stories can be told on both.

What a story does by name, a person with a phone does on the fake; what a story looks at, their phone shows.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from msgspec import Struct

from orchard_bot.chat.files import Enclosure
from orchard_bot.chat.intents import Choice
from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.testing.fake_clock import FakeClock
from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.sim_message import NotPossible, Shown, SimMessage
from orchard_telegram.ids import PLATFORM, ephemeral_id
from tests.adapters.telegram.fake.driver import FakeTelegram
from tests.adapters.telegram.fake.model import ADMIN_RIGHTS
from tests.adapters.telegram.fake.people import Sent
from tests.adapters.telegram.fake.refusal import NotPossible as Refused
from tests.adapters.telegram.fake.views import Seen
from tests.adapters.telegram.wire_faults import WireFaults

Who: TypeAlias = PersonRef | str
Where: TypeAlias = ChatRef | str
RIGHTS = {
    "delete_others": "can_delete_messages",
    "hide_commands": "can_delete_messages",
    "restrict": "can_restrict_members",
    "remove": "can_restrict_members",
    "answer_joins": "can_invite_users",
    "pin": "can_pin_messages",
}
"""Our ability, and the right that Telegram calls it."""


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


class TelegramWorld:
    """People by the names that stories call them. ``clock``: whose time the server's is; None where both are the machine's."""

    def __init__(
        self,
        telegram: FakeTelegram,
        clock: FakeClock | None,
        profile: Profile,
        account: str = "main",
        *,
        basic_groups: bool = False,
    ) -> None:
        self.telegram, self.profile = telegram, profile
        self._kind = "group" if basic_groups else "supergroup"
        self.account = AccountRef(PLATFORM, account)
        self.card = telegram.add_bot()
        self.faults = WireFaults(telegram, self.card.id)
        self._owner = telegram.add_user("Olga")
        self._people: dict[str, Person] = {}
        self._groups: dict[str, Group] = {}
        telegram.set_api_version("10.3" if profile.ephemeral_commands else "10.0")
        if clock is not None:
            clock.on_advance(lambda: telegram.advance((clock.now() - telegram.now()).total_seconds()))

    # The set-up

    @property
    def bot(self) -> PersonRef:
        """The bot as a person."""
        return PersonRef(PLATFORM, str(self.card.id))

    def add_person(self, id: str, name: str, *, started: bool = False) -> PersonRef:
        """Somebody; ``started`` where they pressed Start long ago."""
        user = self.telegram.add_user(name)
        if started:
            self.telegram.acquaint(user, self.card.id)
        ref = PersonRef(PLATFORM, str(user))
        self._people[id] = Person(ref, name, started, self._chat(user))
        return ref

    def add_group(self, id: str, title: str, members: Iterable[str] = (), admins: Iterable[str] = ()) -> ChatRef:
        """A group with the bot in it as an administrator, who is told nothing of how it came about."""
        chat = self.telegram.add_group(title, self._owner, self._kind)
        for user in [self.card.id, *(self._user(who) for who in dict.fromkeys([*members, *admins]))]:
            self.telegram.add_to(chat, user)
        for user in [self.card.id, *map(self._user, admins)]:
            self.telegram.promote(chat, user)
        self.telegram.forget_updates(self.card.id)
        self._groups[id] = Group(self._chat(chat), title)
        return self._groups[id].ref

    def move_group(self, old: Where, new: str) -> ChatRef:
        """The group becomes a supergroup under another id."""
        before = self.group(old)
        after = self.telegram.migrate(int(before.ref.id))
        self._groups[new] = Group(self._chat(after), before.title)
        return self._groups[new].ref

    def grant(self, group: Where, *names: str) -> None:
        """Give the bot a right back."""
        self._set_rights(group, set(self._rights(group)) | {RIGHTS[name] for name in names})

    def revoke(self, group: Where, *names: str) -> None:
        """Take rights from the bot."""
        self._set_rights(group, set(self._rights(group)) - {RIGHTS[name] for name in names})

    # What people do

    def post(
        self,
        person: Who,
        chat: Where,
        text: str,
        *,
        reply_to: SimMessage | MessageRef | None = None,
        forward: SimMessage | None = None,
        thread: int = 0,
    ) -> SimMessage:
        """Write in a group or in one's private chat with the bot; ``thread``: in this topic."""
        user, place = self._user(person), self._place(chat)
        if forward is not None:
            sent = self.telegram.forward(user, place, self._place(forward.ref.chat), int(forward.ref.id))
        else:
            number, shown = (0, 0) if reply_to is None else _numbers(_ref(reply_to))
            sent = self.telegram.post(user, place, text, number, shown, thread)
        return self._sent(user, place, sent)

    def album(self, person: Who, chat: Where, captions: Sequence[str]) -> list[SimMessage]:
        """Photos sent together."""
        user, place = self._user(person), self._place(chat)
        return [self._sent(user, place, sent) for sent in self.telegram.album(user, place, captions)]

    def post_picture(self, person: Who, chat: Where, data: bytes, text: str = "") -> SimMessage:
        """Post a photo in a group."""
        user, place = self._user(person), self._place(chat)
        return self._sent(user, place, self.telegram.photo(user, place, text, b64encode(data).decode()))

    def hide_name(self, person: Who, group: Where) -> None:
        """An administrator writes in the name of the group from now on."""
        self.telegram.promote(self._place(group), self._user(person), anonymous=True)

    def post_for_the_group(
        self, person: Who, group: Where, text: str, *, reply_to: SimMessage | None = None
    ) -> SimMessage:
        """An anonymous administrator writes."""
        user, place = self._user(person), self._place(group)
        number = _numbers(reply_to.ref)[0] if reply_to else 0
        return self._sent(user, place, self.telegram.post(user, place, text, number, anonymously=True))

    def make_forum(self, group: Where, topic: str) -> int:
        """The group gets topics; gives the number of this one."""
        self.telegram.state.group(self._place(group)).is_forum = True
        return self.telegram.add_topic(self._place(group), topic)

    def threads_shown_to(self, person: Who, group: Where) -> set[int]:
        """The topics in which the bot shows something to this member alone."""
        seen = self.telegram.sees(self._user(person), self._place(group))
        return {one.thread for one in seen if one.ephemeral_id and one.author == self.card.id}

    def put_bot_out(self, group: Where) -> None:
        """An administrator removes the bot."""
        self.telegram.remove(self._place(group), self.card.id, ban=False)

    def let_bot_in(self, group: Where) -> None:
        """And brings it back, as an administrator."""
        self.telegram.add_to(self._place(group), self.card.id)
        self.telegram.promote(self._place(group), self.card.id)

    def edit(self, person: Who, message: SimMessage | MessageRef, text: str) -> SimMessage:
        """Change one's own message."""
        user, ref = self._user(person), _ref(message)
        self.telegram.edit(user, self._place(ref.chat), int(ref.id), text)
        return self._sent(user, self._place(ref.chat), Sent(int(ref.id)))

    def delete(self, person: Who, message: SimMessage | MessageRef) -> None:
        """Delete one's own message for everybody."""
        ref = _ref(message)
        self.telegram.delete(self._user(person), self._place(ref.chat), int(ref.id))

    def press(self, person: Who, message: SimMessage, choice: str | int) -> None:
        """Press a button by its token, or by its place counted from 1."""
        user, place = self._user(person), self._place(message.ref.chat)
        found = [each for each in message.choices if choice in {each.token, each.number}]
        if not found:
            raise NotPossible("This message has no such button.")
        number, shown = _numbers(message.ref)
        try:
            self.telegram.press(user, place, found[0].label, message_id=number, ephemeral_id=shown)
        except Refused:  # a phone that has not refreshed
            self.telegram.press_data(user, place, number, found[0].token)

    def join(self, person: Who, group: Where) -> None:
        """Come into a group by a link."""
        self.telegram.join(self._user(person), self._place(group))

    def leave(self, person: Who, group: Where) -> None:
        """Go out of a group."""
        self.telegram.leave(self._user(person), self._place(group))

    def request_join(self, person: Who, group: Where) -> None:
        """Ask to be let in."""
        self.telegram.request_to_join(self._user(person), self._place(group))

    def open_chat(self, person: Who, payload: str = "") -> None:
        """Press Start, perhaps on a link."""
        self.person(person).started = True
        self.telegram.start(self._user(person), self.card.id, payload)

    def block_bot(self, person: Who) -> None:
        """Hear no more from the bot."""
        self.telegram.block(self._user(person), self.card.id)

    def unblock_bot(self, person: Who) -> None:
        """Hear from the bot again."""
        self.telegram.unblock(self._user(person), self.card.id)

    # What there is to see

    @property
    def pending(self) -> bool:
        """Whether the bot has not taken in all that happened."""
        listening = self.telegram.has_webhook(self.card.id) or self.telegram.polled(self.card.id)
        return self.telegram.pending(self.card.id) > 0 or not listening

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
        there = {PersonRef(PLATFORM, str(user)) for user in self.telegram.members(self._place(group))}
        return [one.ref for one in self._people.values() if one.ref in there]

    def restricted(self, group: Where) -> dict[PersonRef, datetime | None]:
        """Who may not write just now, until when."""
        cards = {one.ref: self.telegram.member(int(one.ref.id), self._place(group)) for one in self._people.values()}
        return {
            ref: datetime.fromtimestamp(card.until, UTC) if card.until else None
            for ref, card in cards.items()
            if card.status == "restricted"
        }

    def transcript(self, group: Where, viewer: Who | None = None) -> list[SimMessage]:
        """What is on a member's screen now, oldest first."""
        user = self._owner if viewer is None else self._user(viewer)
        return self._screen(user, self._place(group))

    def inbox(self, person: Who) -> list[SimMessage]:
        """A person's private chat with the bot."""
        return self._screen(self._user(person), self.card.id)

    def ever_shown(self, group: Where) -> list[Shown]:
        """Every text that the whole group could see, with from when until when."""
        ref = self.group(group).ref
        return [
            Shown(
                message=MessageRef(ref, str(one.id)),
                author=self._author(one.author),
                author_name=self._name(one.author),
                text=one.text,
                since=one.shown_from,
                until=one.shown_until,
            )
            for one in self.telegram.ever_shown(int(ref.id))
            if not one.service
        ]

    # Names into numbers and back

    def _screen(self, user: int, place: int) -> list[SimMessage]:
        return [self._message(user, place, one) for one in self.telegram.sees(user, place) if not one.service]

    def _sent(self, user: int, place: int, sent: Sent) -> SimMessage:
        shown = self.telegram.sees(user, place)
        return self._message(
            user, place, next(one for one in shown if (one.id, one.ephemeral_id) == (sent.id, sent.ephemeral_id))
        )

    def _message(self, user: int, place: int, seen: Seen) -> SimMessage:
        chat = self._chat(place if place < 0 else user)
        buttons = [button for row in seen.buttons for button in row if button.data]
        return SimMessage(
            ref=MessageRef(chat, ephemeral_id(user, seen.ephemeral_id) if seen.ephemeral_id else str(seen.id)),
            author=self._author(seen.author),
            author_name=self._name(seen.author),
            text=seen.text,
            at=seen.at,
            edited=seen.edited,
            reply_to=MessageRef(chat, str(seen.reply_to)) if seen.reply_to else None,
            choices=tuple(Choice(one.data, one.label, at) for at, one in enumerate(buttons, start=1)),
            pinned=seen.pinned,
            only_for=PersonRef(PLATFORM, str(user)) if seen.ephemeral_id else None,
            file=None if seen.file is None else Enclosure(*seen.file),
        )

    def _author(self, user: int) -> PersonRef | None:
        return None if user == self.card.id else PersonRef(PLATFORM, str(user))

    def _name(self, user: int) -> str:
        named = [one.name for one in self._people.values() if one.ref.id == str(user)]
        return named[0] if named else "Orchard"

    def _user(self, who: Who) -> int:
        return int(self.person(who).ref.id)

    def _place(self, chat: Where) -> int:
        """As the fake's acts want it: a group's number, or the bot's for the private chat with it."""
        number = int((self._groups[chat].ref if isinstance(chat, str) else chat).id)
        return number if number < 0 else self.card.id

    def _chat(self, number: int) -> ChatRef:
        return ChatRef(PLATFORM, self.account.id, str(number))

    def _rights(self, group: Where) -> tuple[str, ...]:
        card = self.telegram.member(self.card.id, self._place(group))
        return tuple(right for right in card.rights if right in ADMIN_RIGHTS)

    def _set_rights(self, group: Where, rights: set[str]) -> None:
        self.telegram.promote(self._place(group), self.card.id, sorted(rights))


def _ref(message: SimMessage | MessageRef) -> MessageRef:
    return message.ref if isinstance(message, SimMessage) else message


def _numbers(ref: MessageRef) -> tuple[int, int]:
    """Of an ordinary message and of an ephemeral one: one of the two is 0."""
    receiver, dash, number = ref.id.partition("-")
    return (0, int(number)) if dash and receiver.startswith("e") else (int(ref.id), 0)
