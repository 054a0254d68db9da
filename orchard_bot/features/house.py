"""What every unit of work may look up and none may change: the groups, the code of conduct, the wording."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from orchard_bot.chat.abilities import Abilities
from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.community.code_of_conduct import CodeOfConduct
from orchard_bot.community.community import Community, Role
from orchard_bot.community.wording import Wording

if TYPE_CHECKING:
    from orchard_bot.features.feature import Where


class Retention(msgspec.Struct, frozen=True):
    """How long each kind of data is kept."""

    evidence: timedelta = timedelta(days=30)
    """Text of a reported message, after its case was settled."""
    open_case: timedelta = timedelta(days=90)
    """The same while nobody has decided."""
    sightings: timedelta = timedelta(days=60)
    recent: timedelta = timedelta(days=3)
    """Salted hashes of what is written in a group, where forwards name nobody."""
    training_texts: timedelta = timedelta(days=365)
    """Messages that poster and moderator agreed to keep for training."""
    cases: timedelta = timedelta(days=365)
    """Case records without text."""
    handled_ids: timedelta = timedelta(days=8)
    """Event ids, so that nothing is handled twice; longer than any platform repeats itself."""
    parked: timedelta = timedelta(days=3)
    """Events that could not be handled."""
    sent: timedelta = timedelta(days=40)
    """Delivered messages: their keys and refs, for later edits; the text goes at once."""


@dataclass(frozen=True, slots=True)
class CommandInfo:
    """A command as ``/help`` shows it to ``roles``. ``summary`` is the wording key of its line."""

    name: str
    summary: str
    where: Where
    roles: frozenset[Role]
    examines: bool = False


class House:
    """One running bot, as features see it."""

    def __init__(
        self,
        communities: Iterable[Community],
        code: CodeOfConduct,
        words: Wording,
        retention: Retention | None = None,
    ) -> None:
        self.code = code
        self.words = words
        self.retention = retention or Retention()
        self.communities: dict[str, Community] = {one.id: one for one in communities}
        self._by_chat = {one.chat: one.id for one in self.communities.values()}
        self._served: dict[AccountRef, list[str]] = defaultdict(list)
        self._moderated: dict[PersonRef, list[str]] = defaultdict(list)
        for one in self.communities.values():
            self._served[one.chat.via].append(one.id)
            for moderator in one.moderators:
                self._moderated[moderator.person].append(one.id)
        self.commands: tuple[CommandInfo, ...] = ()
        """What all installed features understand; filled at start."""
        self._abilities: dict[ChatRef, Abilities] = {}

    @property
    def examining(self) -> frozenset[str]:
        """Commands behind which a draft stands that the detectors are to look at."""
        return frozenset(command.name for command in self.commands if command.examines)

    def in_chat(self, chat: ChatRef) -> Community | None:
        """The community whose group this is."""
        found = self._by_chat.get(chat)
        return self.communities[found] if found is not None else None

    def served_by(self, account: AccountRef) -> list[Community]:
        """The communities whose group this account is in."""
        return [self.communities[id] for id in self._served.get(account, ())]

    def is_served_by(self, community: str, account: AccountRef) -> bool:
        """Whether this account is in the group of the community of this id."""
        found = self.communities.get(community)
        return found is not None and found.chat.via == account

    def moderated_by(self, person: PersonRef) -> list[Community]:
        """The communities this person moderates."""
        return [self.communities[id] for id in self._moderated.get(person, ())]

    def abilities(self, chat: ChatRef) -> Abilities | None:
        """What the bot may do there, as far as it knows by now."""
        return self._abilities.get(chat)

    def learn(self, chat: ChatRef, abilities: Abilities) -> None:
        """Keep what the platform just said about this chat."""
        self._abilities[chat] = abilities

    def move(self, community: str, to: ChatRef) -> None:
        """The group of this community goes on in another chat."""
        old = self.communities[community]
        self._by_chat.pop(old.chat, None)
        self.communities[community] = msgspec.structs.replace(old, chat=to)
        self._by_chat[to] = community
        if to.via != old.chat.via:
            self._served[old.chat.via].remove(community)
            self._served[to.via].append(community)

    def role(self, community: Community, person: PersonRef, *, member: bool) -> Role:
        """What ``person`` is to ``community``; ``member``: whether they are known to be in the group."""
        if community.moderator(person):
            return Role.MODERATOR
        return Role.MEMBER if member else Role.STRANGER
