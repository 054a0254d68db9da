"""An event on its way through the pipeline, with what was found out about it before the transaction."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from orchard_bot.chat.events import Attachment, Event
from orchard_bot.chat.letters import PICTURE_LANES
from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.community.community import Community
from orchard_bot.community.newsletter import Newsletter, Unreadable
from orchard_bot.detectors.observation import Observation


@dataclass(slots=True)
class Passage:
    """One event between being received and being handled."""

    event: Event
    lane: str
    """Events of one lane are handled strictly in order: the chat."""
    community: Community | None = None
    """Whose group this is; None for a private chat or a group that is not ours."""
    command: str | None = None
    args: str = ""
    observations: tuple[Observation, ...] = ()
    ordinary: bool = False
    """Nothing to do but to note that it came: the path of almost every message."""
    enquire: bool = False
    """Something has to be found out first that takes a while: it waits in its lane meanwhile."""
    draft: str | None = None
    """What somebody wants to be looked at before they post it, in private."""
    document: Attachment | None = None
    """What a moderator sent, to be read as a newsletter."""
    pasted: str = ""
    """What a moderator wrote that looks like a newsletter, to be read as one."""
    newsletter: Newsletter | Unreadable | None = None
    """What was found in it, once it was read in the lane."""
    pictures: bool = False
    """There are pictures in it whose text is to be read, beside all else."""
    pictured: str | None = None
    """The text in its pictures: then this passage is about them, and not about what was written."""
    unread: bool = False
    """The slow detectors have yet to look at it."""
    only: tuple[str, ...] | None = None
    """On a further try: the features whose handlers failed; the others have done their part."""


class Parcel(Struct, frozen=True):
    """A passage at rest in its lane."""

    event: Event
    only: tuple[str, ...] | None = None
    pictures: bool = False
    """Its pictures are to be read; what was written has been handled."""


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Parcel] = msgspec.json.Decoder(Parcel)


def pack(event: Event, only: tuple[str, ...] | None = None, *, pictures: bool = False) -> bytes:
    """The parcel as JSON."""
    return _encoder.encode(Parcel(event, only, pictures))


def unpack(data: bytes) -> Parcel:
    """What ``pack`` made."""
    return _decoder.decode(data)


def picture_lane(lane: str) -> str:
    """Where messages of a chat wait for their pictures to be read."""
    return f"{PICTURE_LANES}{lane}"


@dataclass(slots=True)
class Effects:
    """What a unit of work did that somebody outside the transaction must know after the commit."""

    handled: int = 0
    duplicates: int = 0
    failures: int = 0
    queued: bool = False
    left_out: int = 0
    """Messages whose pictures are not read because too many wait already."""
    sending: bool = False
    """There may be something to send, or a new time to wake up."""
    joined: list[tuple[str, PersonRef]] = field(default_factory=list)
    left: list[tuple[str, PersonRef]] = field(default_factory=list)
    moved: list[tuple[str, ChatRef]] = field(default_factory=list)
    changed: list[tuple[AccountRef, ChatRef]] = field(default_factory=list)
    """Chats where the bot's abilities have changed."""
