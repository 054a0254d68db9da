"""The books that features read and write inside a unit of work. Storage keeps them; features name what they need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from orchard_bot.chat.refs import AccountRef, ChatRef, MessageRef, PersonRef
from orchard_bot.community.case import Case
from orchard_bot.community.consent import Consent, OptIn
from orchard_bot.community.decision import Verdict
from orchard_bot.features.house import Retention
from orchard_bot.features.link import Links
from orchard_bot.features.recent import RecentMessages


class Report(Struct, frozen=True, kw_only=True):
    """One person's report of a case.

    ``reporter`` is opened for what the bot does by itself: writing to them and keeping them off the bench. It is never
    shown. What moderators, letters' keys or logs may have is ``token``.
    """

    case: str
    reporter: PersonRef
    account: AccountRef
    at: datetime
    clause: str | None = None
    note: str = ""
    told: bool = False
    """The reporter has heard the outcome."""
    token: str = ""
    """Stands for the reporter wherever somebody may read it: says nothing without the key. Storage fills it in."""


class Alert(Struct, frozen=True):
    """What a moderator was sent about a case: the outbox key, so that it can be changed later."""

    case: str
    moderator: PersonRef
    account: AccountRef
    key: str


class Sighting(Struct, frozen=True, kw_only=True):
    """What the watch noticed, without the text: for rehearsal, counts and thresholds."""

    community: str
    clause: str
    detector: str
    score: float
    would: str
    """What would have happened, or did: ``note``, ``alert`` or ``nothing``."""
    rehearsal: bool
    at: datetime


class KeptText(Struct, frozen=True, kw_only=True):
    """A message that its poster and a moderator agreed to keep, to train the detectors. ``labels``: what it went against."""

    community: str
    message: MessageRef
    person: PersonRef
    """Who wrote it, so that it can be forgotten at their word; never exported."""
    text: str
    labels: tuple[str, ...]
    at: datetime


class KeptTexts(Protocol):
    """Texts to learn from: each with two people's yes."""

    def keep(self, text: KeptText) -> None:
        """Kept once for each message; a later word about it takes the place of the earlier one."""
        ...

    def forget_message(self, message: MessageRef) -> bool:
        """False where it was not kept."""
        ...

    def forget_person(self, community: str, person: PersonRef) -> int:
        """All that this person wrote in this group. How many there were."""
        ...

    def all(self) -> Sequence[KeptText]:
        """Everything, oldest first."""
        ...


class Cases(Protocol):
    """Cases and what belongs to them."""

    def open(self, case: Case) -> Case:
        """Store a new case; its number is the next one of its community."""
        ...

    def save(self, case: Case) -> None: ...
    def get(self, community: str, number: int) -> Case | None: ...
    def by_code(self, community: str, code: str) -> Case | None: ...

    def about(self, message: MessageRef) -> Case | None:
        """The newest case about this message, in whatever state."""
        ...

    def waiting(self, community: str) -> Sequence[Case]:
        """Cases that moderators have yet to decide, oldest first."""
        ...

    def decided_like(self, case: Case, count: int) -> Sequence[Case]:
        """The newest decided cases under one of the same clauses."""
        ...

    def decided(self, community: str, since: datetime) -> Sequence[Case]:
        """All decided cases, newest first."""
        ...

    def about_author(self, community: str, author: PersonRef, since: datetime) -> Sequence[Case]:
        """Decided cases about this person's messages, newest first."""
        ...

    def add_report(self, report: Report) -> bool:
        """False where this person has reported this case before."""
        ...

    def reports(self, case: str) -> Sequence[Report]: ...
    def reporter_of(self, case: str, token: str) -> PersonRef | None:
        """Who stands behind the token of a report of this case; None where there is no such report.

        For opening a sealed reporter to people, after two moderators have agreed and the reporter is told. Nothing
        else may ask.
        """
        ...

    def reports_by(self, community: str, reporter: PersonRef) -> Sequence[Report]: ...
    def mark_told(self, case: str, reporter: PersonRef) -> None: ...
    def add_conflict(self, case: str, moderator: PersonRef) -> None:
        """The case concerns this moderator, they say."""
        ...

    def conflicts(self, case: str) -> frozenset[PersonRef]: ...
    def add_alert(self, alert: Alert) -> None: ...
    def alerts(self, case: str) -> Sequence[Alert]: ...
    def add_sighting(self, sighting: Sighting) -> None: ...
    def sightings(self, community: str, since: datetime) -> Sequence[Sighting]: ...
    def verdicts(self, community: str, since: datetime) -> Mapping[Verdict, int]: ...


class Dialog(Struct, frozen=True):
    """A question that a person has been asked and may answer in words."""

    state: str
    data: dict[str, Any]
    version: int
    expires_at: datetime


class Dialogs(Protocol):
    """At most one open question for each person and account."""

    def get(self, account: AccountRef, person: PersonRef) -> Dialog | None: ...
    def put(self, account: AccountRef, person: PersonRef, dialog: Dialog) -> None: ...
    def end(self, account: AccountRef, person: PersonRef) -> bool:
        """False where none was open."""
        ...


class Offer(Struct, frozen=True, kw_only=True):
    """One option put before one person. ``key`` is the message that carries it and its neighbours."""

    token: str
    number: int
    account: AccountRef
    person: PersonRef
    community: str
    action: str
    data: dict[str, Any]
    key: str
    once: bool
    """Choosing one option of the message closes all of them."""
    stays: bool
    """Keeps its numbers when something else is offered: alerts do, menus do not."""
    version: int
    expires_at: datetime


