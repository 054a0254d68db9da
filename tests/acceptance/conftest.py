"""Stories are told on the World through the real bot: real features, real database, real outbox; only time is ours."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pytest
from sqlalchemy import Connection, select

from orchard_bot.app import Composition
from orchard_bot.chat.refs import ChatRef, PersonRef
from orchard_bot.community.case import Case
from orchard_bot.detectors.meaning import MeaningDetector
from orchard_bot.runtime import discovery
from orchard_bot.runtime.bot import Bot
from orchard_bot.runtime.ledger import Ledger
from orchard_bot.runtime.log import silent_log
from orchard_bot.settings.orchard import load_settings
from orchard_bot.settings.policy import Policy, load_policy
from orchard_bot.storage.storage import SqlStorage
from orchard_bot.storage.tables import metadata
from orchard_bot.storage.upgrade import migrate
from orchard_bot.testing.fake_alarm import FakeAlarm
from orchard_bot.testing.fake_clock import WEDNESDAY_EVENING, FakeClock
from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.sim_message import SimMessage
from tests.acceptance.stages import (
    BY_REST,
    BY_WEBHOOK,
    ELSEWHERE,
    ON_MATRIX,
    ON_SIGNAL,
    ON_THE_WIRE,
    SIMULATED,
    Place,
    Stage,
    set_up,
    set_up_elsewhere,
)
from tests.adapters.matrix.world import MatrixWorld

PATIENCE = 60.0
"""Seconds of real time after which a story gives up."""
ENOUGH = 4
"""Looks in a row at which nothing moves: then nothing will."""
HERE = Path(__file__).parent
POLICY = HERE.parents[1] / "config" / "code_of_conduct.toml"
LONG = timedelta(hours=2)
"""Strides for a story in which days pass."""
PARENTS = {"priya": "Priya", "tomasz": "Tomasz", "grace": "Grace", "leila": "Leila"}
MODERATORS = {"amira": "Amira", "joe": "Joe"}

CONFIG = """
[bot]
database = "orchard.db"
policy = "{policy}"

