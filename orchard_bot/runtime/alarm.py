"""The alarm clock: rings once at a moment. APScheduler on the machine's time; tests ring by the clock they hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_JOB = "next"


class Alarm(Protocol):
    """At most one moment is set at a time."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def set(self, moment: datetime | None, ring: Callable[[], None]) -> None:
        """Ring at ``moment`` (aware); at once where it has passed; None: not at all."""
        ...


class APSchedulerAlarm:
    """APScheduler 3.11, its job kept in memory: the schedule itself is in our table.

    https://apscheduler.readthedocs.io/en/3.x/
    """

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone=ZoneInfo("UTC"))

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def set(self, moment: datetime | None, ring: Callable[[], None]) -> None:
        if moment is None:
            if self._scheduler.get_job(_JOB):
                self._scheduler.remove_job(_JOB)
            return
        # The default grace of one second would drop a ring that comes late, after a suspended laptop for example.
        trigger = DateTrigger(moment)
        self._scheduler.add_job(ring, trigger, id=_JOB, replace_existing=True, misfire_grace_time=None, coalesce=True)


def next_time(cron: str, timezone: str, after: datetime) -> datetime | None:
    """The first moment after ``after`` (aware) that ``cron`` (five fields, local time) names; aware UTC."""
    zone = ZoneInfo(timezone)
    trigger = CronTrigger.from_crontab(_with_named_days(cron), timezone=zone)
    local = datetime.fromtimestamp(after.timestamp(), zone)
    found: datetime | None = trigger.get_next_fire_time(local, local)
    if found is None:
        return None
    return datetime.fromtimestamp(found.timestamp(), ZoneInfo("UTC"))


def _with_named_days(cron: str) -> str:
    """The library counts the days of the week from Monday, which is 0; cron counts from Sunday, which is 0 and 7."""
    *others, days = cron.split()
    return " ".join([*others, ",".join(map(_named, days.split(",")))])


def _named(days: str) -> str:
    found = re.fullmatch(r"([0-7])(?:-([0-7]))?", days)
    if found is None:
        return days
    first, last = int(found[1]), int(found[2] or found[1])
    return ",".join(_DAYS[day] for day in range(first, last + 1))


def on_the_wall(moment: datetime, timezone: str) -> str:
    """``moment`` as the clock on the wall shows it, without offset: the name of an occurrence.

    In the night when the clocks go back the same name comes twice, and what it names happens once.
    """
    return datetime.fromtimestamp(moment.timestamp(), ZoneInfo(timezone)).strftime("%Y-%m-%dT%H:%M:%S")
