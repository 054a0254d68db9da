"""``config/orchard.toml``: which groups, which moderators, which platforms, how long things are kept.

Every field's help text is the docstring below it; the reference page of the settings is made from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Meta, Struct

from orchard_bot.chat.refs import AccountRef, ChatRef, PersonRef
from orchard_bot.community.community import Community, Moderator, Nation, QuietHours, Watch
from orchard_bot.errors import ConfigError, MalformedRef
from orchard_bot.features.house import Retention
from orchard_bot.settings.toml_file import TomlFile, read_toml

Days = Annotated[int, Meta(ge=1, le=3650, description="a whole number of days, 1 to 3650")]
DaysBefore = Annotated[int, Meta(ge=0, le=28, description="a number of days, 0 to 28")]
Id = Annotated[
    str,
    Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="small letters, digits and hyphens, beginning with a letter"),
]
Words = Annotated[str, Meta(min_length=1, max_length=80, description="1 to 80 characters")]


class BotSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[bot]``: files. Paths are relative to this configuration file."""

    database: str = "../var/orchard.db"
    """The SQLite file. It is created, and kept readable by the bot's user alone."""
    key_file: str | None = None
    """The file with the keys to what is sealed in the database; left out: beside it, with ".key" at the end of its name."""
    policy: str = "code_of_conduct.toml"
    """The code of conduct."""
    wording: str | None = None
    """A file with sentences of your own; left out: the bot's."""


class WebSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[web]``: the bot's own pages."""

    host: str = "127.0.0.1"
    """The address to listen on. Anything but loopback is reachable by others: put it behind a proxy you trust."""
    port: Annotated[int, Meta(ge=0, le=65535, description="a port number, 0 to 65535")] = 8080
    """The port to listen on; 0 takes any free one."""
    inside: bool = False
    """Show the outbox and the cases, without text and names, under /inside. For trying things out."""


class NewsletterSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[newsletter]``: where newsletters come from besides a moderator's hand."""

    feeds: tuple[Annotated[str, Meta(pattern=r"^https?://", max_length=500, description="a web address")], ...] = ()
    """RSS or Atom feeds that the bot asks for news once an hour, by day. Nothing else is ever fetched."""
    feeds_on_loopback: bool = False
    """Let feeds be on this machine. For trying things out; addresses inside other private networks stay refused."""


class RetentionSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[retention]``: for how many days each kind of data is kept."""

    evidence_days: Days = 30
    """The text of a reported message, after its case was settled."""
    open_case_days: Days = 90
    """The same, while nobody has decided."""
    case_days: Days = 365
    """The record of a case, without text and names."""
    training_text_days: Days = 365
    """A message that its poster and a moderator agreed to keep, to train the detectors."""
    recent_days: Days = 3
    """A salted hash of each message, on platforms whose forwards do not say whose message it was."""
    sighting_days: Days = 60
    """What the watch noticed, without text."""
    parked_days: Days = 3
    """Events that could not be handled."""


class ModeratorSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of ``moderators``."""

    person: str
    """Platform and id, for example "telegram/12345"."""
    name: Words
    """How the other moderators know them."""
    on_call: bool = False
    """Wants to hear at night too when somebody may be at risk. Where nobody does, everybody hears of it."""


class QuietSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """``quiet_hours``: when nothing unasked is posted."""

    start: time = time(21, 0)
    """Local time."""
    end: time = time(7, 30)
    """Local time; earlier than ``start`` means the next morning."""


class TermSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One term, or half of one."""

    first: date
    """The first school day, for example 2026-09-03."""
    last: date
    """The last school day."""


class CommunitySettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``[[communities]]``: one class or year group."""

    id: Id
    """A short name for files and commands."""
    name: Words
    """What people call the group."""
    chat: str
    """Platform, account and chat id, for example "telegram/main/-1001234567890"."""
    moderators: Annotated[tuple[ModeratorSettings, ...], Meta(min_length=1)]
    """The parents who oversee the group. At least one; two are better."""
    timezone: str = "Europe/London"
    """An IANA time zone."""
    quiet_hours: QuietSettings = QuietSettings()
    """When nothing unasked is posted."""
    watch: Watch = Watch.REHEARSAL
    """"off", "rehearsal" (only tell the moderators what would have happened) or "live"."""
    pictures: bool = False
    """Whether the watch reads the text in pictures too, such as screenshots. Needs the extra ``pictures``; no picture is kept."""
    confirm_removal_by_two: bool = False
    """Two moderators have to agree before a member is removed."""
    step_by_step: bool = True
    """A kind note comes before a warning, a warning before a mute, a mute before a removal; risk to somebody apart."""
    steps_fade_after_days: Days = 180
    """How long a decision about somebody counts when the next one is decided."""
    alerts_at: time | None = None
    """When moderators hear of the cases of a day, all at once, for example 18:00:00; left out: of each as it comes."""
    posts_a_day: Annotated[int, Meta(ge=0, le=50, description="a number from 0 to 50")] = 3
    """How many reminders and notices the bot may post in the group in a day."""
    remind_at: time = time(18, 30)
    """When what a newsletter announces is posted, on the days before it. Local time."""
    remind_days_before: Annotated[tuple[DaysBefore, ...], Meta(min_length=1, max_length=4)] = (1,)
    """How many days before, for example [7, 1] for a week before and the evening before."""
    week_ahead: bool = True
    """On Monday morning one post about everything that is planned for the week."""
    reminders_by_two: bool = False
    """Another moderator has to agree before what a newsletter announces is planned."""
    terms: tuple[TermSettings, ...] = ()
    """The school's terms, so that a date outside them is marked as doubtful; left out: nothing is known of them."""
    bank_holidays: Nation | None = Nation.ENGLAND
    """Whose bank holidays count: "ENG", "WLS", "SCT" or "NIR"."""


class OrchardSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    communities: Annotated[tuple[CommunitySettings, ...], Meta(min_length=1)]
    adapters: dict[str, dict[str, Any]]
    """``[adapters.NAME]``: the settings of each platform to connect to; ``account`` names the bot's account there."""
    bot: BotSettings = BotSettings()
    web: WebSettings = WebSettings()
    newsletter: NewsletterSettings = NewsletterSettings()
    retention: RetentionSettings = RetentionSettings()


