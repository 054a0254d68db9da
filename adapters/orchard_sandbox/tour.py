"""The guided tour: five stories to try. A story says where to look and may put a draft in place; it does nothing."""

from __future__ import annotations

from msgspec import Struct


class Draft(Struct, frozen=True):
    """Words put into somebody's message box, not sent."""

    person: str
    pane: str
    text: str


class Story(Struct, frozen=True, kw_only=True):
    """One thing to try."""

    id: str
    title: str
    steps: tuple[str, ...]
    shows: tuple[tuple[str, str], ...]
    """Phones to take out, each with the chat to open: ``group`` or ``private``."""
    draft: Draft | None = None


STORIES: tuple[Story, ...] = (
    Story(
        id="report",
        title="Report a message in confidence",
        steps=(
            "On Priya’s phone, open the ••• beside Tomasz’s last message and press Report.",
            "Look at Tomasz’s phone: nothing has happened there. Orchard answers Priya in private.",
            "Answer it in her private chat. When she tells the moderators, Amira’s phone hears of it, without Priya’s name.",
        ),
        shows=(("priya", "group"), ("tomasz", "group"), ("amira", "private")),
    ),
    Story(
        id="rules",
        title="Ask for the rules",
        steps=(
            "In Priya’s private chat, press Send: /rules is in the box already.",
            "Pick a topic. On a platform without buttons, type its number instead.",
        ),
        shows=(("priya", "private"), ("tomasz", "group"), ("amira", "private")),
        draft=Draft("priya", "private", "/rules"),
    ),
    Story(
        id="swear",
        title="Swear, and see what happens",
        steps=(
            "Tomasz has lost his temper: the words are in his box. Press Send, or find better ones of your own.",
            "Nothing happens in the group: a new community starts in rehearsal. Type /status on Amira’s phone to see it.",
            'With watch = "live" in config/orchard.toml, Orchard acts on it: privately, and only as far as Tomasz said yes.',
        ),
        shows=(("tomasz", "group"), ("priya", "group"), ("amira", "private")),
        draft=Draft("tomasz", "group", "Who took the PE kit home AGAIN. This is bullsh1t."),
    ),
    Story(
        id="newcomer",
        title="A new parent joins",
        steps=(
            "On Grace’s phone, press Join the group.",
            "The group hears nothing about it. Open Grace’s private chat and press Start to see how she is welcomed.",
        ),
        shows=(("grace", "group"), ("priya", "group"), ("amira", "private")),
    ),
    Story(
        id="decide",
        title="A moderator decides",
        steps=(
            "Report something first, if you have not: see the first story.",
            "In Amira’s private chat, open the alert and take the case, then choose. /cases lists what is open.",
            "Watch Priya’s phone: she learns that it was decided, never what was decided about somebody else.",
        ),
        shows=(("priya", "private"), ("tomasz", "private"), ("amira", "private")),
        draft=Draft("amira", "private", "/cases"),
    ),
)


def story_of(id: str, people: frozenset[str]) -> Story | None:
    """The story of this id, if all who play in it are among the ``people``."""
    return next((each for each in told_by(people) if each.id == id), None)


def told_by(people: frozenset[str]) -> list[Story]:
    """The stories for which the whole cast is there."""
    return [each for each in STORIES if {person for person, _ in each.shows} <= people]
