"""Runs one handler in a unit of work: what it wants to happen passes the privacy gate and goes into the outbox."""

from __future__ import annotations

from datetime import datetime

from orchard_bot.chat.intents import CloseChoices, Priority
from orchard_bot.chat.refs import AccountRef, PersonRef
from orchard_bot.chat.text import PrivateText
from orchard_bot.features.feature import Due, FeedNews, Handler, Outcome, Request
from orchard_bot.features.house import House
from orchard_bot.features.unit import Unit
from orchard_bot.runtime.ledger import Ledger
from orchard_bot.runtime.linked import heard, routed
from orchard_bot.runtime.privacy_gate import check
from orchard_bot.runtime.routes import Routes


class Performing:
    """Makes units, runs handlers in them, and hands on what they emitted."""

    def __init__(self, house: House, routes: Routes) -> None:
        self._house = house
        self._routes = routes

    def unit(self, ledger: Ledger, now: datetime, cause: str) -> Unit:
        """A unit whose keys are made from ``cause``, which on some platforms names the author of a message."""
        return Unit(self._house, ledger, now, ledger.stand_in(cause), self._routes.versions)

    def run(self, handler: Handler, request: Request, ledger: Ledger, now: datetime, cause: str) -> None:
        """Run a feature's handler on a request."""
        unit = self.unit(ledger, now, cause)
        handler(request, unit)
        self.finish(unit, ledger, request)

    def outcome(self, origin: str, outcome: Outcome, ledger: Ledger, now: datetime) -> None:
        """Tell a feature how something went that it had asked to hear about."""
        handler, known = self._routes.outcomes.get(origin), heard(outcome, ledger)
        if handler is not None and known is not None:
            outcome = known
            state = "sent" if outcome.delivered else "held" if outcome.waiting else "lost"
            unit = self.unit(ledger, now, f"{outcome.key}:{state}")
            handler(outcome, unit)
            self.finish(unit, ledger)

    def due(self, due: Due, occurrence: str, ledger: Ledger, now: datetime) -> None:
        """Run a feature's timer."""
        handler = self._routes.timers.get(due.kind)
        if handler is not None:
            unit = self.unit(ledger, now, occurrence)
            handler(due, unit)
            self.finish(unit, ledger)

    def feed(self, news: FeedNews, cause: str, ledger: Ledger, now: datetime) -> None:
        """Tell the feature that deals with them what is new in a feed."""
        if self._routes.feed is not None:
            unit = self.unit(ledger, now, cause)
            self._routes.feed(news, unit)
            self.finish(unit, ledger)

    def tell(
        self, account: AccountRef, person: PersonRef, text: PrivateText, ledger: Ledger, now: datetime, cause: str
    ) -> None:
        """Say something to a person on the runtime's own behalf."""
        unit = self.unit(ledger, now, cause)
        unit.tell(account, person, text)
        self.finish(unit, ledger)

    def close_choices(self, account: AccountRef, of: str, ledger: Ledger, now: datetime) -> None:
        """Take the buttons from under a message that has been answered, once the answer is out."""
        closing = CloseChoices(key=f"{of}:closed", account=account, of=of, priority=Priority.REMINDER)
        ledger.outbox.add(routed([closing], ledger), now)

    def finish(self, unit: Unit, ledger: Ledger, request: Request | None = None) -> None:
        """The privacy gate, then the outbox."""
        if unit.intents:
            check(unit.intents, self._house, request)
            ledger.outbox.add(routed(unit.intents, ledger, request), unit.now)
