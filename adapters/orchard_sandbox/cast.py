"""The people of the sandbox, their class group, and how the page finds them talking."""

from __future__ import annotations

from msgspec import Struct


class CastMember(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody with a phone in the sandbox: one entry of ``people`` in ``[adapters.sandbox]``."""

    id: str
    """What the configuration's list of moderators calls them, after ``sandbox/``."""
    name: str
    """What everybody sees."""
    moderator: bool = False
    """An admin of the group. Who moderates for the bot stands in the configuration's list of moderators."""
    member: bool = True
    """In the group from the start."""
    started: bool = False
    """Has opened the private chat with the bot already."""


class GroupSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The class group: ``group`` in ``[adapters.sandbox]``."""

    id: str = "larch"
    """The last part of the chat in the configuration, after ``sandbox/main/``."""
    title: str = "Larch class parents"
    """What people see above the chat."""


class Line(Struct, frozen=True):
    """One message of the opening scene. ``answers`` is the place of an earlier line, counted from 0."""

    person: str
    minutes_ago: int
    text: str
    answers: int | None = None


CAST: tuple[CastMember, ...] = (
    CastMember(id="priya", name="Priya Nair", started=True),
    CastMember(id="tomasz", name="Tomasz Wiśniewski", started=True),
    CastMember(id="hannah", name="Hannah Cole"),
    CastMember(id="grace", name="Grace Okafor", member=False),
    CastMember(id="amira", name="Amira Hassan", moderator=True, started=True),
    CastMember(id="joe", name="Joe Bennett", moderator=True, started=True),
)

OPENING: tuple[Line, ...] = (
    Line("hannah", 34, "Evening all! Is it wellies or trainers for the woodland walk on Thursday?"),
    Line("amira", 32, "Wellies, I think. The newsletter says the path by the pond is muddy.", answers=0),
    Line("hannah", 31, "Perfect, thank you. Ours have holes in, so off to the shops we go"),
    Line("joe", 20, "I have a spare pair in size 11 if anybody is stuck. They have frogs on."),
    Line("priya", 19, "Frogs! Yes please, Joe. I’ll find you at the gate."),
    Line("tomasz", 6, "And Mr Hale lost the permission slips. Again. The man could not organise a sandwich."),
)
"""Friendly, but for the last line: something that a parent may well want to report."""
