"""Asks Telegram how the bot, or a person, stands in a chat just now."""

from __future__ import annotations

from msgspec.structs import replace
from telegram import Bot, ChatFullInfo, ChatMember, ChatMemberRestricted
from telegram.error import BadRequest, ChatMigrated, Forbidden

from orchard_bot.chat.abilities import Abilities
from orchard_bot.chat.refs import ChatRef, PersonRef
from orchard_bot.errors import Gone, NotAllowed
from orchard_telegram.abilities import Standing, in_group, in_private
from orchard_telegram.client import refusals
from orchard_telegram.ids import chat_id, is_private, user_id
from orchard_telegram.refusals import Concern
from orchard_telegram.session import Session

_NOT_HERE = "The bot is not in this group."
_PRESENT = frozenset({ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER})
_HIDDEN = ("member list is inaccessible", "chat_admin_required")


async def abilities(session: Session, chat: ChatRef) -> Abilities:
    """What the bot may do there. Raises ``Gone`` where it is not in the group."""
    number = chat_id(chat)
    if is_private(number):
        return in_private()
    found = in_group(await standing(session, number))
    with refusals(Concern.GROUP):
        return replace(found, people=await session.client.bot.get_chat_member_count(number) - 1)


async def standing(session: Session, group: int) -> Standing:
    """How the bot stands in a group. Raises ``Gone`` where it is not in it."""
    session.note_standing(group, is_admin=False)
    place, member = await _look(session, group)
    if not _inside(member):
        raise Gone(_NOT_HERE)
    session.note_standing(group, is_admin=member.status == ChatMember.ADMINISTRATOR)
    permissions = place.permissions
    return Standing(
        chat=group,
        member=member,
        members_may_post=permissions is None or permissions.can_send_messages is not False,
        ephemeral=session.hands.ephemeral,
        reads_all=bool(session.me.can_read_all_group_messages),
    )


async def _look(session: Session, group: int) -> tuple[ChatFullInfo, ChatMember]:
    bot = session.client.bot
    with refusals(Concern.GROUP):
        try:
            return await bot.get_chat(group), await bot.get_chat_member(group, session.me.id)
        except ChatMigrated as error:
            session.places.moved(group, error.new_chat_id)
            raise
        except (BadRequest, Forbidden) as error:
            raise Gone(_NOT_HERE) from error


async def is_member(bot: Bot, chat: ChatRef, person: PersonRef) -> bool | None:
    """Whether this person is in the group; None where Telegram tells only administrators."""
    group = chat_id(chat)
    try:
        number = user_id(person)
    except Gone:
        return False
    with refusals(Concern.GROUP):
        try:
            return _inside(await bot.get_chat_member(group, number))
        except Forbidden as error:
            raise NotAllowed(_NOT_HERE) from error
        except BadRequest as error:
            words = error.message.lower()
            if any(one in words for one in _HIDDEN):
                return None
            if "chat not found" in words or isinstance(error, ChatMigrated):
                raise
            return False  # Telegram has several ways to say that it knows of no such member


def _inside(member: ChatMember) -> bool:
    return member.status in _PRESENT or (isinstance(member, ChatMemberRestricted) and member.is_member)
