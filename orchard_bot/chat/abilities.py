"""What the bot may do in a chat, as data: each ability with the reason why not, and how to grant it."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from msgspec import Struct


class Reach(StrEnum):
    """Whether the bot may write to a person privately."""

    ALWAYS = "always"
    ONCE_STARTED = "once-started"
    """Only after the person has opened a chat with the bot."""
    NEVER = "never"


class Ability(Struct, frozen=True):
    """One thing the bot may or may not do here. ``why`` explains a no, ``grant`` says how to change it."""

    can: bool
    why: str = ""
    grant: str = ""

    def __bool__(self) -> bool:
        return self.can


YES = Ability(True)


def no(why: str, grant: str = "") -> Ability:
    """The bot may not do this here, because ``why``."""
    return Ability(False, why, grant)


class Abilities(Struct, frozen=True, kw_only=True):
    """Everything the core needs to know about one account in one chat. Adapters fill it in from live rights."""

    private_messages: Reach
    """Whom it may write to in private."""
    private_messages_why: str = ""
    post: Ability = YES
    """May write in the group at all."""
    private_reply_in_group: Ability
    """May show one member something in the group that nobody else sees."""
    hide_commands: Ability
    """A command typed in the group can be taken out of sight (or never is in sight)."""
    delete_others: Ability
    """Can delete a member's message, when a moderator has decided so."""
    delete_others_within: timedelta | None = None
    """How old another's message may be; None: no limit."""
    restrict: Ability
    """Can keep a member from posting for a while."""
    remove: Ability
    """Can take a member out of the group."""
    answer_joins: Ability
    """Can let in somebody who asks to join, or decline."""
    list_members: Ability
    """Can ask who is in the group."""
    see_joins: Ability
    """Hears when somebody comes or goes."""
    see_edits: Ability
    """Hears when a message is changed."""
    see_deletions: Ability
    """Hears when a message is deleted by its author."""
    edit_own: Ability
    """Can change a message of its own."""
    withdraw_own: Ability
    """Can take back a message of its own."""
    pin: Ability
    """Can pin a message of its own."""
    message_links: Ability
    """A message has an address that opens it."""
    files: Ability = no("This platform hands no files to the bot.")
    """Can read a file that somebody sends it in private."""
    send_files: Ability = no("This platform lets the bot send no files.")
    """Can send somebody a file in private."""
    forwards_named: bool = True
    """A forward says whose message it was. Where it does not, the bot keeps a salted hash of what is written for some days."""
    disappear_after: timedelta | None = None
    """After how long messages in the group go by themselves; None: never."""
    buttons: int
    """How many buttons a message may carry; 0: choices become numbered lines."""
    text_limit: int
    """Characters in one message."""
    per_chat_per_minute: float
    """Messages a minute that this chat takes."""
    per_person_per_minute: float = 60.0
    """Messages a minute that one person's private chat takes."""
    people: int | None = None
    """How many are in the group, the bot not counted; None: not known."""
    per_account_per_second: float
    """Messages a second that the account may send in all."""

    def named(self) -> dict[str, Ability]:
        """The yes-or-no abilities by field name, in the order of declaration."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in values.items() if isinstance(value, Ability)}
