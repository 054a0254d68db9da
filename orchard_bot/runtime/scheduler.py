"""Schedules: the table is the truth, the alarm clock only wakes. One occurrence fires once, whatever happens."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from orchard_bot.community.community import Community
from orchard_bot.errors import StorageError
from orchard_bot.features.books import Planned
from orchard_bot.features.feature import Due
from orchard_bot.runtime.alarm import Alarm, next_time, on_the_wall
from orchard_bot.runtime.core import Core
from orchard_bot.runtime.ledger import Ledger
from orchard_bot.runtime.performing import Performing
from orchard_bot.runtime.routes import Routes

AT_ONCE = 50
RETRY = timedelta(minutes=1)
TRIES = 5
_TRIES = "_tries"
"""How often an occurrence has failed, in the data of its schedule until it succeeds or is given up."""


class Scheduler:
    """Fires what is due."""

    def __init__(self, core: Core, performing: Performing, routes: Routes, alarm: Alarm) -> None:
        self.idle = True
        self._core = core
        self._performing = performing
        self._routes = routes
        self._alarm = alarm
        self._bell = core.schedules.ear()

    async def run(self) -> None:
        """For ever: fire what is due, set the alarm for the next, wait for it or for a change of the table."""
        self._alarm.start()
        try:
            planned = False
            while True:
                self.idle = False
                try:
                    if not planned:
                        await self._plan_standing()
                        planned = True
                    while await self._fire_due():
                        pass
                    self._alarm.set(
                        await self._core.storage.read(lambda book: book.clockwork.next_due()), self._bell.ring
                    )
                except StorageError as error:
                    self._core.log.fault("schedules stopped for a moment", error)
                    self._alarm.set(self._core.clock.now() + RETRY, self._bell.ring)
                self.idle = True
                await self._bell.wait()
        finally:
            self._alarm.stop()

    async def _plan_standing(self) -> None:
        """Every community's standing schedules; those that are planned already keep their time."""
        now = self._core.clock.now()

        def work(ledger: Ledger) -> None:
            for kind, cron in self._routes.standing.items():
                for community in self._core.house.communities.values():
                    known = ledger.schedules.upcoming(community.id, kind)
                    if any(one.cron == cron and one.timezone == community.timezone for one in known):
                        continue
                    ledger.schedules.plan(
                        Planned(
                            key=f"standing:{kind}:{community.id}",
                            kind=kind,
                            community=community.id,
                            subject="",
                            data={},
                            due=self._first(kind, cron, community, now, new=not known),
                            cron=cron,
                            timezone=community.timezone,
                        )
                    )

        await self._core.storage.write(work)

    def _first(self, kind: str, cron: str, community: Community, now: datetime, *, new: bool) -> datetime:
        at_once = new and kind in self._routes.at_start
        return now if at_once else next_time(cron, community.timezone, now) or now

    async def _fire_due(self) -> bool:
        now = self._core.clock.now()
        due = await self._core.storage.read(lambda ledger: ledger.clockwork.due(now, AT_ONCE))
        for planned in due:
            await self._fire(planned, now)
        return bool(due)

    async def _fire(self, planned: Planned, now: datetime) -> None:
        try:
            await self._core.storage.write(lambda ledger: self._in_transaction(planned, now, ledger))
        except StorageError:
            raise
        except Exception as error:
            self._core.counts["failures"] += 1
            self._core.log.fault("timer failed", error, kind=planned.kind)
            await self._core.storage.write(lambda ledger: self._after_failure(planned, now, ledger))
        self._core.outbox.ring()

    def _in_transaction(self, planned: Planned, now: datetime, ledger: Ledger) -> None:
        if planned not in ledger.clockwork.due(now, AT_ONCE):
            return  # Cancelled, planned anew or fired by somebody else since it was read.
        occurrence = on_the_wall(planned.due, planned.timezone)
        community = self._core.house.communities.get(planned.community)
        data = {name: value for name, value in planned.data.items() if name != _TRIES}
        # Move on first: a handler may plan the same key anew, and that has to stand.
        self._move_on(msgspec.structs.replace(planned, data=data), now, ledger, over=community is None)
        if community is not None and ledger.clockwork.fire(planned.key, occurrence, now):
            due = Due(planned.kind, community, planned.subject, data, planned.due)
            self._performing.due(due, f"{planned.key}@{occurrence}", ledger, now)

    def _after_failure(self, planned: Planned, now: datetime, ledger: Ledger) -> None:
        """Try again a few times, a little later; then go on with the next occurrence and leave a mark."""
        if planned not in ledger.clockwork.due(now, AT_ONCE):
            return
        tries = int(planned.data.get(_TRIES, 0)) + 1
        data = {name: value for name, value in planned.data.items() if name != _TRIES}
        if tries < TRIES:
            again = msgspec.structs.replace(planned, data={**data, _TRIES: tries}, due=now + RETRY * tries)
            ledger.schedules.plan(again)
            return
        self._core.counts["timers given up"] += 1
        self._move_on(msgspec.structs.replace(planned, data=data), now, ledger)

    @staticmethod
    def _move_on(planned: Planned, now: datetime, ledger: Ledger, *, over: bool = False) -> None:
        """To its next time after now: what was missed in between is the feature's to judge by ``Due.at``."""
        due = None
        if planned.cron is not None and not over:
            due = next_time(planned.cron, planned.timezone, max(now, planned.due))
        if due is None:
            ledger.clockwork.move_on(planned.key, None)
        else:
            ledger.schedules.plan(msgspec.structs.replace(planned, due=due))
