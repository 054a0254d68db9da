"""What is on each phone, ready for the templates: only what its owner would see."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import datetime, timedelta

from markupsafe import Markup, escape
from msgspec import Struct

from orchard_bot.chat.abilities import Reach
from orchard_bot.chat.files import Enclosure
from orchard_bot.chat.intents import Choice
from orchard_bot.chat.refs import PersonRef
from orchard_bot.chat.text import shortened, shown_name, visible
from orchard_bot.testing.sim_message import SimMessage
from orchard_bot.testing.world_state import SimPerson
from orchard_sandbox.cast import CastMember
from orchard_sandbox.scene import BOT_NAME, Scene
from orchard_sandbox.state import PageState
from orchard_sandbox.tour import Draft

_RUN = timedelta(minutes=5)
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s<>\"']+[^\s<>\"'.,;:!?)]")
_NUMBERED = re.compile(r"^(\d{1,2})  \S", re.MULTILINE)


class Quote(Struct, frozen=True):
    """The message that another one answers, in short."""

    name: str
    text: str


class Download(Struct, frozen=True):
    """A file that the bot sent: its name, and the whole of it as an address."""

    name: str
    address: str


class Bubble(Struct, frozen=True, kw_only=True):
    """One message as it looks on one phone."""

    ref: str
    side: str
    """``mine``, ``theirs`` or ``bot``."""
    name: str
    tone: int
    follows: bool
    """Comes right after another by the same author, so the name need not be said again."""
    html: Markup
    picture: bool
    """It came with the sandbox's screenshot, the only picture there is."""
    at: datetime
    edited: bool
    pinned: bool
    only_me: bool
    quote: Quote | None
    forwarded: str
    """Whose words these were, where a forward says so."""
    choices: tuple[Choice, ...]
    file: Download | None
    may_edit: bool
    may_delete: bool
    short: str
    """The beginning of the text, to tell one message's controls from another's."""


class Pane(Struct, frozen=True, kw_only=True):
    """One chat on one phone."""

    kind: str
    title: str
    open: bool
    unread: int
    bubbles: tuple[Bubble, ...]
    barred: str
    """Why nothing can be written here just now: ``outside``, ``not-started``, ``muted`` or empty."""
    commands: tuple[str, ...]
    numbers: tuple[str, ...]
    """Answers to the bot's latest numbered list."""
    compose: str
    """``reply``, ``edit`` or empty."""
    about: Bubble | None
    """The message that is being answered or changed."""
    draft: str
    draft_key: str
    """Names where the draft comes from; empty: nothing but what the person types."""


class Phone(Struct, frozen=True, kw_only=True):
    """One person's phone."""

    id: str
    name: str
    initials: str
    tone: int
    moderator: bool
    member: bool
    group: Pane
    private: Pane

    @property
    def panes(self) -> tuple[Pane, Pane]:
        """The group first."""
        return self.group, self.private

    @property
    def unread(self) -> int:
        """What waits in both chats."""
        return self.group.unread + self.private.unread


