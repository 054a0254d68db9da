"""Setting up: bots, people, groups, channels, topics, and who may do what in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from msgspec import Struct

from tests.adapters.telegram.fake import standing, talk
from tests.adapters.telegram.fake.acts import Stage, act
from tests.adapters.telegram.fake.model import (
    ADMIN_RIGHTS,
    ALL_RIGHTS,
    CHANNEL_RIGHTS,
    PERMISSIONS,
    SUPERGROUP_RIGHTS,
    Chat,
    Member,
    User,
)
from tests.adapters.telegram.fake.queue import UpdateQueue
from tests.adapters.telegram.fake.refusal import NotPossible
from tests.adapters.telegram.fake.state import Bot


class BotCard(Struct, frozen=True):
    """What BotFather hands out."""

    id: int
    token: str
    username: str


class Casting(Stage):
    """The first half of the driver. Every act gives ids, never objects."""

    @act
    def add_bot(self, name: str = "Orchard", username: str = "orchard_bot", privacy: bool = True) -> BotCard:
        """A new bot, as BotFather makes it: in privacy mode, in no group."""
        state = self.state
        user = User(state.new_id(), name, username=username, is_bot=True)
        state.users[user.id] = user
        token = f"{user.id}:{state.new_secret()}"
        queue = UpdateQueue(state.clock, state.new_id(100_000_000, 900_000_000))
        state.bots[user.id] = Bot(user, token, queue, state.clock.now(), privacy)
        return BotCard(user.id, token, username)

    @act
    def add_user(
        self,
        first_name: str,
        last_name: str = "",
        username: str = "",
        language_code: str = "en",
        hides_forwards: bool = False,
    ) -> int:
        """A person with a phone. Gives their id."""
        user = User(self.state.new_id(), first_name, last_name, username, language_code, hides_forwards=hides_forwards)
        self.state.users[user.id] = user
        return user.id

    @act
    def acquaint(self, user: int, bot: int) -> None:
        """They have pressed Start some time ago, and nobody speaks of it any more."""
        self.state.person(user).started.add(self.state.bot(bot).id)
        self.state.bot(bot).known_users.add(user)

    @act
    def add_group(
        self, title: str, creator: int, kind: str = "supergroup", forum: bool = False, join_by_request: bool = False
    ) -> int:
        """A group or supergroup with its owner in it. Gives its id."""
        state = self.state
        if kind not in {"group", "supergroup"} or (kind == "group" and forum):
            raise NotPossible("A group is a group or a supergroup, and only a supergroup has topics.")
        id = -state.new_id(1_000_000_000, 2_999_999_999) - (1_000_000_000_000 if kind == "supergroup" else 0)
        place = Chat(id, kind, title, is_forum=forum, join_by_request=join_by_request)
        place.members[creator] = Member(state.person(creator).id, "creator")
        state.chats[id] = place
        return id

    @act
    def add_channel(self, title: str, creator: int, linked_group: int = 0) -> int:
        """A channel, with the group where its posts are discussed. Gives its id."""
        state = self.state
        id = -1_000_000_000_000 - state.new_id(1_000_000_000, 2_999_999_999)
        place = state.chats[id] = Chat(id, "channel", title)
        place.members[creator] = Member(state.person(creator).id, "creator")
        if linked_group:
            place.linked, state.group(linked_group).linked = linked_group, id
        return id

    @act
    def add_topic(self, group: int, name: str) -> int:
        """A topic of a forum. Gives its message_thread_id."""
        state, place = self.state, self.state.group(group)
        if not place.is_forum:
            raise NotPossible("Only a forum has topics.")
        creator = next(member.user_id for member in place.members.values() if member.status == "creator")
        content = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        message = talk.add(state, place, sender=creator, service=content)
        message.thread, message.in_topic = message.id, True
        place.topics[message.id] = name
        talk.announce(state, place, message)
        return message.id

    @act
    def add_to(self, group: int, user: int, by: int = 0) -> None:
        """Somebody, or a bot, is brought into a group; ``by`` 0: its owner does it."""
        state, place = self.state, self.state.group(group)
        state.person(user)
        if place.member(user).present:
            raise NotPossible("They are in the group already.")
        by = by or next(member.user_id for member in place.members.values() if member.status == "creator")
        standing.let_in(state, place, user, by)

    @act
    def promote(
        self, group: int, user: int, rights: Sequence[str] | None = None, anonymous: bool = False, by: int = 0
    ) -> None:
        """Make somebody in the group an administrator with just these rights; None: with all."""
        place = self.state.group(group)
        if not place.member(user).present:
            raise NotPossible("Only a member can become an administrator.")
        if unknown := set(rights or ()) - set(ALL_RIGHTS):
            raise NotPossible(f"There is no right called {min(unknown)!r}.")
        extra = {"supergroup": SUPERGROUP_RIGHTS, "channel": CHANNEL_RIGHTS}.get(place.type, ())
        given = frozenset((*ADMIN_RIGHTS, *extra) if rights is None else rights) | {"can_manage_chat"}
        if place.member(user).status == "creator":
            new = replace(place.member(user), is_anonymous=anonymous)
        else:
            new = Member(user, "administrator", given, is_anonymous=anonymous)
        self._change(group, new, by)

    @act
    def demote(self, group: int, user: int, by: int = 0) -> None:
        """An administrator becomes a member like all others."""
        self._change(group, Member(user), by)

    @act
    def restrict(self, group: int, user: int, permissions: Sequence[str] = (), until: int = 0, by: int = 0) -> None:
        """An administrator leaves somebody these permissions only; ``until`` in unix time, 0 for ever."""
        if unknown := set(permissions) - set(PERMISSIONS):
            raise NotPossible(f"There is no permission called {min(unknown)!r}.")
        inside = self.state.group(group).member(user).present
        self._change(
            group, Member(user, "restricted", permissions=frozenset(permissions), until=until, inside=inside), by
        )

    @act
    def remove(self, group: int, user: int, by: int = 0, ban: bool = True) -> None:
        """An administrator puts somebody, or a bot, out of the group."""
        self._change(group, Member(user, "kicked" if ban else "left"), by)

    @act
    def set_permissions(self, group: int, permissions: Sequence[str]) -> None:
        """What members without a role may do in the group."""
        self.state.group(group).permissions = frozenset(permissions)

    @act
    def hide_members(self, group: int, hidden: bool = True) -> None:
        """Let only administrators see who is in the group."""
        self.state.group(group).members_hidden = hidden

    @act
    def migrate(self, group: int, with_membership: bool = False) -> int:
        """A basic group becomes a supergroup; gives its new id.

        ``with_membership``: the bot is told of its leaving the one and being in the other as well.
        """
        place = self.state.group(group)
        if place.type != "group" or place.migrated_to:
            raise NotPossible("Only a basic group becomes a supergroup, and once.")
        return standing.migrate(self.state, place, with_membership=with_membership).id

    @act
    def set_privacy(self, bot: int, on: bool) -> None:
        """Privacy mode, as BotFather sets it."""
        self.state.bot(bot).privacy = on

    @act
    def revoke_token(self, bot: int) -> BotCard:
        """The token is dead from now on; gives the new one."""
        card = self.state.bot(bot)
        card.token = f"{card.id}:{self.state.new_secret()}"
        return BotCard(card.id, card.token, card.user.username)

    def _change(self, group: int, new: Member, by: int) -> None:
        place = self.state.group(group)
        owner = next(member.user_id for member in place.members.values() if member.status == "creator")
        standing.set_member(self.state, place, new, by or owner)
