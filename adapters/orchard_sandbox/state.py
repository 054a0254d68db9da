"""What is open on the page, kept in its address: so it works without JavaScript and survives a reload."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace

from orchard_sandbox.cast import CastMember
from orchard_sandbox.tour import Story

PANELS = ("faults", "bot", "inside")


class Compose(Struct, frozen=True):
    """Somebody is answering or changing a message instead of writing a new one."""

    kind: str
    """``reply`` or ``edit``."""
    person: str
    message: str
    """The message's ref as text."""


class PageState(Struct, frozen=True, kw_only=True):
    """Whose phones are out, which chat each shows, and what else is open."""

    show: tuple[str, ...] = ()
    """People by id, in the order of the cast."""
    private: tuple[str, ...] = ()
    """Whose phone shows the private chat; the others show the group."""
    panel: str = ""
    """One of ``PANELS``, or empty."""
    story: str = ""
    compose: Compose | None = None

    def query(self) -> str:
        """The state as the query part of an address."""
        parts = {"show": ",".join(self.show), "private": ",".join(self.private)}
        if self.panel:
            parts["panel"] = self.panel
        if self.story:
            parts["story"] = self.story
        if self.compose is not None:
            parts[self.compose.kind] = f"{self.compose.person}:{self.compose.message}"
        return urlencode(parts, safe=",:/$")

    def showing(self, person: str, pane: str) -> PageState:
        """The same with this chat on the screen of this person's phone, which is taken out if need be."""
        others = [each for each in self.private if each != person]
        private = (*others, person) if pane == "private" else tuple(others)
        show = self.show if person in self.show else (*self.show, person)
        return replace(self, show=show, private=private)

    def without(self, person: str) -> PageState:
        """The same with this person's phone put away."""
        return replace(self, show=tuple(each for each in self.show if each != person))

    def with_panel(self, panel: str) -> PageState:
        """The same with this panel open (empty: none)."""
        return replace(self, panel=panel)

    def with_story(self, story: str) -> PageState:
        """The same with this story of the tour open (empty: none)."""
        return replace(self, story=story)

    def telling(self, story: Story) -> PageState:
        """The same with this story open and just the phones out that play in it, each with its chat."""
        private = [person for person, pane in story.shows if pane == "private"]
        return replace(self, story=story.id, show=tuple(person for person, _ in story.shows), private=tuple(private))

    def composing(self, kind: str, person: str, message: str) -> PageState:
        """The same with this person answering or changing this message."""
        return replace(self, compose=Compose(kind, person, message))

    def settled(self, person: str) -> PageState:
        """The same with nothing half written by this person."""
        mine = self.compose is not None and self.compose.person == person
        return replace(self, compose=None) if mine else self


def read_state(query: Mapping[str, str], people: Iterable[CastMember]) -> PageState:
    """The state in an address. Unknown people and panels are passed over; a moderator's phone is always out."""
    cast = list(people)
    ids = [each.id for each in cast]
    moderators = [each.id for each in cast if each.moderator]
    wanted = query["show"].split(",") if query.get("show") else _first_sight(cast)
    show = [id for id in ids if id in wanted]
    if not set(show) & set(moderators):
        show = [id for id in ids if id in show or id == moderators[0]]
    inboxes = query["private"].split(",") if "private" in query else moderators
    panel = query.get("panel", "")
    return PageState(
        show=tuple(show),
        private=tuple(id for id in ids if id in inboxes),
        panel=panel if panel in PANELS else "",
        story=query.get("story", ""),
        compose=_read_compose(query, show),
    )


def _first_sight(cast: list[CastMember]) -> list[str]:
    parents = [each.id for each in cast if not each.moderator]
    return parents[:2] + [each.id for each in cast if each.moderator][:1]


def _read_compose(query: Mapping[str, str], show: list[str]) -> Compose | None:
    for kind in ("reply", "edit"):
        person, _, message = query.get(kind, "").partition(":")
        if message and person in show:
            return Compose(kind, person, message)
    return None