class Settings:
    """The file, checked: what the composition root needs."""

    def __init__(self, file: TomlFile) -> None:
        self.file = file
        self._read = file.convert(OrchardSettings)
        self.web = self._read.web
        self.newsletter = self._read.newsletter
        self.communities = self._communities()
        self._check_accounts()

    @property
    def path(self) -> Path:
        """The configuration file."""
        return self.file.path

    @property
    def database(self) -> Path:
        """Where the database is."""
        return self._relative(self._read.bot.database)

    @property
    def key_file(self) -> Path | None:
        """Where the keys to what is sealed in the database are, where it is not beside the database."""
        return self._relative(self._read.bot.key_file) if self._read.bot.key_file else None

    @property
    def policy(self) -> Path:
        """Where the code of conduct is."""
        return self._relative(self._read.bot.policy)

    @property
    def wording(self) -> Path | None:
        """Where the operator's own wording is, if there is any."""
        return self._relative(self._read.bot.wording) if self._read.bot.wording else None

    @property
    def retention(self) -> Retention:
        """How long each kind of data is kept."""
        given = self._read.retention
        return Retention(
            evidence=timedelta(days=given.evidence_days),
            open_case=timedelta(days=given.open_case_days),
            sightings=timedelta(days=given.sighting_days),
            recent=timedelta(days=given.recent_days),
            training_texts=timedelta(days=given.training_text_days),
            cases=timedelta(days=given.case_days),
            parked=timedelta(days=given.parked_days),
        )

    @property
    def adapters(self) -> Mapping[str, tuple[str, Mapping[str, Any]]]:
        """By adapter: the account's name, and the settings that are the adapter's own.

        Those whose name ends in ``_file`` are paths, relative to this file like all others.
        """
        return {
            name: (
                str(given.get("account", "main")),
                {key: self._own(key, value) for key, value in given.items() if key != "account"},
            )
            for name, given in self._read.adapters.items()
        }

    def refuse_adapter(self, name: str, problem: str, fix: str) -> ConfigError:
        """The error for something wrong in ``[adapters.NAME]``."""
        return self.file.refuse(("adapters", name), problem, fix=fix)

    def _own(self, key: str, value: Any) -> Any:
        return str(self._relative(value)) if key.endswith("_file") and isinstance(value, str) else value

    def _relative(self, path: str) -> Path:
        return self.file.path.parent / Path(path).expanduser()

    def _communities(self) -> tuple[Community, ...]:
        found: dict[str, Community] = {}
        chats: set[ChatRef] = set()
        for index, given in enumerate(self._read.communities):
            at = ("communities", index)
            if given.id in found:
                fix = "Give each community an id of its own."
                raise self.file.refuse((*at, "id"), f"There are two communities {given.id!r}.", fix=fix)
            community = self._community(given, at)
            if community.chat in chats:
                fix = "A group belongs to one community. Remove one of the two."
                raise self.file.refuse((*at, "chat"), "Two communities have the same chat.", fix=fix)
            chats.add(community.chat)
            found[given.id] = community
        return tuple(found.values())

    def _community(self, given: CommunitySettings, at: tuple[str | int, ...]) -> Community:
        try:
            ZoneInfo(given.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            fix = 'Write a name from the IANA list, for example "Europe/London".'
            raise self.file.refuse((*at, "timezone"), f"There is no time zone {given.timezone!r}.", fix=fix) from error
        return Community(
            id=given.id,
            name=given.name,
            chat=self._chat(given.chat, (*at, "chat")),
            moderators=self._moderators(given, at),
            timezone=given.timezone,
            quiet_hours=QuietHours(given.quiet_hours.start, given.quiet_hours.end),
            watch=given.watch,
            pictures=given.pictures,
            confirm_removal_by_two=given.confirm_removal_by_two,
            step_by_step=given.step_by_step,
            steps_fade_after=timedelta(days=given.steps_fade_after_days),
            alerts_at=given.alerts_at,
            posts_a_day=given.posts_a_day,
            remind_at=given.remind_at,
            remind_days_before=tuple(sorted(set(given.remind_days_before), reverse=True)),
            week_ahead=given.week_ahead,
            reminders_by_two=given.reminders_by_two,
            terms=self._terms(given, at),
            bank_holidays=given.bank_holidays,
        )

    def _terms(self, given: CommunitySettings, at: tuple[str | int, ...]) -> tuple[tuple[date, date], ...]:
        for index, term in enumerate(given.terms):
            if term.last < term.first:
                fix = "Write the first school day as `first`, and the last one as `last`."
                raise self.file.refuse((*at, "terms", index), "This term ends before it begins.", fix=fix)
        return tuple((term.first, term.last) for term in given.terms)

    def _chat(self, text: str, at: tuple[str | int, ...]) -> ChatRef:
        try:
            return ChatRef.parse(text)
        except (MalformedRef, UnicodeDecodeError) as error:
            fix = 'Write platform/account/chat, for example "telegram/main/-1001234567890".'
            raise self.file.refuse(at, f"{text!r} does not name a chat.", fix=fix) from error

    def _moderators(self, given: CommunitySettings, at: tuple[str | int, ...]) -> tuple[Moderator, ...]:
        found: dict[PersonRef, Moderator] = {}
        for index, one in enumerate(given.moderators):
            place = (*at, "moderators", index)
            try:
                person = PersonRef.parse(one.person)
            except (MalformedRef, UnicodeDecodeError) as error:
                fix = 'Write platform/id, for example "telegram/12345".'
                raise self.file.refuse(place, f"{one.person!r} does not name a person.", fix=fix) from error
            if person in found:
                raise self.file.refuse(place, "This moderator is listed twice.", fix="Remove one of the two.")
            found[person] = Moderator(person, one.name, one.on_call)
        return tuple(found.values())

    def _check_accounts(self) -> None:
        """Each group's account has to be one that an adapter connects."""
        accounts = {AccountRef(name, account) for name, (account, _) in self.adapters.items()}
        for index, community in enumerate(self.communities):
            if community.chat.via not in accounts:
                name, account = community.chat.platform, community.chat.account
                fix = f'Add [adapters.{name}] with account = "{account}", or correct the chat.'
                problem = f"No adapter connects the account {name}/{account} that this chat belongs to."
                raise self.file.refuse(("communities", index, "chat"), problem, fix=fix)
            for place, moderator in enumerate(community.moderators):
                if moderator.person.platform != community.chat.platform:
                    fix = f'Give the moderator\'s id on {community.chat.platform}, as "{community.chat.platform}/…".'
                    at = ("communities", index, "moderators", place)
                    raise self.file.refuse(at, "This moderator is on another platform than the group.", fix=fix)


def load_settings(path: Path) -> Settings:
    """The settings in the file ``path``. Raises ``ConfigError`` with file, line and fix."""
    return Settings(read_toml(path))
