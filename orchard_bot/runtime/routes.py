"""Who answers what: compiled once at start-up into dictionaries, so that a message costs the same whatever is installed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from orchard_bot.community.wording import UnknownWording, Wording
from orchard_bot.errors import OrchardError
from orchard_bot.features.feature import Command, Feature, FeedHandler, Handler, OutcomeHandler, TimerHandler

T = TypeVar("T")


class Clash(OrchardError):
    """Two features claim the same word. Uninstall one, or rename its command."""


_ALONE = {
    "forwarded": "handler of forwarded messages",
    "copied": "handler of copied messages",
    "newsletter": "handler of newsletters",
    "feed": "handler of feeds",
}
"""What only one feature can deal with: fields of ``Feature`` and of ``Routes``."""


class Unspoken(OrchardError):
    """A command has no line for ``/help``. Add the sentence to its feature's ``private_words``, without fields."""


@dataclass(frozen=True, slots=True)
class Listener:
    """One feature's handler for one kind of event."""

    feature: str
    run: Handler


@dataclass(frozen=True, slots=True)
class Routes:
    """Everything that can be called, by what calls it."""

    commands: Mapping[str, tuple[str, Command]] = field(default_factory=dict)
    actions: Mapping[str, Handler] = field(default_factory=dict)
    dialogs: Mapping[str, Handler] = field(default_factory=dict)
    listeners: Mapping[type, tuple[Listener, ...]] = field(default_factory=dict)
    forwarded: Handler | None = None
    copied: Handler | None = None
    newsletter: Handler | None = None
    feed: FeedHandler | None = None
    outcomes: Mapping[str, OutcomeHandler] = field(default_factory=dict)
    timers: Mapping[str, TimerHandler] = field(default_factory=dict)
    standing: Mapping[str, str] = field(default_factory=dict)
    at_start: frozenset[str] = frozenset()
    versions: Mapping[str, int] = field(default_factory=dict)


def compile_routes(features: Iterable[Feature]) -> Routes:
    """The routes of these features. Raises ``Clash`` where two claim the same name."""
    commands: dict[str, tuple[str, Command]] = {}
    actions: dict[str, Handler] = {}
    dialogs: dict[str, Handler] = {}
    outcomes: dict[str, OutcomeHandler] = {}
    timers: dict[str, TimerHandler] = {}
    standing: dict[str, str] = {}
    listeners: dict[type, list[Listener]] = defaultdict(list)
    alone: dict[str, Any] = {}
    versions: dict[str, int] = {}
    known = tuple(features)
    for feature in known:
        _add(versions, {feature.name: feature.dialog_version}, "feature")
        named: dict[str, tuple[str, Command]] = {one.name: (feature.name, one) for one in feature.commands}
        _add(commands, named, "command")
        _add(actions, feature.actions, "action")
        _add(dialogs, feature.dialogs, "dialog")
        _add(outcomes, feature.outcomes, "outcome")
        _add(timers, feature.timers, "timer")
        _add(standing, feature.standing, "standing schedule")
        for name, what in _ALONE.items():
            _add(alone, {name: run} if (run := getattr(feature, name)) else {}, what)
        for kind, run in feature.listens.items():
            listeners[kind].append(Listener(feature.name, run))
    return Routes(
        commands=commands,
        actions=actions,
        dialogs=dialogs,
        listeners={kind: tuple(found) for kind, found in listeners.items()},
        **alone,
        outcomes=outcomes,
        timers=timers,
        standing=standing,
        at_start=frozenset(kind for feature in known for kind in feature.at_start),
        versions=versions,
    )


def check_summaries(routes: Routes, words: Wording) -> None:
    """Raises ``Unspoken`` for a command whose line in ``/help`` is not in the wording, or needs filling in."""
    for feature, command in routes.commands.values():
        try:
            words.private(command.summary)
        except UnknownWording:
            problem = (
                f"The feature {feature!r} has no private sentence {command.summary!r} for /{command.name} in /help."
            )
            fix = "Add it to the feature's private_words (without fields), or uninstall the feature."
            raise Unspoken(f"{problem} {fix}") from None


def _add(table: dict[str, T], more: Mapping[str, T], what: str) -> None:
    for name, value in more.items():
        if name in table:
            raise Clash(f"Two features provide the {what} {name!r}. Uninstall one of them, or rename it.")
        table[name] = value