{adapter}
[[communities]]
id = "larch"
name = "Larch class"
chat = "sandbox/main/larch"
watch = "{watch}"
{more}
moderators = [
    {{ person = "sandbox/amira", name = "Amira" }},
    {{ person = "sandbox/joe", name = "Joe" }},
]
"""

EASY = {"step_by_step": "false", "quiet_hours": "{ start = 23:30:00, end = 06:30:00 }"}
"""What most stories are not about: every verdict is within reach, and the evenings are long."""
GROUP_PROFILES = [*SIMULATED, *ON_THE_WIRE]
MAIN_JOB = {
    "test_a_group_that_moves",
    "test_asking_the_poster",
    "test_authority",
    "test_faults",
    "test_join_requests",
    "test_onboarding",
    "test_on_telegram",
    "test_pictures",
    "test_remind",
    "test_report_by_reply",
    "test_report_in_other_ways",
    "test_second_thoughts",
    "test_rules",
    "test_strangers",
}
"""The stories that are told on the wire too; the others on the World only."""
ON_TWO_PLATFORMS = "test_linking"
"""These say themselves where they are told."""
NOT_ON_SIGNAL = {"test_a_group_that_moves", "test_on_telegram"}
"""What does not happen there: on Signal a group keeps its id for ever; and Telegram's own ways."""
BOTH_WAYS = {"test_on_telegram", "test_pictures", "test_report_by_reply", "test_rules"}
"""Those of them that are told by webhook, too: how news come in makes no difference after that."""
ON_SIGNAL_TOO = {"test_choices", "test_copied", "test_in_confidence", "test_nothing_private_in_public"}
"""Those that turn on what Signal lacks, buttons and forwards that name somebody: told through its fakes besides."""
NOT_BY_REST = {
    "test_each_step_of_a_report_survives_each_fault",
    "test_what_happens_while_the_bot_is_away_is_taken_up_when_it_is_back",
}
"""Signal's REST interface loses what is written while nobody is connected to it."""
FAULTS_NOT_BY_REST = {"disconnected", "rate_limited"}
"""The same; and it does not say how long to wait, so that the bot waits longer than these stories."""
BY_MEANING = {"test_watch"}
"""These turn on what the watch sees. In the others it looks at words alone: what a training learns changes no story."""
ON_A_REAL_SERVER = {
    "test_a_group_that_moves_is_followed_in_the_middle_of_a_dialog",
    "test_a_mended_message_goes_back_to_its_reporter_who_ends_it_with_one_tap",
    "test_a_mute_that_is_taken_back_ends_at_once",
    "test_a_parent_asks_for_the_rules_and_only_they_read_the_answer",
    "test_a_reminder_is_asked_for_shown_agreed_to_and_posted_at_its_time",
    "test_a_report_is_acknowledged_only_after_it_has_reached_a_moderator",
    "test_a_report_leaves_no_trace_in_the_group",
    "test_a_report_may_be_typed_in_private_in_ones_own_words",
    "test_a_report_that_reaches_no_moderator_is_not_said_to_have_done_so",
    "test_a_reporter_whose_command_stays_in_sight_hears_privately_how_to_take_it_away",
    "test_a_right_that_was_taken_away_is_no_reason_for_silence",
    "test_a_verdict_is_carried_out_or_its_moderator_hears_how_to_do_it",
    "test_each_step_of_a_report_survives_each_fault",
    "test_every_moderator_is_asked_and_nobody_else_hears",
    "test_moderators_hear_of_a_report_and_never_from_whom",
    "test_nothing_is_on_without_a_yes_and_each_yes_stands_for_itself",
    "test_the_first_moderator_to_answer_decides",
    "test_what_the_group_ever_saw_of_a_report_is_at_most_the_command_for_a_moment",
    "test_where_the_bot_may_not_let_people_in_the_moderator_hears_how_to",
}
"""The stories that are told on a real Synapse, which takes its time as a real server does."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tell on the wire what is of the main job."""
    left_out = [
        item
        for item in items
        if isinstance(item, pytest.Function)
        and item.path.parent == HERE
        and hasattr(item, "callspec")
        and not _told(item.path.stem, item.originalname, item.callspec.params)
    ]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _told(module: str, name: str, params: Mapping[str, object]) -> bool:
    profile = params.get("profile")
    if module == ON_TWO_PLATFORMS:
        return True
    if profile == ON_MATRIX:
        return module in MAIN_JOB and name in ON_A_REAL_SERVER
    if module in NOT_ON_SIGNAL and profile in ON_SIGNAL:
        return False
    if profile == BY_REST and (
        name in NOT_BY_REST or getattr(params.get("fault"), "__name__", "") in FAULTS_NOT_BY_REST
    ):
        return False
    if profile in ON_SIGNAL and module in ON_SIGNAL_TOO:
        return True
    if profile == BY_WEBHOOK:
        return module in BOTH_WAYS
    return module in MAIN_JOB or profile not in ON_THE_WIRE


@cache
def policy_once(*, by_meaning: bool) -> Policy:
    """The policy as shipped, which all stories share: loading it costs more than a story."""
    detectors = discovery.detectors()
    if not by_meaning:
        detectors |= {"meaning": lambda spec, _: MeaningDetector(spec, None)}
    return load_policy(POLICY, detectors)


def where(holds: Callable[[Profile], object]) -> pytest.MarkDecorator:
    """The story is told only on those platforms with the bot in the group for which this holds."""
    chosen = [profile for profile in GROUP_PROFILES if holds(profile)]
    return pytest.mark.parametrize("profile", chosen, ids=lambda profile: profile.name)


