"""Members, rights and requests to join, through the real library."""

from __future__ import annotations

from datetime import timedelta

import pytest
from telegram import (
    Bot,
    ChatMemberAdministrator,
    ChatMemberBanned,
    ChatMemberOwner,
    ChatMemberRestricted,
    ChatPermissions,
)
from telegram.error import BadRequest, Forbidden

from tests.adapters.telegram.fake.conftest import Cast
from tests.adapters.telegram.fake.driver import FakeTelegram
from tests.adapters.telegram.fake.refusal import NotPossible

MUTED = ChatPermissions.no_permissions()
RESTRICT = "^Not enough rights to restrict/unrestrict chat member$"


async def test_each_member_is_shown_as_they_stand(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    telegram.promote(cast.group, cast.card.id, ["can_delete_messages"])
    assert isinstance(await bot.get_chat_member(cast.group, cast.olga), ChatMemberOwner)
    me = await bot.get_chat_member(cast.group, cast.card.id)
    assert isinstance(me, ChatMemberAdministrator)
    assert (me.can_delete_messages, me.can_restrict_members) == (True, False)
    assert (await bot.get_chat_member(cast.group, cast.anna)).status == "member"
    assert (await bot.get_chat_member(cast.group, telegram.add_user("Zoe"))).status == "left"
    with pytest.raises(BadRequest, match=r"^Participant_id_invalid$"):
        await bot.get_chat_member(cast.group, 12345)
    assert await bot.get_chat_member_count(cast.group) == 4
    admins = await bot.get_chat_administrators(cast.group)
    assert {admin.user.id for admin in admins} == {cast.olga, cast.card.id}


async def test_a_mute_ends_by_itself_unless_it_is_too_short_or_too_long(
    telegram: FakeTelegram, bot: Bot, cast: Cast
) -> None:
    await bot.restrict_chat_member(cast.group, cast.anna, MUTED, until_date=telegram.now() + timedelta(hours=1))
    with pytest.raises(NotPossible):
        telegram.post(cast.anna, cast.group, "but")
    telegram.advance(3600)
    telegram.post(cast.anna, cast.group, "back again")
    for seconds in (29, 367 * 24 * 3600):
        until = telegram.now() + timedelta(seconds=seconds)
        await bot.restrict_chat_member(cast.group, cast.ben, MUTED, until_date=until)
        muted = await bot.get_chat_member(cast.group, cast.ben)
        assert isinstance(muted, ChatMemberRestricted)
        assert telegram.member(cast.ben, cast.group).until == 0
        await bot.restrict_chat_member(cast.group, cast.ben, ChatPermissions.all_permissions())
        assert telegram.member(cast.ben, cast.group).status == "member"


async def test_whom_the_bot_may_not_restrict(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    with pytest.raises(BadRequest, match=r"^Can't remove chat owner$"):
        await bot.restrict_chat_member(cast.group, cast.olga, MUTED)
    telegram.promote(cast.group, cast.anna, [])
    with pytest.raises(BadRequest, match=r"^User is an administrator of the chat$"):
        await bot.ban_chat_member(cast.group, cast.anna)
    telegram.promote(cast.group, cast.card.id, ["can_delete_messages"])
    for act in (bot.ban_chat_member, bot.unban_chat_member):
        with pytest.raises(BadRequest, match=RESTRICT):
            await act(cast.group, cast.ben)
    basic = telegram.add_group("Class 1a", cast.olga, kind="group")
    telegram.add_to(basic, cast.card.id)
    with pytest.raises(BadRequest, match=r"^Method is available only for supergroups$"):
        await bot.restrict_chat_member(basic, cast.ben, MUTED)
    with pytest.raises(BadRequest, match=r"^Method is available for supergroup and channel chats only$"):
        await bot.unban_chat_member(basic, cast.ben)


async def test_unban_puts_a_member_out_unless_asked_not_to(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    await bot.unban_chat_member(cast.group, cast.anna, only_if_banned=True)
    assert telegram.member(cast.anna, cast.group).present
    await bot.unban_chat_member(cast.group, cast.anna)
    assert telegram.member(cast.anna, cast.group).status == "left"
    await bot.ban_chat_member(cast.group, cast.ben)
    assert isinstance(await bot.get_chat_member(cast.group, cast.ben), ChatMemberBanned)
    with pytest.raises(NotPossible):
        telegram.join(cast.ben, cast.group)
    await bot.unban_chat_member(cast.group, cast.ben, only_if_banned=True)
    telegram.join(cast.ben, cast.group)


async def test_a_ban_that_ends_lets_them_join_again(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    await bot.ban_chat_member(cast.group, cast.ben, until_date=telegram.now() + timedelta(minutes=1))
    telegram.advance(60)
    assert telegram.member(cast.ben, cast.group).status == "left"


async def test_who_asks_to_join_can_be_written_to_for_five_minutes(
    telegram: FakeTelegram, bot: Bot, cast: Cast
) -> None:
    zoe = telegram.add_user("Zoe")
    telegram.request_to_join(zoe, cast.group, bio="Mum of Kim")
    (update,) = await bot.get_updates()
    assert update.chat_join_request is not None
    assert (update.chat_join_request.user_chat_id, update.chat_join_request.bio) == (zoe, "Mum of Kim")
    await bot.send_message(zoe, "Welcome, one question first")
    telegram.advance(301)
    with pytest.raises(Forbidden, match=r"can't initiate conversation"):
        await bot.send_message(zoe, "Are you still there?")
    await bot.approve_chat_join_request(cast.group, zoe)
    assert telegram.member(zoe, cast.group).present
    with pytest.raises(BadRequest, match=r"^User_already_participant$"):
        await bot.decline_chat_join_request(cast.group, zoe)


async def test_an_answer_to_no_request_is_refused(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    zoe = telegram.add_user("Zoe")
    telegram.request_to_join(zoe, cast.group)
    await bot.decline_chat_join_request(cast.group, zoe)
    with pytest.raises(BadRequest, match=r"^Hide_requester_missing$"):
        await bot.approve_chat_join_request(cast.group, zoe)
    telegram.request_to_join(zoe, cast.group)
    telegram.promote(cast.group, cast.card.id, [])
    with pytest.raises(BadRequest, match=r"^Not enough rights to manage chat invite link$"):
        await bot.approve_chat_join_request(cast.group, zoe)
    telegram.answer_request(cast.group, zoe, cast.olga, admit=True)
    assert telegram.asking(cast.group) == []


async def test_the_bot_can_leave(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    assert await bot.leave_chat(cast.group)
    with pytest.raises(Forbidden, match=r"not a member of the supergroup chat"):
        await bot.get_chat(cast.group)


async def test_hidden_members_are_for_administrators(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    telegram.hide_members(cast.group)
    assert (await bot.get_chat(cast.group)).has_hidden_members
    telegram.demote(cast.group, cast.card.id)
    with pytest.raises(BadRequest, match=r"^Chat_admin_required$"):
        await bot.get_chat_member(cast.group, cast.anna)


async def test_a_chat_tells_all_about_itself(telegram: FakeTelegram, bot: Bot, cast: Cast) -> None:
    channel = telegram.add_channel("School news", cast.olga, linked_group=cast.group)
    full = await bot.get_chat(cast.group)
    assert (full.type, full.title, full.linked_chat_id) == ("supergroup", "Class 3b", channel)
    telegram.start(cast.anna, cast.card.id)
    private = await bot.get_chat(cast.anna)
    assert (private.type, private.full_name) == ("private", "Anna Ask")
    with pytest.raises(BadRequest, match=r"^There are no administrators in the private chat$"):
        await bot.get_chat_administrators(cast.anna)
