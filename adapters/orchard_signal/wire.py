"""What signal-cli writes: envelopes, as far as the bot reads them. Unknown fields are passed over.

https://github.com/AsamK/signal-cli, ``src/main/java/org/asamk/signal/json``; both transports carry the same ones.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct


class _Part(Struct, frozen=True, rename="camel"):
    pass


class GroupInfo(_Part, frozen=True):
    """In which group; ``type`` is UPDATE where the group itself has changed."""

    group_id: str
    type: str = "DELIVER"
    revision: int = 0


class Mention(_Part, frozen=True):
    """Somebody is addressed: the text has U+FFFC in that place."""

    name: str | None = None


class Quote(_Part, frozen=True):
    """The message that this one answers."""

    id: int
    author_uuid: str | None = None
    text: str | None = None


class Reaction(_Part, frozen=True):
    """An emoji on a message."""

    emoji: str
    target_sent_timestamp: int
    target_author_uuid: str | None = None
    is_remove: bool = False


class RemoteDelete(_Part, frozen=True):
    """The author took a message back."""

    timestamp: int


class AdminDelete(_Part, frozen=True):
    """An admin took somebody's message away."""

    target_sent_timestamp: int
    target_author_uuid: str | None = None


class AttachedFile(_Part, frozen=True):
    """A file that came with a message; signal-cli has it by its id."""

    id: str | None = None
    content_type: str | None = None
    filename: str | None = None
    size: int | None = None


class DataMessage(_Part, frozen=True):
    """A message, or something about one."""

    timestamp: int
    message: str | None = None
    group_info: GroupInfo | None = None
    quote: Quote | None = None
    reaction: Reaction | None = None
    remote_delete: RemoteDelete | None = None
    admin_delete: AdminDelete | None = None
    mentions: tuple[Mention, ...] = ()
    attachments: tuple[msgspec.Raw, ...] = ()
    view_once: bool = False
    """The pictures are meant to be seen once and by nobody else."""
    expires_in_seconds: int = 0


class EditMessage(_Part, frozen=True):
    """An earlier message in new words."""

    target_sent_timestamp: int
    data_message: DataMessage


class Envelope(_Part, frozen=True):
    """Who sent what. Receipts, typing and what linked devices sent are in fields that the bot does not read."""

    timestamp: int
    source_uuid: str | None = None
    source_name: str | None = None
    data_message: DataMessage | None = None
    edit_message: EditMessage | None = None


class Received(_Part, frozen=True):
    """What both transports hand over."""

    envelope: Envelope


_decoder = msgspec.json.Decoder(Received)


def envelope_in(line: bytes) -> Envelope:
    """Raises ``msgspec.MsgspecError`` for what is none."""
    return _decoder.decode(line).envelope


def attached_file(one: msgspec.Raw) -> AttachedFile | None:
    """None for what is none: a broken file costs nobody the message."""
    try:
        return msgspec.json.decode(one, type=AttachedFile)
    except msgspec.MsgspecError:
        return None


class Group(Struct, frozen=True, kw_only=True):
    """A group as it is now, whichever transport told of it: ACIs throughout."""

    id: str
    member: bool
    """Whether the bot is in it."""
    invited: bool = False
    """Whether somebody has invited the bot, which has not said yes."""
    members: frozenset[str]
    admins: frozenset[str]
    requesting: frozenset[str] = frozenset()
    only_admins_post: bool = False
    expires_after: int | None = 0
    """Seconds after which messages disappear; 0: never; None: the transport does not say."""