@dataclass
class Story:
    """The World and the bot in it. People act by name; ``settle`` lets the bot do all that is due."""

    stage: Stage
    clock: FakeClock
    config: Path
    larch: ChatRef
    by_meaning: bool
    """Whether the watch has its encoder."""
    second: Stage | None = None
    """Another platform, with a group of its own, for the same bot."""
    bot: Bot = field(init=False)
    storage: SqlStorage = field(init=False)
    _life: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def world(self) -> Place:
        """The people, the group, and what is on their screens."""
        return self.stage.world

    # What people do

    async def says(self, who: str, text: str, *, reply_to: SimMessage | None = None) -> SimMessage:
        """Somebody writes in the group."""
        message = self.world.post(who, self.larch, text, reply_to=reply_to)
        await self.settle()
        return message

    async def shows(self, who: str, picture: bytes, text: str = "") -> SimMessage:
        """Somebody posts a picture in the group, with a few words or none."""
        assert not isinstance(self.world, MatrixWorld), "the real server's pictures have tests of their own"
        message = self.world.post_picture(who, self.larch, picture, text)
        await self.settle()
        return message

    async def tells_bot(self, who: str, text: str, *, forward: SimMessage | None = None) -> SimMessage:
        """Somebody writes to the bot in private (opening the chat if need be)."""
        if not self.world.person(who).started:
            self.world.open_chat(who)
        message = self.world.post(who, self.world.private(who), text, forward=forward)
        await self.settle()
        return message

    async def edits(self, who: str, message: SimMessage, text: str) -> None:
        """Somebody changes their own message."""
        self.world.edit(who, message, text)
        await self.settle()

    async def deletes(self, who: str, message: SimMessage) -> None:
        """Somebody deletes their own message."""
        self.world.delete(who, message)
        await self.settle()

    async def reports(self, who: str, about: SimMessage, *choices: str) -> SimMessage:
        """Somebody answers a message in the group with ``/report``, and then takes these choices."""
        command = await self.says(who, "/report", reply_to=about)
        for label in choices:
            await self.chooses(who, label)
        return command

    async def chooses(self, who: str, label: str, *, on: str = "") -> None:
        """Somebody takes the newest choice whose label holds ``label``: by its button, or by typing its number.

        ``on``: only of a message that holds these words.
        """
        for message in reversed(self.seen_by_one(who)):
            if on and on not in message.text:
                continue
            for choice in message.choices:
                if label in choice.label:
                    self.world.press(who, message, choice.token)
                    await self.settle()
                    return
            for line in message.text.splitlines():
                number, _, words = line.partition("  ")
                if number.isdigit() and label in words:
                    await self.tells_bot(who, number)
                    return
        raise AssertionError(f"{who} is offered nothing like {label!r}:\n" + self.phone(who))

    # What people see

    def seen_by_one(self, who: str) -> list[SimMessage]:
        """What the bot told this person alone, in private or shown in the group, oldest first."""
        ref = self.world.person_ref(who)
        shown = [one for one in self.world.transcript(self.larch, viewer=who) if one.only_for == ref and one.by_bot]
        private = [one for one in self.world.inbox(who) if one.author is None or one.author == self.world.bot]
        return sorted([*shown, *private], key=lambda one: one.at)

    def heard(self, who: str) -> list[str]:
        """The same as texts."""
        return [one.text for one in self.seen_by_one(who) if not one.deleted]

    def phone(self, who: str) -> str:
        """All of it as one text, for ``in`` and for messages of failed tests."""
        return "\n---\n".join(self.heard(who))

    def group(self) -> list[tuple[str, str]]:
        """What everybody sees in the group now: author's name and text."""
        return [(one.author_name, one.text) for one in self.world.transcript(self.larch) if one.only_for is None]

    def ever_shown(self) -> list[tuple[str, str]]:
        """Everything that the group could ever see, even for a moment: author's name and text."""
        return [(one.author_name, one.text) for one in self.world.ever_shown(self.larch)]

    def aloud(self) -> list[str]:
        """All that the bot ever said in the group."""
        return [one.text for one in self.world.ever_shown(self.larch) if one.author is None]

    # The bot

    async def settle(self) -> None:
        """Until nothing is left that the bot could do at this time. Short waits for its sending rate are let pass."""
        quiet = stuck = waits = 0
        began = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() - began < PATIENCE:
            resting = all(sender.idle for sender in self.bot.senders)
            await asyncio.sleep(self.breath if self._pending or not resting else 0)
            moving = self._pending or not self._lanes_idle or not self.bot.scheduler.idle or not resting
            # Reading what is due is the dear part: not while somebody is moving anyway, and of a rest at both its ends.
            reads = not moving and quiet in {0, ENOUGH - 1}
            due = await self.storage.write(self._due if reads else _nothing)
            quiet = 0 if moving or due else quiet + 1
            if quiet >= ENOUGH:
                return
            # What is not taken in after a while waits for a connection, and that for the clock.
            stuck = stuck + 1 if self._pending else 0
            # What is due though nobody moves waits for its sending rate, and that for the clock too.
            waits = waits + 1 if due and resting and not stuck else 0
            if (stuck > 50 and resting) or waits > 10:
                self.clock.advance(0.5)
                stuck = waits = 0
        raise AssertionError("The bot does not come to rest.")

    @property
    def elsewhere(self) -> Place:
        """The people, the group, and what is on their screens on the second platform."""
        assert self.second is not None
        return self.second.world

    @property
    def breath(self) -> float:
        """Seconds that a look at the stages may leave to the wire."""
        return max(self.stage.breath, self.second.breath if self.second else 0.0)

    @property
    def _pending(self) -> bool:
        return bool(self.world.pending or (self.second and self.elsewhere.pending))

    @property
    def _lanes_idle(self) -> bool:
        return self.bot.lanes.idle and self.bot.picture_lanes.idle

    def _due(self, ledger: Ledger) -> bool:
        now = self.clock.now() + timedelta(seconds=5)
        waking = [ledger.queue.next_due(), ledger.queue.next_due(pictures=True), ledger.clockwork.next_due()]
        waking += [ledger.outbox.next_due(platform) for platform in self.bot.core.platforms]
        return any(moment is not None and moment <= now for moment in waking)

    async def later(self, *, strides: timedelta = timedelta(minutes=10), **by: float) -> None:
        """Time passes: ``hours=2``, in steps, as it would; longer strides are faster where nothing much happens."""
        left = timedelta(**by)
        while left > timedelta():
            step = min(left, strides)
            self.clock.advance(step)
            left -= step
            await self.settle()

    async def cases(self) -> Sequence[Case]:
        """The cases that wait for a moderator."""
        return await self.storage.read(lambda ledger: ledger.cases.waiting("larch"))

    async def case(self, number: int = 1) -> Case:
        """One case, in whatever state."""
        found = await self.storage.read(lambda ledger: ledger.cases.get("larch", number))
        assert found is not None, f"There is no case {number}."
        return found

    async def written_down(self, words: str) -> list[str]:
        """The tables in which ``words`` are to be found."""

        def look(connection: Connection) -> list[str]:
            return [
                table.name
                for table in metadata.sorted_tables
                for row in connection.execute(select(table)).all()
                if words in repr(tuple(row))
            ]

        return await self.storage.look(look)

    @asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        """The bot runs while the block does, with the restarts that the block asks for."""
        async with self._life:
            await self._life.enter_async_context(self.running())
            yield

    async def stopped(self) -> None:
        """The bot is switched off."""
        await self._life.aclose()

    async def started(self) -> None:
        """The bot is switched on again, with the same database."""
        await self._life.enter_async_context(self.running())

    async def restarted(self) -> None:
        """The bot is switched off and on again."""
        await self.stopped()
        await self.started()

    async def is_off(self, **by: float) -> None:
        """The bot is off for a while: ``hours=2``."""
        await self._life.aclose()
        self.clock.advance(timedelta(**by))
        await self._life.enter_async_context(self.running())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Story]:
        """One life of the bot."""
        composition = Composition(load_settings(self.config), policy_once(by_meaning=self.by_meaning))
        self.storage = composition.open_storage(self.clock)
        platforms = [self.stage.connect()]
        if self.second is not None:
            platforms.append(self.second.connect())
        self.bot = composition.bot(
            platforms, self.storage, clock=self.clock, alarm=FakeAlarm(self.clock), log=silent_log()
        )
        try:
            async with asyncio.TaskGroup() as tasks:
                running = tasks.create_task(self.bot.run())
                await self.bot.ready.wait()
                await self.settle()
                yield self
                self.bot.stop()
                await running
        finally:
            await self.storage.close()


