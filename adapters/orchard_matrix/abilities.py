"""What the bot may do in a room, from its power level there. Pure: the room is looked at elsewhere."""

from __future__ import annotations

from orchard_bot.chat.abilities import YES, Abilities, Ability, Reach, no
from orchard_matrix.rooms import Room

TEXT_LIMIT = 8_000
"""Characters. An event may have 65 536 bytes in all, and encryption makes a third more of them."""
_PRIVATE = no("This is a private chat: there is nobody to moderate.")
_NOBODY_ALONE = no("Matrix cannot show a message in a room to one member alone.")


def in_room(room: Room, own: str, per_second: float) -> Abilities:
    """In a group."""
    delete = _both(
        _right(room, own, room.needed("redact"), "delete what others wrote", "Remove messages sent by others"),
        _right(room, own, room.needed_to_send("m.room.redaction"), "delete messages", "Send m.room.redaction events"),
    )
    kick = _right(room, own, room.needed("kick"), "remove people", "Remove users")
    invite = _right(room, own, room.needed("invite"), "let people in", "Invite users")
    mute = _right(room, own, room.needed_to_set("m.room.power_levels"), "mute people", "Change permissions")
    pin = _right(room, own, room.needed_to_set("m.room.pinned_events"), "pin messages", "Manage pinned events")
    sent = "m.room.encrypted" if room.encrypted else "m.room.message"
    post = _right(room, own, room.needed_to_send(sent), "write", "Send messages")
    people = len(room.joined - {own})
    return _abilities(post, delete, mute, kick, _both(invite, kick), pin, YES, per_second, people)


def in_private(per_second: float) -> Abilities:
    """In somebody's private chat with the bot."""
    return _abilities(_PRIVATE, _PRIVATE, _PRIVATE, _PRIVATE, _PRIVATE, _PRIVATE, _PRIVATE, per_second, None)


def _abilities(
    post: Ability,
    delete: Ability,
    mute: Ability,
    kick: Ability,
    answer: Ability,
    pin: Ability,
    listing: Ability,
    per_second: float,
    people: int | None,
) -> Abilities:
    return Abilities(
        private_messages=Reach.ALWAYS,
        post=post,
        private_reply_in_group=_NOBODY_ALONE,
        hide_commands=delete,
        delete_others=delete,
        restrict=mute,
        remove=kick,
        answer_joins=answer,
        list_members=listing,
        see_joins=listing,
        see_edits=YES,
        see_deletions=YES,
        edit_own=YES,
        withdraw_own=YES,
        pin=pin,
        message_links=listing,
        forwards_named=False,
        files=YES,
        send_files=YES,
        buttons=0,
        text_limit=TEXT_LIMIT,
        per_chat_per_minute=60 * per_second,
        per_person_per_minute=60 * per_second,
        per_account_per_second=per_second,
        people=people,
    )


def _right(room: Room, own: str, needed: float, what: str, label: str) -> Ability:
    level = room.level(own)
    if level >= needed:
        return YES
    grant = (
        f"Room settings, Roles and permissions: give the bot's account the level {_shown(needed)} "
        f"(Moderator is 50), or lower “{label}”."
    )
    return no(f"To {what} here takes the power level {_shown(needed)}; the bot has {_shown(level)}.", grant)


def _both(first: Ability, second: Ability) -> Ability:
    return second if first else first


def _shown(level: float) -> str:
    return f"{level:g}"
