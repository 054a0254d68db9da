"""How people stand in chats: coming, going, rights and restrictions, and which bots are told."""

from __future__ import annotations

from dataclasses import replace

from tests.adapters.telegram.fake import render, talk
from tests.adapters.telegram.fake.model import GROUP_ANONYMOUS_BOT, Chat, Json, Member
from tests.adapters.telegram.fake.state import Bot, State

MONTHS = 366 * 24 * 3600


def set_member(
    state: State, place: Chat, new: Member, by: int, *, silently: bool = False, via_join_request: bool = False
) -> None:
    """Put somebody into a new standing; the bots that may know hear of it."""
    old = replace(place.member(new.user_id))
    place.members[new.user_id] = new
    place.asking.pop(new.user_id, None)
    if old == new:
        return
    change: Json = {
        "chat": render.chat(state, place),
        "from": render.user(state.users[by]),
        "date": state.clock.unix(),
        "old_chat_member": render.member(state, place, old),
        "new_chat_member": render.member(state, place, new),
    }
    if via_join_request:
        change["via_join_request"] = True
    if new.user_id in state.bots:
        state.bots[new.user_id].known_users.add(by)
        state.bots[new.user_id].queue.add("my_chat_member", change)
    for bot in state.bots_in(place):
        if bot.id != new.user_id and place.member(bot.id).is_admin:
            bot.known_users.add(new.user_id)
            bot.queue.add("chat_member", change)
    if not silently:
        _say(state, place, old, new, by)


def _say(state: State, place: Chat, old: Member, new: Member, by: int) -> None:
    """The line in the chat that everybody sees, where there is one. Nobody is told of their own act."""
    if place.type == "channel" or old.present == new.present:
        return
    person = render.user(state.users[new.user_id])
    if new.present:
        talk.service(state, place, by, {"new_chat_members": [person]})
    else:
        talk.service(state, place, by, {"left_chat_member": person})


def let_in(state: State, place: Chat, user: int, by: int, *, via_join_request: bool = False) -> None:
    """Somebody comes in. Who is restricted stays so."""
    old = place.member(user)
    if old.status == "restricted":
        new = replace(old, inside=True)
    else:
        new = Member(user)
    set_member(state, place, new, by, via_join_request=via_join_request)


def let_out(state: State, place: Chat, user: int, by: int, *, until: int | None = None) -> None:
    """Somebody goes; ``until``: barred, 0 for ever."""
    old = place.member(user)
    if until is not None:
        new = Member(user, "kicked", until=until)
    elif old.status == "restricted":
        new = replace(old, inside=False)
    else:
        new = Member(user, "left")
    set_member(state, place, new, by)


def forever_or(until: int, now: int) -> int:
    """Less than 30 seconds or more than 366 days from now is for ever, which is 0."""
    return until if 30 <= until - now <= MONTHS else 0


def run_out(state: State) -> None:
    """Bans and restrictions that have ended by now end. Telegram tells nobody."""
    now = state.clock.unix()
    for place in state.chats.values():
        for member in list(place.members.values()):
            if not 0 < member.until <= now:
                continue
            if member.status == "restricted":
                place.members[member.user_id] = Member(member.user_id, "member" if member.inside else "left")
            elif member.status == "kicked":
                place.members[member.user_id] = Member(member.user_id, "left")


def ask_in(state: State, place: Chat, user: int, bio: str = "") -> None:
    """Somebody asks to be let in; the bots that may invite hear of it, and may write to them for a while."""
    place.asking[user] = state.clock.now()
    request: Json = {
        "chat": render.chat(state, place),
        "from": render.user(state.users[user]),
        "user_chat_id": user,
        "date": state.clock.unix(),
    }
    if bio:
        request["bio"] = bio
    for bot in state.bots_in(place):
        if place.member(bot.id).may("can_invite_users"):
            bot.known_users.add(user)
            bot.queue.add("chat_join_request", request)


def migrate(state: State, old: Chat, *, with_membership: bool = False) -> Chat:
    """A basic group becomes a supergroup: a new id, new message ids, the same people."""
    new = Chat(-1_000_000_000_000 - state.new_id(1_000_000_000, 2_999_999_999), "supergroup", old.title)
    state.chats[new.id] = new
    new.members = {user: replace(member) for user, member in old.members.items()}
    new.permissions = old.permissions
    creator = next(member.user_id for member in old.members.values() if member.status == "creator")
    talk.service(state, old, creator, {"migrate_to_chat_id": new.id})
    old.migrated_to = new.id
    talk.service(state, new, GROUP_ANONYMOUS_BOT, {"migrate_from_chat_id": old.id}, sender_chat=new.id)
    if with_membership:
        for bot in state.bots_in(old):
            _tell_of_move(state, bot, old, new, creator)
    return new


def _tell_of_move(state: State, bot: Bot, old: Chat, new: Chat, by: int) -> None:
    gone, here = Member(bot.id, "left"), new.members[bot.id]
    for place, before, after in ((old, old.members[bot.id], gone), (new, gone, here)):
        change = {
            "chat": render.chat(state, place),
            "from": render.user(state.users[by]),
            "date": state.clock.unix(),
            "old_chat_member": render.member(state, place, before),
            "new_chat_member": render.member(state, place, after),
        }
        bot.queue.add("my_chat_member", change)