def _nothing(ledger: Ledger) -> bool:
    """A unit that only waits its turn behind the others."""
    return False


Telling: TypeAlias = Callable[..., AbstractAsyncContextManager[Story]]


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables and nothing in them, to be copied."""
    file = tmp_path_factory.mktemp("empty") / "orchard.db"
    migrate(file, now=FakeClock().now())
    return file


@pytest.fixture
def telling(tmp_path: Path, empty_database: Path, request: pytest.FixtureRequest) -> Telling:
    """``async with telling(profile) as story``: a class group with parents, two moderators and the bot.

    ``more``: further lines about the community; ``further``: what stands below them in the file; ``away``: who has
    not opened a private chat with the bot; ``before`` is called with the World before the bot starts, at ``start``;
    ``basic_group``: on Telegram, a group that can still become a supergroup; ``second``: another
    platform that the same bot is on, and what is there.
    """

    @asynccontextmanager
    async def begin(
        profile: Profile,
        *,
        watch: str = "live",
        more: str = "",
        further: str = "",
        away: Sequence[str] = (),
        before: Callable[[Place], object] = bool,
        start: datetime = WEDNESDAY_EVENING,
        basic_group: bool = False,
        second: tuple[Profile, Callable[[Place], object]] | None = None,
    ) -> AsyncIterator[Story]:
        clock = FakeClock(start)
        async with AsyncExitStack() as stages:
            stage = await stages.enter_async_context(set_up(profile, clock, tmp_path, basic_group=basic_group))
            world = stage.world
            for id, name in {**PARENTS, **MODERATORS}.items():
                world.add_person(id, name, started=id not in away)
            larch = world.add_group("larch", "Larch class", members=[*PARENTS, *MODERATORS], admins=[*MODERATORS])
            before(world)
            easy = "".join(f"{name} = {value}\n" for name, value in EASY.items() if name not in more)
            settings = CONFIG.format(policy=POLICY, watch=watch, more=easy + more, adapter="{adapter}") + further
            config = tmp_path / "orchard.toml"
            adapters, settings, there = stage.adapter, stage.addressed(settings), None
            if second is not None:
                (tmp_path / ELSEWHERE).mkdir()
                there = await stages.enter_async_context(set_up_elsewhere(second[0], clock, tmp_path / ELSEWHERE))
                second[1](there.world)
                adapters, settings = f"{adapters}\n{there.adapter}", there.addressed(settings, ELSEWHERE)
            config.write_text(settings.replace("{adapter}", adapters), encoding="utf-8")
            for file in (empty_database, empty_database.with_name("orchard.db.key")):
                shutil.copy(file, tmp_path)
            story = Story(stage, clock, config, larch, request.path.stem in BY_MEANING, there)
            async with story.living():
                yield story

    return begin


@pytest.fixture(params=GROUP_PROFILES, ids=lambda profile: profile.name)
def profile(request: pytest.FixtureRequest) -> Profile:
    """Each platform on which the bot sits in the group."""
    chosen: Profile = request.param
    return chosen


@pytest.fixture
def ref() -> Callable[[str], PersonRef]:
    """The ref of somebody in the World, by id."""
    return lambda id: PersonRef("sandbox", id)
