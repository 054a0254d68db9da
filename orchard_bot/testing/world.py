"""A simulated chat world: people with phones, groups, and a bot among them, on any platform's terms.

People act by the World's methods and are refused what their phones would refuse (``NotPossible``). The bot acts by
``perform`` and is refused what the platform would refuse (the errors of ``orchard_bot.errors``). Nothing here waits,
and the same acts give the same ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from orchard_bot.chat.abilities import YES, Abilities, no
from orchard_bot.chat.events import AbilitiesChanged, ChatMoved, Event
from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.chat.steps import Receipt, Step
from orchard_bot.errors import Gone
from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.sim_message import NotPossible, Shown, SimMessage
from orchard_bot.testing.world_bot import BotHands
from orchard_bot.testing.world_events import BATCH, Delivery
from orchard_bot.testing.world_faults import Faults
from orchard_bot.testing.world_people import People, Where, Who
from orchard_bot.testing.world_state import SimGroup, SimPerson, WorldState


class World(People):
    """Everything a chat platform is, in one object. ``now`` is the clock of all that happens in it.

    Ids are counted from ``first_id``: a World that follows another before the same bot must not use its ids again.

    What people do is inherited from ``People``: post, edit, delete, join, leave, request_join, press, react,
    open_chat, block_bot, unblock_bot.
    """

    def __init__(
        self,
        profile: Profile,
        now: Callable[[], datetime],
        platform: str = "sandbox",
        account: str = "main",
        bot_name: str = "Orchard",
        first_id: int = 1,
    ) -> None:
        super().__init__(WorldState(profile, now, platform, account, bot_name, first_id))
        self._hands = BotHands(self._state)

    # The set-up

    @property
    def profile(self) -> Profile:
        """Which platform this is; see ``change_profile``."""
        return self._state.profile

    @property
    def account(self) -> AccountRef:
        """The bot's account here."""
        return AccountRef(self._state.platform, self._state.account)

    @property
    def bot(self) -> PersonRef:
        """The bot as a person: whose message a reply answers, who removed a member."""
        return self._state.bot

    @property
    def faults(self) -> Faults:
        """What is to go wrong."""
        return self._state.faults

    def change_profile(self, profile: Profile) -> None:
        """Go on as another platform, with the same people, groups and messages."""
        self._state.profile = profile
        for group in self.groups:
            self._abilities_changed(group)

    def add_person(self, id: str, name: str, *, started: bool = False) -> PersonRef:
        """Somebody with a phone; ``started`` where they have opened the private chat with the bot already."""
        ref, private = self.person_ref(id), self._state.chat_ref(f"private:{id}")
        if ref in self._state.people or private in self._state.groups or ref == self.bot:
            raise NotPossible("This id is taken: choose another.")
        person = SimPerson(ref, name, private, started, last_wrote=self._state.now() if started else None)
        self._state.people[ref] = self._state.owners[private] = person
        self._state.touch()
        return ref

    def add_group(self, id: str, title: str, members: Iterable[Who] = (), admins: Iterable[Who] = ()) -> ChatRef:
        """A group with the bot in it; admins are members too. The bot is told nothing of who was there before it."""
        ref = self._state.chat_ref(id)
        if ref in self._state.groups or ref in self._state.owners:
            raise NotPossible("This id is taken: choose another.")
        rulers = {self._state.person(who).ref for who in admins}
        everybody = [self._state.person(who).ref for who in members]
        present = dict.fromkeys([*everybody, *sorted(rulers - set(everybody), key=str)])
        self._state.groups[ref] = SimGroup(ref, title, present, rulers)
        self._state.touch()
        return ref

    def grant(self, group: Where, *names: str, **values: Any) -> None:
        """Give the bot a right in a group: by name as the platform allows it, or by any value of ``Abilities``.

        ``grant(group, "delete_others")`` takes back a ``revoke``; ``grant(group, restrict=True, buttons=2)`` invents
        a platform of one's own.
        """
        place = self._state.group(group)
        _known(*names, *values)
        for name in names:
            place.rights.pop(name, None)
        place.rights.update({name: _ability(value) for name, value in values.items()})
        self._abilities_changed(place)

    def revoke(self, group: Where, *names: str) -> None:
        """Take rights from the bot in a group, by the names of ``Abilities``."""
        place = self._state.group(group)
        _known(*names)
        lost = no("The bot lacks this right in the group.", self.profile.how_to_grant)
        place.rights.update(dict.fromkeys(names, lost))
        self._abilities_changed(place)

    def move_group(self, old: Where, new: str) -> ChatRef:
        """The group goes on under another id, as a Telegram group that becomes a supergroup. Old messages stay old."""
        before = self._state.group(old)
        after = self.add_group(new, before.title, before.members, before.admins)
        before.moved_to = self._state.groups[after].ref
        self._state.groups[after].rights.update(before.rights)
        self._state.tell_bot(ChatMoved(self._state.event_id(), self._state.now(), before.ref, to=after))
        return after

    # What there is to see

    @property
    def people(self) -> list[SimPerson]:
        """Everybody, in the order in which they were added."""
        return list(self._state.people.values())

    @property
    def groups(self) -> list[SimGroup]:
        """The groups that are in use, in the order in which they were added."""
        return [group for group in self._state.groups.values() if group.moved_to is None]

    def person(self, id: Who) -> SimPerson:
        """Somebody by id or ref."""
        return self._state.person(id)

    def group(self, id: Where) -> SimGroup:
        """A group by id or ref."""
        return self._state.group(id)

    def person_ref(self, id: str) -> PersonRef:
        """The ref that a person of this id has here, added or not."""
        return PersonRef(self._state.platform, id)

    def private(self, person: Who) -> ChatRef:
        """A person's private chat with the bot."""
        return self._state.person(person).private

    def members(self, group: Where) -> list[PersonRef]:
        """Who is in the group, besides the bot."""
        return list(self._state.group(group).members)

    def restricted(self, group: Where) -> dict[PersonRef, datetime | None]:
        """Who may not post in the group just now, until when; None: without end."""
        now = self._state.now()
        found = self._state.group(group).restricted
        return {person: until for person, until in found.items() if until is None or now < until}

    def transcript(self, group: Where, viewer: Who | None = None) -> list[SimMessage]:
        """What is in the group now, oldest first; what is for one member alone only where they are the ``viewer``."""
        ref = self._state.group(group).ref
        eyes = self._state.person(viewer).ref if viewer is not None else None
        return self._there_now(ref, eyes)

    def inbox(self, person: Who) -> list[SimMessage]:
        """A person's private chat with the bot, both sides, oldest first."""
        who = self._state.person(person)
        return self._there_now(who.private, who.ref)

    def ever_shown(self, group: Where) -> list[Shown]:
        """Every text that the whole group could see, even for a moment, with from when until when."""
        return list(self._state.shown.get(self._state.group(group).ref, {}).values())

    @property
    def sends(self) -> list[tuple[str, Step]]:
        """All that the bot did, as (key, step); what was done twice is there twice."""
        return list(self._hands.sends)

    @property
    def version(self) -> int:
        """Grows with every change."""
        return self._state.version

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call ``callback`` at every change; calling what is returned ends that."""
        return self._state.on_change(callback)

    # The bot's side

    @property
    def connection(self) -> int | None:
        """The number of the connection that a bot has just now; None: no bot is listening."""
        return self._state.connection

    def connect(self) -> int:
        """A bot connects; any earlier connection is over. Gives the connection's number."""
        self._state.connection = self._state.next_connection()
        self._state.touch()
        return self._state.connection

    def disconnect(self, connection: int) -> None:
        """The bot of this connection goes away. Nothing happens where it is over already."""
        if self._state.connection == connection:
            self._state.connection = None
        self._state.touch()

    @property
    def pending(self) -> list[Event]:
        """What the bot has not acknowledged yet, in the order in which it happened."""
        return self._state.queue.pending

    def hand_out(self, limit: int = BATCH) -> Delivery:
        """The next events for the bot; the same again until they are acknowledged."""
        return self._state.queue.hand_out(limit)

    def acknowledge(self, delivery: Delivery) -> None:
        """The bot has stored these."""
        self._state.queue.acknowledge(delivery)
        self._state.touch()

    def perform(self, step: Step) -> Receipt:
        """Do what the bot asks. Raises ``PlatformError`` as the platform or a fault has it."""
        self.faults.strike_before()
        receipt = self._hands.perform(step)
        self.faults.strike_after(repeatable=self.profile.transaction_ids)
        return receipt

    def abilities(self, chat: ChatRef) -> Abilities:
        """What the bot may do in a chat just now. Raises ``Gone`` for a chat that is not (or no longer) there."""
        found = self._state.abilities(chat)
        if found is None:
            raise Gone("There is no such chat, or it goes on under another id.")
        return found

    def _there_now(self, chat: ChatRef, eyes: PersonRef | None) -> list[SimMessage]:
        found: Sequence[SimMessage] = list(self._state.messages.get(chat, {}).values())
        return [each for each in found if not each.deleted and each.only_for in (None, eyes)]

    def _abilities_changed(self, group: SimGroup) -> None:
        self._state.tell_bot(AbilitiesChanged(self._state.event_id(), self._state.now(), group.ref))


def _known(*names: str) -> None:
    unknown = [name for name in names if name not in Abilities.__struct_fields__]
    if unknown:
        raise NotPossible(f"There is no ability '{unknown[0]}': see orchard_bot.chat.abilities.")


def _ability(value: object) -> object:
    if isinstance(value, bool):
        return YES if value else no("The bot lacks this right in the group.")
    return value
