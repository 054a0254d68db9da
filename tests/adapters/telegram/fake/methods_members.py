"""Methods about chats and who is in them."""

from __future__ import annotations

from typing import Any

from tests.adapters.telegram.fake import access, render, standing
from tests.adapters.telegram.fake.catalogue import boolean, chat, fields, integer, method
from tests.adapters.telegram.fake.model import PERMISSIONS, Chat, Json, Member
from tests.adapters.telegram.fake.refusal import bad
from tests.adapters.telegram.fake.state import Bot, State

RESTRICT = "not enough rights to restrict/unrestrict chat member"

_permissions = fields(**dict.fromkeys(PERMISSIONS, boolean))


@method("getChat", "chat_id", chat_id=chat)
def get_chat(state: State, bot: Bot, p: Json) -> Json:
    """https://core.telegram.org/bots/api#getchat."""
    place = access.readable(state, bot, p["chat_id"])
    return render.full_chat(state, place, for_admin=place.member(bot.id).may("can_invite_users"))


@method("getChatMember", "chat_id", "user_id", chat_id=chat, user_id=integer)
def get_chat_member(state: State, bot: Bot, p: Json) -> Json:
    """https://core.telegram.org/bots/api#getchatmember: sure to work only for administrators."""
    place = _members_of(state, bot, p)
    if place.type == "private":
        return {"user": render.user(_user(state, p)), "status": "member"}
    user = _user(state, p)
    if place.members_hidden and user.id != bot.id and not place.member(bot.id).is_admin:
        raise bad("CHAT_ADMIN_REQUIRED")
    return render.member(state, place, place.member(user.id))


@method("getChatAdministrators", "chat_id", chat_id=chat, return_bots=boolean)
def get_chat_administrators(state: State, bot: Bot, p: Json) -> list[Json]:
    """https://core.telegram.org/bots/api#getchatadministrators: other bots only where asked for."""
    place = _members_of(state, bot, p)
    if place.type == "private":
        raise bad("there are no administrators in the private chat")
    return [
        render.member(state, place, member)
        for member in place.in_it()
        if member.is_admin
        and (not state.users[member.user_id].is_bot or p.get("return_bots") or member.user_id == bot.id)
    ]


@method("getChatMemberCount", "chat_id", chat_id=chat)
def get_chat_member_count(state: State, bot: Bot, p: Json) -> int:
    """https://core.telegram.org/bots/api#getchatmembercount."""
    place = _members_of(state, bot, p)
    return 2 if place.type == "private" else len(place.in_it())


@method(
    "restrictChatMember",
    "chat_id",
    "user_id",
    "permissions",
    chat_id=chat,
    user_id=integer,
    permissions=_permissions,
    until_date=integer,
    use_independent_chat_permissions=boolean,
)
def restrict_chat_member(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#restrictchatmember. All permissions given lifts it."""
    place = access.writable(state, bot, p["chat_id"])
    if place.type != "supergroup":
        raise bad("method is available only for supergroups")
    member = _target(state, bot, place, p, "can't restrict self")
    given = frozenset(name for name, on in p["permissions"].items() if on)
    until = standing.forever_or(p.get("until_date", 0), state.clock.unix())
    inside = member.present
    if given >= frozenset(PERMISSIONS[:10]):
        new = Member(member.user_id, "member" if inside else "left")
    else:
        new = Member(member.user_id, "restricted", permissions=given, until=until, inside=inside)
    standing.set_member(state, place, new, bot.id)
    return True


@method(
    "banChatMember", "chat_id", "user_id", chat_id=chat, user_id=integer, until_date=integer, revoke_messages=boolean
)
def ban_chat_member(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#banchatmember."""
    if p.get("revoke_messages"):
        raise bad("fake: revoke_messages takes away what the group wrote: no adapter here needs it")
    place = _group(state, bot, p)
    member = _target(state, bot, place, p, "can't restrict self")
    until = standing.forever_or(p.get("until_date", 0), state.clock.unix())
    standing.let_out(state, place, member.user_id, bot.id, until=until)
    return True


@method("unbanChatMember", "chat_id", "user_id", chat_id=chat, user_id=integer, only_if_banned=boolean)
def unban_chat_member(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#unbanchatmember: puts a member out unless only_if_banned."""
    place = access.writable(state, bot, p["chat_id"])
    if place.type not in {"supergroup", "channel"}:
        raise bad("method is available for supergroup and channel chats only")
    member = _target(state, bot, place, p, "can't restrict self")
    if member.status == "kicked" or not p.get("only_if_banned"):
        standing.set_member(state, place, Member(member.user_id, "left"), bot.id)
    return True


@method("approveChatJoinRequest", "chat_id", "user_id", chat_id=chat, user_id=integer)
def approve_chat_join_request(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#approvechatjoinrequest."""
    place, user = _request(state, bot, p)
    standing.let_in(state, place, user, bot.id, via_join_request=True)
    return True


@method("declineChatJoinRequest", "chat_id", "user_id", chat_id=chat, user_id=integer)
def decline_chat_join_request(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#declinechatjoinrequest."""
    place, user = _request(state, bot, p)
    del place.asking[user]
    return True


@method("leaveChat", "chat_id", chat_id=chat)
def leave_chat(state: State, bot: Bot, p: Json) -> bool:
    """https://core.telegram.org/bots/api#leavechat."""
    place = _group(state, bot, p)
    standing.let_out(state, place, bot.id, bot.id)
    return True


def _members_of(state: State, bot: Bot, p: Json) -> Chat:
    """The members of a group that was left or became a supergroup are out of reach."""
    place = access.readable(state, bot, p["chat_id"])
    return access.writable(state, bot, p["chat_id"]) if place.type == "group" else place


def _group(state: State, bot: Bot, p: Json) -> Chat:
    place = access.writable(state, bot, p["chat_id"])
    if place.type == "private":
        raise bad("chat member status can't be changed in private chats")
    return place


def _user(state: State, p: Json) -> Any:
    if p["user_id"] <= 0:
        raise bad("invalid user_id specified")
    if p["user_id"] not in state.users:
        raise bad("PARTICIPANT_ID_INVALID")
    return state.users[p["user_id"]]


def _target(state: State, bot: Bot, place: Chat, p: Json, on_self: str) -> Member:
    """Whom the bot may put under restrictions."""
    member = place.member(_user(state, p).id)
    if member.user_id == bot.id:
        raise bad(on_self)
    if place.type == "group" and not place.member(bot.id).may("can_restrict_members"):
        raise bad("CHAT_ADMIN_REQUIRED")
    access.need(bot, place, "can_restrict_members", RESTRICT)
    if member.status == "creator":
        raise bad("can't remove chat owner")
    if member.status == "administrator":
        raise bad("user is an administrator of the chat")
    return member


def _request(state: State, bot: Bot, p: Json) -> tuple[Chat, int]:
    place = _group(state, bot, p)
    user = _user(state, p)
    access.need(bot, place, "can_invite_users", "not enough rights to manage chat invite link")
    if place.member(user.id).present:
        raise bad("USER_ALREADY_PARTICIPANT")
    if user.id not in place.asking:
        raise bad("HIDE_REQUESTER_MISSING")
    return place, user.id
