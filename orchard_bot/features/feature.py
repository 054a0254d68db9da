"""What a feature is: commands, choices, dialogs, events it listens to, and what it wants to hear back.

A handler is a synchronous function of a request and a unit of work. It reads and writes state and says what it
wants to happen; it never waits for a network. Everything it did commits together, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Flag, auto
from typing import Any, TypeAlias

from orchard_bot.chat.events import (
    ChatOpened,
    ChoiceMade,
    Event,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MessageEdited,
    MessagePosted,
)
from orchard_bot.chat.intents import HideCommand, Priority
from orchard_bot.chat.refs import AccountRef, PersonRef
from orchard_bot.community.community import Community, Role
from orchard_bot.community.newsletter import Newsletter, Unreadable
from orchard_bot.detectors.observation import Observation
from orchard_bot.features.house import CommandInfo
from orchard_bot.features.unit import Unit


class Where(Flag):
    """Where a command is understood."""

    PRIVATE = auto()
    GROUP = auto()
    ANYWHERE = PRIVATE | GROUP


@dataclass(frozen=True, slots=True)
class Request:
    """One event, with all that was found out about it before a handler is called."""

    event: Event
    community: Community
    person: PersonRef
    name: str
    """For showing only."""
    role: Role
    private: bool
    text: str = ""
    args: str = ""
    """What stood behind the command."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """What an offer or a dialog remembered."""
    observations: tuple[Observation, ...] = ()
    in_picture: bool = False
    """What was noticed stands in a picture that came with the message, not in its words."""
    newsletter: Newsletter | Unreadable | None = None
    """What was found in the document or text that a moderator sent; ``Unreadable`` where it could not be read."""
    examined: bool = False
    """The detectors have looked at ``args``, a draft."""

    stands_in: AccountRef | None = None
    """The person moderates through this account, and wrote from another platform that they have linked with it."""

    @property
    def account(self) -> AccountRef:
        """The account of the bot that the person is in touch with, as far as this community is concerned."""
        return self.stands_in or self.event.account

    @property
    def posted(self) -> MessagePosted:
        """The event as a message; only for handlers that are called for messages."""
        assert isinstance(self.event, MessagePosted)
        return self.event

    def hide_command(self, unit: Unit, *, origin: str = "") -> None:
        """Take the command that this person just typed in the group out of everybody's sight, before all else.

        ``origin`` hears how that went; the subject of the outcome is the community and the person.
        """
        if not self.private and isinstance(self.event, MessagePosted):
            unit.emit(
                HideCommand(
                    message=self.event.message,
                    author=self.event.author,
                    origin=origin,
                    subject=f"{self.community.id} {self.event.author}",
                    priority=Priority.SAFETY,
                )
            )


@dataclass(frozen=True, slots=True)
class Outcome:
    """How something went that a feature asked to hear about."""

    delivered: bool
    key: str
    subject: str
    account: AccountRef
    person: PersonRef | None
    why: str = ""
    """Why it could not be delivered, in words for a moderator."""
    waiting: bool = False
    """Kept until the person opens a private chat with the bot."""


@dataclass(frozen=True, slots=True)
class Due:
    """A timer or a schedule that has come due. ``at`` is when it was due, which may be long ago."""

    kind: str
    community: Community
    subject: str
    data: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedNews:
    """What is new in a configured feed, as this community's school has it; or why the feed cannot be read."""

    community: Community
    url: str
    newsletter: Newsletter | None = None
    why: str = ""


FeedHandler: TypeAlias = Callable[[FeedNews, Unit], None]
Handler: TypeAlias = Callable[[Request, Unit], None]
OutcomeHandler: TypeAlias = Callable[[Outcome, Unit], None]
TimerHandler: TypeAlias = Callable[[Due, Unit], None]
Listened: TypeAlias = type[
    MessagePosted | MessageEdited | MemberJoined | MemberLeft | JoinRequested | ChatOpened | ChoiceMade | Event
]


@dataclass(frozen=True, slots=True)
class Command:
    """A word with a slash. ``summary`` is the wording key of its line in ``/help``."""

    name: str
    run: Handler
    summary: str
    where: Where = Where.ANYWHERE
    roles: frozenset[Role] = frozenset({Role.MEMBER, Role.MODERATOR})
    shown_to: frozenset[Role] | None = None
    """Whom ``/help`` shows it to; None: everybody who may use it."""
    examines: bool = False
    """In private, the detectors look at what stands behind it."""

    @property
    def info(self) -> CommandInfo:
        """What ``/help`` needs to know about it."""
        return CommandInfo(self.name, self.summary, self.where, self.shown_to or self.roles, self.examines)


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing people can do. Names of actions, dialogs, outcomes and timers begin with the feature's name."""

    name: str
    commands: tuple[Command, ...] = ()
    actions: Mapping[str, Handler] = field(default_factory=dict)
    """What happens when an option is chosen, by the option's action."""
    dialogs: Mapping[str, Handler] = field(default_factory=dict)
    """What to do with the next private message while this dialog state is open."""
    listens: Mapping[type, Handler] = field(default_factory=dict)
    """What to do on an event that is no command, choice or dialog answer. Watched messages come with observations."""
    outcomes: Mapping[str, OutcomeHandler] = field(default_factory=dict)
    timers: Mapping[str, TimerHandler] = field(default_factory=dict)
    forwarded: Handler | None = None
    """What to do with a message that somebody forwards to the bot in private, outside any dialog."""
    copied: Handler | None = None
    """What to do with words in private that were written in one of the person's groups lately: ``request.text``."""
    newsletter: Handler | None = None
    """What to do with a newsletter that a moderator sends to the bot in private: ``request.newsletter``."""
    feed: FeedHandler | None = None
    """What to do with what is new in a configured feed."""
    standing: Mapping[str, str] = field(default_factory=dict)
    """Timers that every community has, by kind: five cron fields in its time zone."""
    at_start: tuple[str, ...] = ()
    """Those of them that a community new to the bot has at once, too."""
    public_words: Mapping[str, str] = field(default_factory=dict)
    """Sentences of its own that a group may read, by key. Only for features that come in another package."""
    private_words: Mapping[str, str] = field(default_factory=dict)
    """Sentences of its own for one person, by key."""
    dialog_version: int = 1
    """Raise it when the meaning of stored dialogs or offers changes: older ones then end politely."""
