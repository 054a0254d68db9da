"""What the bot may do in a chat, from what is configured and from its standing there. Pure."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from orchard_bot.chat.abilities import YES, Abilities, Ability, Reach, no
from orchard_signal.wire import Group

_PRIVATE = no("This is a private chat: there is nobody to moderate.")
_NOBODY_ALONE = no("Signal cannot show a group message to one member alone.")
_NO_MUTE = no("Signal cannot mute one member of a group.")
_NO_LINKS = no("Signal has no links to a message.")
_NO_ADMIN = no("The bot is no admin of this group.", "Group settings, Members: choose the bot, then Make admin.")
_CANNOT_DELETE = no(
    "What the bot is connected to cannot delete a member's message.",
    'Run signal-cli 0.14 or newer as a JSON-RPC daemon: transport = "jsonrpc", or add its jsonrpc_url.',
)
_CANNOT_PIN = no("This signal-cli is too old to pin a message.", "Run signal-cli 0.14 or newer.")
_ONLY_ADMINS = no("In this group only admins may write.", "Group settings, Members: choose the bot, then Make admin.")


def in_group(group: Group, own: str, *, deletes: bool, pins: bool) -> Abilities:
    """In a group. ``deletes``, ``pins``: the transport can delete a member's message, and pin one."""
    admin = own in group.admins
    right = YES if admin else _NO_ADMIN
    delete = right if deletes else _CANNOT_DELETE
    post = YES if admin or not group.only_admins_post else _ONLY_ADMINS
    return replace(
        _abilities(post, delete, right, YES),
        pin=right if pins else _CANNOT_PIN,
        people=len(group.members - {own}),
        disappear_after=timedelta(seconds=group.expires_after) if group.expires_after else None,
    )


def in_private() -> Abilities:
    """In somebody's private chat with the bot."""
    return _abilities(_PRIVATE, _PRIVATE, _PRIVATE, _PRIVATE)


def _abilities(post: Ability, delete: Ability, right: Ability, listing: Ability) -> Abilities:
    return Abilities(
        private_messages=Reach.ALWAYS,
        post=post,
        private_reply_in_group=_NOBODY_ALONE,
        hide_commands=delete,
        delete_others=delete,
        delete_others_within=timedelta(hours=24) if delete else None,
        restrict=_NO_MUTE,
        remove=right,
        answer_joins=right,
        list_members=listing,
        see_joins=listing,
        see_edits=YES,
        see_deletions=YES,
        edit_own=YES,
        withdraw_own=YES,
        pin=right,
        message_links=_NO_LINKS,
        forwards_named=False,
        files=YES,
        send_files=YES,
        buttons=0,
        text_limit=2000,
        per_chat_per_minute=20.0,
        per_account_per_second=1.0,
    )
