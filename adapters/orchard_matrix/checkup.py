"""What ``orchard-bot doctor`` says of Matrix: the account, and how the bot stands in each room. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from orchard_bot.chat.platform import Finding
from orchard_bot.chat.refs import ChatRef
from orchard_matrix.directory import Directory
from orchard_matrix.rooms import Room

_NOT_IN = (
    "Invite the bot's account to the room, then give the room's id in orchard.toml "
    "(Room settings, Advanced, Internal room ID)."
)


def examined(directory: Directory, account: str, chats: Iterable[ChatRef]) -> list[Finding]:
    """One finding on the account, and what each room needs."""
    inside = [room for room in directory.rooms.values() if directory.inside(room.id)]
    private = sum(room.partner(directory.own) is not None for room in inside)
    findings = [Finding(True, account, f"rooms it is in: {len(inside) - private}; private chats: {private}.")]
    for chat in chats:
        findings += _of_room(directory, chat)
    return findings


def _of_room(directory: Directory, chat: ChatRef) -> list[Finding]:
    about, room = str(chat), directory.inside(chat.id)
    if room is None:
        return [Finding(False, about, "the bot is not in this room.", _NOT_IN)]
    if room.kind:
        return [Finding(False, about, "this is a space, where nobody writes.", "Name the room of the class instead.")]
    if room.moved is not None:
        says = "this room has been replaced by another."
        return [Finding(False, about, says, f'Write chat = "{_moved(chat, room)}".')]
    sealed = "encrypted: the bot has keys of its own." if room.encrypted else "not encrypted."
    return [Finding(True, about, f"the bot is in this room. It is {sealed}")]


def _moved(chat: ChatRef, room: Room) -> ChatRef:
    return ChatRef(chat.platform, chat.account, room.moved.to if room.moved else room.id)
