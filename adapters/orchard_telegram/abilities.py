"""What the bot may do in a chat, from its rights there. Pure: the rights are asked for elsewhere."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct
from telegram import ChatMember, ChatMemberAdministrator, ChatMemberRestricted

from orchard_bot.chat.abilities import YES, Abilities, Ability, Reach, no
from orchard_telegram.ids import is_supergroup

_ONLY_WHEN_STARTED = "Telegram lets a bot write to people only after they have pressed Start in its private chat."
_PRIVATE = no("This is a private chat: there is nobody to moderate.")
_LIST = no("Telegram tells bots how many members a group has, not who they are.")
_DELETIONS = no("Telegram never tells bots that a member deleted a message.")
_BASIC = no(
    "Telegram can mute and link only in supergroups, and this is a basic group.",
    "Group, Edit, Chat history for new members: choose Visible. That makes it a supergroup.",
)
_OLD_SERVER = no(
    "This Bot API server has no messages for one member alone, or they are switched off.",
    'Write ephemeral = "auto" and use Telegram\'s own server, or one that knows Bot API 10.3.',
)
_BLIND = no(
    "Privacy mode hides ordinary messages from the bot as long as it is no administrator.",
    "Make the bot an administrator: Group, Edit, Administrators, Add administrator.",
)


class Standing(Struct, frozen=True, kw_only=True):
    """How the bot stands in a group."""

    chat: int
    member: ChatMember
    """The bot itself."""
    members_may_post: bool
    ephemeral: bool
    """Whether the server has ephemeral messages, and they are wanted."""
    reads_all: bool
    """Whether privacy mode is off."""

    @property
    def is_admin(self) -> bool:
        """An administrator sees every message, and hears of every coming and going."""
        return self.member.status == ChatMember.ADMINISTRATOR


def in_group(standing: Standing) -> Abilities:
    """In a group or supergroup."""
    supergroup = is_supergroup(standing.chat)
    restrict = _right(standing, "can_restrict_members", "Ban users")
    delete = _right(standing, "can_delete_messages", "Delete messages")
    see = YES if standing.is_admin or standing.reads_all else _BLIND
    return Abilities(
        private_messages=Reach.ONCE_STARTED,
        private_messages_why=_ONLY_WHEN_STARTED,
        post=_post(standing),
        private_reply_in_group=_show_one(standing),
        hide_commands=YES if standing.ephemeral else delete,
        delete_others=delete,
        delete_others_within=timedelta(hours=48),
        restrict=restrict if supergroup else _BASIC,
        remove=restrict,
        answer_joins=_right(standing, "can_invite_users", "Add users"),
        list_members=_LIST,
        see_joins=YES,
        see_edits=see,
        see_deletions=_DELETIONS,
        edit_own=YES,
        withdraw_own=YES,
        pin=_right(standing, "can_pin_messages", "Pin messages"),
        message_links=YES if supergroup else _BASIC,
        files=YES,
        send_files=YES,
        buttons=12,
        text_limit=4096,
        per_chat_per_minute=20.0,
        per_account_per_second=30.0,
    )


def in_private() -> Abilities:
    """In somebody's private chat with the bot."""
    return Abilities(
        private_messages=Reach.ONCE_STARTED,
        private_messages_why=_ONLY_WHEN_STARTED,
        post=_PRIVATE,
        private_reply_in_group=_PRIVATE,
        hide_commands=_PRIVATE,
        delete_others=_PRIVATE,
        restrict=_PRIVATE,
        remove=_PRIVATE,
        answer_joins=_PRIVATE,
        list_members=_PRIVATE,
        see_joins=_PRIVATE,
        see_edits=YES,
        see_deletions=_DELETIONS,
        edit_own=YES,
        withdraw_own=YES,
        pin=_PRIVATE,
        message_links=_PRIVATE,
        files=YES,
        send_files=YES,
        buttons=12,
        text_limit=4096,
        per_chat_per_minute=60.0,
        per_account_per_second=30.0,
    )


def _right(standing: Standing, name: str, label: str) -> Ability:
    member = standing.member
    if isinstance(member, ChatMemberAdministrator):
        if getattr(member, name):
            return YES
        grant = f"Group, Edit, Administrators: choose the bot and switch on “{label}”."
        return no(f"The bot is an administrator without the right “{label}”.", grant)
    grant = f"Group, Edit, Administrators, Add administrator: choose the bot and leave “{label}” on."
    return no(f"The bot is no administrator here, so it has no right “{label}”.", grant)


def _show_one(standing: Standing) -> Ability:
    if not standing.ephemeral:
        return _OLD_SERVER
    if not standing.is_admin:
        return no(
            "Telegram lets only administrators show something to one member alone.",
            "Make the bot an administrator: Group, Edit, Administrators, Add administrator.",
        )
    return YES


def _post(standing: Standing) -> Ability:
    member = standing.member
    if isinstance(member, ChatMemberRestricted) and not member.can_send_messages:
        return no("Somebody has muted the bot here.", "Group, Members: choose the bot and let it send messages.")
    if not standing.is_admin and not standing.members_may_post:
        return no(
            "In this group only administrators may write.",
            "Make the bot an administrator: Group, Edit, Administrators, Add administrator.",
        )
    return YES
