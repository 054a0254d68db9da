"""A stage for features: real books, the real wording and code of conduct, and handlers called as the runtime does."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from importlib import import_module
from itertools import count
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import create_engine

from orchard_bot import features
from orchard_bot.chat.events import (
    ChatOpened,
    Event,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MessageDeleted,
    MessagePosted,
    Quoted,
)
from orchard_bot.chat.intents import Choice, EditOwn, Intent, Say, TellPrivately
from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.code_of_conduct import CodeOfConduct
from orchard_bot.community.community import Community, Moderator
from orchard_bot.detectors.observation import Observation
from orchard_bot.features.books import Offer
from orchard_bot.features.feature import Due, Feature, Handler, Outcome, Request
from orchard_bot.features.house import House
from orchard_bot.features.unit import Unit
from orchard_bot.runtime.privacy_gate import check
from orchard_bot.runtime.routes import compile_routes
from orchard_bot.settings.toml_file import load
from orchard_bot.settings.wording import load_wording
from orchard_bot.storage.columns import sealed_with
from orchard_bot.storage.keyring import Keyring
from orchard_bot.storage.ledger import SqlLedger
from orchard_bot.storage.tables import metadata
from orchard_bot.testing.builders import a_group, a_message, a_person, a_press, a_private_message, an_account
from orchard_bot.testing.fake_clock import WEDNESDAY_EVENING

CODE = load(Path(__file__).parents[3] / "config" / "code_of_conduct.toml", CodeOfConduct)


def _installed() -> list[Feature]:
    modules = [import_module(found.name) for found in pkgutil.walk_packages(features.__path__, "orchard_bot.features.")]
    return [module.FEATURE for module in modules if hasattr(module, "FEATURE")]


class Stage:
    """Class 3B with its moderators Mia and Omar, the members Anna and Ben, and a year group that Mia moderates too.

    Every verdict is within reach there, unless a test says otherwise.
    """

    anna, ben, mia, omar = (a_person(name) for name in ("anna", "ben", "mia", "omar"))
    account = an_account()

    def __init__(self, ledger: SqlLedger) -> None:
        mia, omar = Moderator(self.mia, "Mia"), Moderator(self.omar, "Omar")
        communities = [
            Community(
                id="3b",
                name="Class 3B",
                chat=a_group("3b"),
                moderators=(mia, omar),
                step_by_step=False,
            ),
            Community(id="year-4", name="Year 4", chat=a_group("year-4"), moderators=(mia,)),
        ]
        self.books = ledger
        self.house = House(communities, CODE, load_wording())
        installed = _installed()
        self.routes = compile_routes(installed)
        self.house.commands = tuple(command.info for feature in installed for command in feature.commands)
        self.now = WEDNESDAY_EVENING
        self.intents: list[Intent] = []
        self._causes = count(1)
        self._delivered = 0
        for person in (self.anna, self.ben, self.mia, self.omar):
            ledger.people.joined("3b", person, self.now)

    @property
    def community(self) -> Community:
        """Class 3B."""
        return self.house.communities["3b"]

    def set(self, **changes: object) -> None:
        """Change how class 3B is set up."""
        changed = msgspec.structs.replace(self.community, **changes)
        fresh = House([changed, self.house.communities["year-4"]], self.house.code, self.house.words)
        # As after a restart with other settings: what was learnt of the platforms stays.
        vars(self.house).update({name: vars(fresh)[name] for name in ("communities", "_moderated")})

    def command(self, typed: str, by: PersonRef = anna, *, private: bool = True) -> Sequence[Intent]:
        """Somebody types a command, to the bot or in the group."""
        name, _, args = typed.removeprefix("/").partition(" ")
        event = a_private_message(typed, author=by) if private else a_message(typed, author=by)
        _, command = self.routes.commands[name]
        return self.run(command.run, self.request(event, by, text=typed, args=args))

    def answer(self, text: str, by: PersonRef = anna) -> Sequence[Intent]:
        """Somebody answers the open question."""
        dialog = self.books.dialogs.get(self.account, by)
        assert dialog is not None, "nothing has been asked"
        request = self.request(a_private_message(text, author=by), by, text=text, data=dialog.data)
        return self.run(self.routes.dialogs[dialog.state], request)

    def choose(self, label: str, by: PersonRef = anna) -> Sequence[Intent]:
        """Somebody takes the newest option that is called so, if it is still open."""
        offer = self.offer(label, by)
        if offer.once:
            self.books.offers.close(offer.key)
        request = self.request(
            a_press(Choice(offer.token, label, offer.number), person=by), by, data=offer.data, community=offer.community
        )
        return self.run(self.routes.actions[offer.action], request)

    def offer(self, label: str, to: PersonRef = anna) -> Offer:
        """The newest open option of this label."""
        tokens = [
            choice.token
            for intent in reversed(self.intents)
            if isinstance(intent, TellPrivately | EditOwn)
            for choice in intent.choices
            if choice.label == label
        ]
        offers = (self.books.offers.by_token(token) for token in tokens)
        offer = next((found for found in offers if found is not None and found.person == to), None)
        assert offer is not None, f"{label!r} is not on offer"
        return offer

    def report(self, about: MessagePosted, by: PersonRef = anna, words: str = "", **others: object) -> Sequence[Intent]:
        """Somebody answers a message in the group with /report."""
        quoted = Quoted(about.message, about.author, about.author_name, about.text, about.at)
        quoted = msgspec.structs.replace(quoted, **others)
        event = a_message(f"/report {words}".strip(), author=by, reply_to=quoted)
        request = self.request(event, by, text=event.text, args=words)
        return self.run(self.routes.commands["report"][1].run, request)

    def forward(self, quoted: Quoted, by: PersonRef = anna) -> Sequence[Intent]:
        """Somebody forwards a message to the bot, as the answer to an open question or out of the blue."""
        event = a_private_message("", author=by, forwarded=quoted)
        dialog = self.books.dialogs.get(self.account, by)
        handler = self.routes.dialogs[dialog.state] if dialog else self.routes.forwarded
        assert handler is not None
        return self.run(handler, self.request(event, by, data=dialog.data if dialog else {}))

    def group(self, event: MessagePosted | MessageDeleted, *seen: Observation) -> Sequence[Intent]:
        """Something happens to a message in the group; ``seen`` is what detectors noticed in it."""
        by = event.author if isinstance(event, MessagePosted) else event.by or PersonRef(event.chat.platform, "")
        text = event.text if isinstance(event, MessagePosted) else ""
        request = self.request(event, by, text=text, observations=seen)
        before = len(self.intents)
        for listener in self.routes.listeners.get(type(event), ()):
            self.run(listener.run, request)
        return self.intents[before:]

    def deliver(self, *, held: Collection[PersonRef] = (), lost: Collection[PersonRef] = ()) -> Sequence[Intent]:
        """Everything on its way arrives, and the features that asked hear of it; not so for these people."""
        before = len(self.intents)
        place = self._delivered
        while place < len(self.intents):
            intent = self.intents[place]
            place += 1
            person = getattr(intent, "person", None)
            if isinstance(intent, TellPrivately):
                self.books.people.reachable(intent.account, intent.person, person not in {*held, *lost}, self.now)
            if intent.origin:
                refused = person in {*held, *lost}
                why = "They cannot be reached." if refused else ""
                self.outcome(intent, delivered=not refused, waiting=person in held, why=why)
        self._delivered = place
        return self.intents[before:]

    def happens(self, event: MemberJoined | MemberLeft | JoinRequested | ChatOpened) -> Sequence[Intent]:
        """Everybody who listens hears of it, once it is known who is in the group."""
        people = self.books.people
        if isinstance(event, MemberJoined):
            people.joined("3b", event.person, self.now)
        elif isinstance(event, MemberLeft):
            people.left("3b", event.person, self.now)
        request = self.request(event, event.person, name=getattr(event, "name", ""))
        before = len(self.intents)
        for listener in self.routes.listeners.get(type(event), ()):
            self.run(listener.run, request)
        return self.intents[before:]

    def outcome(
        self, intent: Intent, *, delivered: bool = False, waiting: bool = False, why: str = ""
    ) -> Sequence[Intent]:
        """Tell the feature how ``intent`` went."""
        person = getattr(intent, "person", None)
        outcome = Outcome(delivered, intent.key, intent.subject, self.account, person, why, waiting)
        unit = self._unit()
        self.routes.outcomes[intent.origin](outcome, unit)
        return self._finish(unit)

    def due(self, after: timedelta = timedelta()) -> Sequence[Intent]:
        """Time passes in one leap; then whatever has come due by now is done."""
        self.now += after
        before = len(self.intents)
        for row in self.books.clockwork.due(self.now, 100):
            self.books.clockwork.move_on(row.key, None)
            self.timer(row.kind, subject=row.subject, data=row.data, at=row.due, community=row.community)
        return self.intents[before:]

    def timer(
        self, kind: str, *, community: str = "3b", at: datetime | None = None, **others: object
    ) -> Sequence[Intent]:
        """Run one timer."""
        due = Due(
            kind=kind,
            community=self.house.communities[community],
            subject=str(others.get("subject", community)),
            data=dict(others.get("data") or {}),  # type: ignore[call-overload]
            at=at or self.now,
        )
        unit = self._unit()
        self.routes.timers[kind](due, unit)
        return self._finish(unit)

    def said(self) -> list[str]:
        """What the group was told."""
        return [intent.text.value for intent in self.intents if isinstance(intent, Say)]

    def told(self, person: PersonRef) -> list[str]:
        """What this person was told privately, each message once and as it was sent."""
        return [one.text.value for one in self.intents if isinstance(one, TellPrivately) and one.person == person]

    def changed(self) -> list[str]:
        """What earlier messages were changed to."""
        return [intent.text.value for intent in self.intents if isinstance(intent, EditOwn)]

    def labels(self, person: PersonRef) -> list[str]:
        """The options of the last message to this person."""
        last = [one for one in self.intents if isinstance(one, TellPrivately) and one.person == person][-1]
        return [choice.label for choice in last.choices]

    def request(self, event: Event, by: PersonRef, *, community: str = "3b", **others: object) -> Request:
        """What the runtime would have found out about ``event``."""
        group = self.house.communities[community]
        role = self.house.role(group, by, member=self.books.people.is_member(group.id, by))
        name = str(others.pop("name", by.id.title()))
        private = self.house.in_chat(event.chat) is None
        return Request(event=event, community=group, person=by, name=name, role=role, private=private, **others)  # type: ignore[arg-type]

    def run(self, handler: Handler, request: Request) -> Sequence[Intent]:
        """One handler in a unit of its own, past the privacy gate."""
        unit = self._unit()
        handler(request, unit)
        return self._finish(unit, request)

    def _unit(self) -> Unit:
        return Unit(self.house, self.books, self.now, f"cause-{next(self._causes)}", self.routes.versions)

    def _finish(self, unit: Unit, request: Request | None = None) -> Sequence[Intent]:
        check(unit.intents, self.house, request)
        known = {intent.key for intent in self.intents}
        fresh = [intent for intent in unit.intents if intent.key not in known]
        self.books.outbox.add(unit.intents, self.now)
        self.intents += fresh
        return fresh


@contextmanager
def _a_stage() -> Iterator[Stage]:
    engine = sealed_with(create_engine("sqlite://"), Keyring.of())
    metadata.create_all(engine)
    with engine.begin() as connection:
        yield Stage(SqlLedger(connection))
    engine.dispose()


@pytest.fixture
def stage() -> Iterator[Stage]:
    with _a_stage() as stage:
        yield stage


@pytest.fixture
def new_stage() -> Callable[[], AbstractContextManager[Stage]]:
    """A stage for each example of a property."""
    return _a_stage
