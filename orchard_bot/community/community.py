"""One class or year group: its chat, its moderators, its hours and how far the bot may go there."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from orchard_bot.chat.refs import ChatRef, PersonRef


class Role(StrEnum):
    """What somebody is to a community. Decided by refs alone; a name never counts."""

    STRANGER = "stranger"
    MEMBER = "member"
    MODERATOR = "moderator"


class Watch(StrEnum):
    """What the bot does with what its detectors notice."""

    OFF = "off"
    REHEARSAL = "rehearsal"
    """Tell the moderators, once a day, what would have happened. The default for a new community."""
    LIVE = "live"


class Nation(StrEnum):
    """Whose bank holidays count, by ISO 3166-2:GB."""

    ENGLAND = "ENG"
    WALES = "WLS"
    SCOTLAND = "SCT"
    NORTHERN_IRELAND = "NIR"


class QuietHours(Struct, frozen=True):
    """From when until when, in local time, nothing unasked is posted. May pass midnight."""

    start: time
    end: time

    def cover(self, local: time) -> bool:
        """Whether ``local`` lies in the quiet hours."""
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end


class Moderator(Struct, frozen=True):
    """A parent who oversees the group (policy: each group has a moderator). ``name`` is for showing only."""

    person: PersonRef
    name: str
    on_call: bool = False
    """Wants to hear of a risk to somebody at night too."""


class Community(Struct, frozen=True, kw_only=True):
    """A group that the bot helps."""

    id: str
    name: str
    chat: ChatRef
    moderators: tuple[Moderator, ...]
    timezone: str = "Europe/London"
    quiet_hours: QuietHours = QuietHours(time(21), time(7, 30))
    watch: Watch = Watch.REHEARSAL
    pictures: bool = False
    """Whether the watch reads the text in pictures too."""
    confirm_removal_by_two: bool = False
    step_by_step: bool = True
    """A first time is answered by a kind note at most, and nobody skips a step (``ladder``)."""
    steps_fade_after: timedelta = timedelta(days=180)
    """After so long a decision about somebody counts no more when the next one is made."""
    alerts_at: time | None = None
    """When moderators hear of the cases of a day, all at once; None: of each as it comes. Risk to somebody apart."""
    posts_a_day: int = 3
    """How many messages nobody asked for the bot may post in the group in a day."""
    remind_at: time = time(18, 30)
    """When a reminder from the newsletter is posted, on each of the days before that ``remind_days_before`` names."""
    remind_days_before: tuple[int, ...] = (1,)
    week_ahead: bool = True
    """Whether the Monday of a week with something planned begins with one post about all of it."""
    reminders_by_two: bool = False
    """Another moderator has to agree before what a newsletter announces is planned."""
    terms: tuple[tuple[date, date], ...] = ()
    """First and last school days; a date outside them is doubtful. None: nothing is known of terms."""
    bank_holidays: Nation | None = None
    """Where the bank holidays are those of; a date on one of them is doubtful."""

    def moderator(self, person: PersonRef) -> Moderator | None:
        """The moderator with this ref, if there is one."""
        return next((one for one in self.moderators if one.person == person), None)

    def local(self, moment: datetime) -> datetime:
        """``moment`` by the clock on the wall of this community."""
        return moment.astimezone(ZoneInfo(self.timezone))

    def is_quiet(self, moment: datetime) -> bool:
        """Whether ``moment`` (aware) falls into the quiet hours."""
        return self.quiet_hours.cover(self.local(moment).time())