class _Draw:
    """Draws phones from one scene and one state of the page."""

    def __init__(self, scene: Scene, state: PageState, draft: Draft | None) -> None:
        self._scene, self._state, self._draft = scene, state, draft
        self._tones = {each.id: place % 6 for place, each in enumerate(scene.settings.people)}

    def phone(self, each: CastMember) -> Phone:
        person = self._scene.world.person(each.id)
        return Phone(
            id=each.id,
            name=shown_name(person.name),
            initials=_initials(shown_name(person.name)),
            tone=self._tones[each.id],
            moderator=self._scene.is_admin(each.id) or each.moderator,
            member=self._scene.is_member(each.id),
            group=self._pane(person, "group"),
            private=self._pane(person, "private"),
        )

    def _pane(self, person: SimPerson, kind: str) -> Pane:
        id = person.ref.id
        is_open = (kind == "private") == (id in self._state.private)
        if is_open and id in self._state.show:
            self._scene.mark_read(id, kind)
        bubbles = self._bubbles(person, self._scene.messages(id, kind))
        compose, about = self._composing(id, bubbles)
        draft, draft_key = self._drafted(id, kind, compose, about)
        is_group = kind == "group"
        moderates = self._scene.is_admin(id)
        return Pane(
            kind=kind,
            title=shortened(self._scene.settings.group.title, 60) if is_group else BOT_NAME,
            open=is_open,
            unread=self._scene.unread(id, kind),
            bubbles=bubbles,
            barred=self._barred(person, kind),
            commands=("/rules", "/report", "/help") + (("/cases", "/status") if moderates and not is_group else ()),
            numbers=() if is_group else _numbers(bubbles),
            compose=compose,
            about=about,
            draft=draft,
            draft_key=draft_key,
        )

    def _barred(self, person: SimPerson, kind: str) -> str:
        world, scene = self._scene.world, self._scene
        if kind == "private":
            must_start = world.profile.abilities.private_messages is Reach.ONCE_STARTED
            return "not-started" if must_start and not person.started else ""
        if not scene.is_member(person.ref.id):
            return "outside"
        return "muted" if person.ref in world.restricted(scene.group) else ""

    def _composing(self, id: str, bubbles: tuple[Bubble, ...]) -> tuple[str, Bubble | None]:
        compose = self._state.compose
        if compose is None or compose.person != id:
            return "", None
        about = next((each for each in bubbles if each.ref == compose.message), None)
        if about is None or (compose.kind == "edit" and not about.may_edit):
            return "", None
        return compose.kind, about

    def _drafted(self, id: str, kind: str, compose: str, about: Bubble | None) -> tuple[str, str]:
        if compose == "edit" and about is not None:
            message = next(each for each in self._scene.messages(id, kind) if str(each.ref) == about.ref)
            return message.text, f"edit:{about.ref}"
        draft = self._draft
        if draft is not None and (draft.person, draft.pane) == (id, kind):
            return draft.text, f"story:{self._state.story}"
        return "", ""

    def _bubbles(self, person: SimPerson, messages: list[SimMessage]) -> tuple[Bubble, ...]:
        by_ref = {each.ref: each for each in messages}
        found: list[Bubble] = []
        for before, each in zip([None, *messages], messages, strict=False):
            answered = by_ref.get(each.reply_to) if each.reply_to is not None else None
            found.append(self._bubble(person.ref, each, before, answered))
        return tuple(found)

    def _bubble(
        self, me: PersonRef, message: SimMessage, before: SimMessage | None, answered: SimMessage | None
    ) -> Bubble:
        mine, in_group = message.author == me, message.ref.chat == self._scene.group
        origin = message.forwarded
        return Bubble(
            ref=str(message.ref),
            side="bot" if message.author is None else "mine" if mine else "theirs",
            name=shown_name(message.author_name),
            tone=self._tones.get(message.author.id, 0) if message.author else 0,
            follows=_follows(before, message),
            html=_html(message.text),
            picture=bool(message.pictures),
            at=message.at.astimezone(),
            edited=message.edited,
            pinned=message.pinned,
            only_me=message.only_for is not None and in_group,
            quote=Quote(shown_name(answered.author_name), shortened(answered.text, 90)) if answered else None,
            forwarded=shown_name(origin.author_name) if origin is not None and origin.author_name else "",
            choices=message.choices,
            file=_download(message.file) if message.file is not None else None,
            may_edit=mine,
            may_delete=mine or (in_group and self._scene.is_admin(me.id)),
            short=shortened(message.text if message.file is None else message.file.name, 40),
        )


def _download(file: Enclosure) -> Download:
    return Download(file.name, f"data:{file.kind};base64,{b64encode(file.data).decode()}")


def phones(scene: Scene, state: PageState, draft: Draft | None = None) -> list[Phone]:
    """Everybody's phone, in the order of the cast. Open chats of phones that are out count as read from now on."""
    draw = _Draw(scene, state, draft)
    return [draw.phone(each) for each in scene.settings.people]


def _follows(before: SimMessage | None, message: SimMessage) -> bool:
    same = before is not None and before.author == message.author and before.only_for == message.only_for
    return before is not None and same and message.at - before.at < _RUN


def _html(text: str) -> Markup:
    """The text with its web and mail addresses as links, and everything else just as it stands."""
    clean, parts, end = visible(text), [], 0
    for match in _ADDRESS.finditer(clean):
        parts.append(escape(clean[end : match.start()]))
        parts.append(
            Markup('<a href="{0}" rel="noopener noreferrer nofollow" target="_blank">{0}</a>').format(match[0])
        )
        end = match.end()
    return Markup("").join([*parts, escape(clean[end:])])


def _numbers(bubbles: tuple[Bubble, ...]) -> tuple[str, ...]:
    last = bubbles[-1] if bubbles else None
    return tuple(_NUMBERED.findall(last.html.unescape())) if last is not None and last.side == "bot" else ()


def _initials(name: str) -> str:
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"
