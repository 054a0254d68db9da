"""What each chat platform lets a bot do, as data: the World behaves by it, and the documentation's matrix prints it.

Limits of length and rate are the platforms' published ones; where a platform publishes none, a cautious figure.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from orchard_bot.chat.abilities import YES, Abilities, Reach, no


class Forwards(StrEnum):
    """What the bot learns about a forwarded message."""

    ORIGIN = "origin"
    """Who wrote it, and when."""
    MARK = "mark"
    """That it is a forward, not whose."""
    NOTHING = "nothing"
    """It looks like a message of the sender's own."""


class Profile(Struct, frozen=True, kw_only=True):
    """One platform: the abilities of a bot with every right it can be given there, and the platform's own ways."""

    name: str
    title: str
    abilities: Abilities
    """Those in a group. In a private chat there is nobody to moderate; see ``per_person_per_minute``."""
    how_to_grant: str
    """Where an operator gives the bot a right that it lacks."""
    reads_groups: bool = True
    """False: the bot is in no group; it hears of nothing there, and can do nothing there."""
    ephemeral_commands: bool = False
    """A command typed in a group is seen by its author and the bot alone."""
    transaction_ids: bool = False
    """The same step key again is answered with the first receipt, and nothing happens twice."""
    blocks_show: bool = True
    """A message to somebody who blocked the bot fails; False: it seems to succeed."""
    window: timedelta | None = None
    """How long after a person's last private message the bot may write to them; None: no limit."""
    forwards: Forwards = Forwards.NOTHING
    mute_at_least: timedelta = timedelta()
    """A shorter restriction is one without end."""
    mute_at_most: timedelta | None = None
    """A longer restriction is one without end."""
    message_id: str = "{n}"
    """How message ids look: ``n`` is a counter, ``author`` the author's id."""


_ONLY_WHEN_STARTED = "Telegram lets a bot write to people only after they have pressed Start in its private chat."
_NO_SHOWING_ONE = no("This platform cannot show a group message to one member alone.")

TELEGRAM = Profile(
    name="telegram",
    title="Telegram",
    abilities=Abilities(
        private_messages=Reach.ONCE_STARTED,
        private_messages_why=_ONLY_WHEN_STARTED,
        private_reply_in_group=YES,
        hide_commands=YES,
        delete_others=YES,
        delete_others_within=timedelta(hours=48),
        restrict=YES,
        remove=YES,
        answer_joins=YES,
        list_members=no("Telegram tells bots how many members a group has, not who they are."),
        see_joins=YES,
        see_edits=YES,
        see_deletions=no("Telegram never tells bots that a member deleted a message."),
        edit_own=YES,
        withdraw_own=YES,
        pin=YES,
        message_links=YES,
        files=YES,
        send_files=YES,
        buttons=12,
        text_limit=4096,
        per_chat_per_minute=20.0,
        per_account_per_second=30.0,
    ),
    how_to_grant="Group, Edit, Administrators: choose the bot and switch this right on.",
    ephemeral_commands=True,
    forwards=Forwards.ORIGIN,
    mute_at_least=timedelta(seconds=30),
    mute_at_most=timedelta(days=366),
)

TELEGRAM_BASIC = replace(
    TELEGRAM,
    name="telegram-basic",
    title="Telegram, older server",
    abilities=replace(
        TELEGRAM.abilities,
        private_reply_in_group=no(
            "This Bot API server is older than version 10.2, which brought messages for one member alone.",
            "Use Telegram's own server, or update the local one.",
        ),
    ),
    ephemeral_commands=False,
)