class Offers(Protocol):
    """Open offers, by token or by the number that the person sees."""

    def add(self, offers: Sequence[Offer]) -> None: ...
    def by_token(self, token: str) -> Offer | None: ...
    def by_number(self, account: AccountRef, person: PersonRef, number: int, now: datetime) -> Offer | None:
        """The newest offer still open to this person under this number."""
        ...

    def highest_number(self, account: AccountRef, person: PersonRef, now: datetime) -> int:
        """The highest number open to this person; 0 where nothing is."""
        ...

    def supersede(self, account: AccountRef, person: PersonRef) -> None:
        """Earlier menus lose their numbers (their buttons still work), because a new one is coming."""
        ...

    def close(self, key: str) -> None:
        """Nothing that this message offered can be chosen any more."""
        ...


class People(Protocol):
    """Who is in which group, and whom the bot may write to."""

    def joined(self, community: str, person: PersonRef, now: datetime) -> bool:
        """Note a member; False where they were known."""
        ...

    def left(self, community: str, person: PersonRef, now: datetime) -> None: ...
    def is_member(self, community: str, person: PersonRef) -> bool: ...
    def communities_of(self, person: PersonRef) -> Sequence[str]: ...
    def count(self, community: str) -> int: ...

    def opened(self, account: AccountRef, person: PersonRef, chat: ChatRef, now: datetime) -> None:
        """The person has a private chat with this account."""
        ...

    def has_opened(self, account: AccountRef, person: PersonRef) -> bool: ...
    def home(self, account: AccountRef, person: PersonRef) -> str | None:
        """The community this person last spoke about in private."""
        ...

    def set_home(self, account: AccountRef, person: PersonRef, community: str) -> None: ...
    def welcomed(self, community: str, person: PersonRef, now: datetime) -> bool:
        """Note that the welcome was sent; False where it had been before."""
        ...

    def reachable(self, account: AccountRef, person: PersonRef, ok: bool, now: datetime) -> None:
        """What the last attempt to write to this person showed."""
        ...

    def reach(self, account: AccountRef, person: PersonRef) -> bool | None:
        """What the last attempt showed; None: never tried."""
        ...


class Consents(Protocol):
    """Who said yes to what."""

    def give(self, consent: Consent) -> None: ...
    def withdraw(self, community: str, person: PersonRef, to: OptIn) -> bool: ...
    def given(self, community: str, person: PersonRef) -> frozenset[OptIn]: ...
    def everyone(self, community: str, to: OptIn) -> Sequence[PersonRef]: ...
    def choices(self, community: str, to: OptIn) -> Mapping[PersonRef, str]:
        """How each of those wants it."""
        ...


class Planned(Struct, frozen=True, kw_only=True):
    """Something that is due once or again and again. ``cron`` is five fields in the community's time zone."""

    key: str
    kind: str
    community: str
    subject: str
    data: dict[str, Any]
    due: datetime
    cron: str | None = None
    timezone: str = "Europe/London"


class Schedules(Protocol):
    """Timers and schedules; the table is the truth."""

    def plan(self, planned: Planned) -> None:
        """Add or replace the one with this key."""
        ...

    def cancel(self, key: str) -> bool: ...
    def upcoming(self, community: str, kind: str) -> Sequence[Planned]: ...


class Audit(Protocol):
    """Who did what, when, under which clause and version. Never a message's text."""

    def note(
        self,
        *,
        at: datetime,
        community: str,
        actor: PersonRef | None,
        act: str,
        subject: str,
        clause: str | None,
        policy: str,
    ) -> None: ...


class Held(Struct, frozen=True):
    """One kind of data that is held on a person. Rows are shown as they are, without what others wrote or who they are."""

    kind: str
    about: str
    """What it is and what it is for."""
    until: str
    """When it goes, in words."""
    rows: tuple[Mapping[str, object], ...]


class Erased(Struct, frozen=True):
    """What could not be erased yet, because moderators are still looking at a case."""

    until: datetime | None
    """When the words of their own reports go at the latest."""
    reports: int
    """Their own reports that wait. Whether somebody reported them is not said."""
    waits: bool
    """Anything at all waits."""


class Personal(Protocol):
    """All that is held on one person."""

    def held(self, person: PersonRef, retention: Retention) -> Sequence[Held]:
        """By kind. Cases about their messages only once they are settled, so that nobody learns of a report here."""
        ...

    def erase(self, person: PersonRef, now: datetime) -> Erased:
        """Everything, except what a case that waits needs: that goes by itself when the case is settled."""
        ...


class Health(Protocol):
    """What went wrong and waits for a person."""

    def parked(self) -> int:
        """Events that could not be handled and wait for the operator."""
        ...

    def dead_letters(self, community: str) -> int: ...
    def waiting_to_send(self) -> int: ...


class Books(Protocol):
    """All books of one unit of work."""

    @property
    def cases(self) -> Cases: ...
    @property
    def kept_texts(self) -> KeptTexts: ...
    @property
    def recent(self) -> RecentMessages: ...
    @property
    def links(self) -> Links: ...
    @property
    def dialogs(self) -> Dialogs: ...
    @property
    def offers(self) -> Offers: ...
    @property
    def people(self) -> People: ...
    @property
    def consents(self) -> Consents: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def personal(self) -> Personal: ...
    @property
    def health(self) -> Health: ...