SIGNAL = Profile(
    name="signal",
    title="Signal (signal-cli, JSON-RPC)",
    abilities=Abilities(
        private_messages=Reach.ALWAYS,
        private_reply_in_group=_NO_SHOWING_ONE,
        hide_commands=YES,
        delete_others=YES,
        delete_others_within=timedelta(hours=24),
        restrict=no("Signal cannot mute one member of a group."),
        remove=YES,
        answer_joins=YES,
        list_members=YES,
        see_joins=YES,
        see_edits=YES,
        see_deletions=YES,
        edit_own=YES,
        withdraw_own=YES,
        pin=YES,
        message_links=no("Signal has no links to a message."),
        send_files=YES,
        forwards_named=False,
        files=YES,
        buttons=0,
        text_limit=2000,
        per_chat_per_minute=20.0,
        per_account_per_second=1.0,
    ),
    how_to_grant="Group settings, Members: make the bot an admin.",
    blocks_show=False,
    message_id="{author}/{n}",
)

_REST_CANNOT_DELETE = no(
    "The REST interface to Signal cannot delete a member's message.",
    "Run signal-cli 0.14 or newer as a JSON-RPC daemon and choose that transport.",
)

SIGNAL_REST = replace(
    SIGNAL,
    name="signal-rest",
    title="Signal (signal-cli-rest-api)",
    abilities=replace(
        SIGNAL.abilities,
        delete_others=_REST_CANNOT_DELETE,
        delete_others_within=None,
        hide_commands=_REST_CANNOT_DELETE,
    ),
)

MATRIX = Profile(
    name="matrix",
    title="Matrix",
    abilities=Abilities(
        private_messages=Reach.ALWAYS,
        private_reply_in_group=_NO_SHOWING_ONE,
        hide_commands=YES,
        delete_others=YES,
        restrict=YES,
        remove=YES,
        answer_joins=YES,
        list_members=YES,
        see_joins=YES,
        see_edits=YES,
        see_deletions=YES,
        edit_own=YES,
        withdraw_own=YES,
        pin=YES,
        message_links=YES,
        forwards_named=False,
        files=YES,
        send_files=YES,
        buttons=0,
        text_limit=8_000,
        per_chat_per_minute=12.0,
        per_person_per_minute=12.0,
        per_account_per_second=0.2,
    ),
    how_to_grant="Room settings, Roles and permissions: give the bot's account the moderator role.",
    transaction_ids=True,
    message_id="${n}",
)

_NOT_IN_THE_GROUP = no("On WhatsApp the bot is not in the group: WhatsApp's terms keep bots out of class groups.")
_WHATSAPP_CANNOT = no("WhatsApp does not offer this to bots.")

WHATSAPP = Profile(
    name="whatsapp",
    title="WhatsApp (private chat only)",
    abilities=Abilities(
        private_messages=Reach.ONCE_STARTED,
        private_messages_why="WhatsApp lets a bot write only within 24 hours of the person's last message to it.",
        post=_NOT_IN_THE_GROUP,
        private_reply_in_group=_NOT_IN_THE_GROUP,
        hide_commands=_NOT_IN_THE_GROUP,
        delete_others=_NOT_IN_THE_GROUP,
        restrict=_NOT_IN_THE_GROUP,
        remove=_NOT_IN_THE_GROUP,
        answer_joins=_NOT_IN_THE_GROUP,
        list_members=_NOT_IN_THE_GROUP,
        see_joins=_NOT_IN_THE_GROUP,
        see_edits=_WHATSAPP_CANNOT,
        see_deletions=_WHATSAPP_CANNOT,
        edit_own=_WHATSAPP_CANNOT,
        withdraw_own=_WHATSAPP_CANNOT,
        pin=_NOT_IN_THE_GROUP,
        message_links=no("WhatsApp has no links to a message."),
        buttons=3,
        text_limit=1024,  # with buttons; plain text may be four times as long
        per_chat_per_minute=10.0,
        per_person_per_minute=10.0,
        per_account_per_second=80.0,
    ),
    how_to_grant="There is no way to grant this on WhatsApp.",
    reads_groups=False,
    window=timedelta(hours=24),
    forwards=Forwards.MARK,
    message_id="wamid.{n}",
)

ALL: dict[str, Profile] = {
    profile.name: profile for profile in (TELEGRAM, TELEGRAM_BASIC, SIGNAL, SIGNAL_REST, MATRIX, WHATSAPP)
}
"""Every profile by its name, in the order in which the documentation shows them."""
