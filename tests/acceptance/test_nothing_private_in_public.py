"""Whatever parents and moderators do, in whatever order and on whatever platform, the promises hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.case import LIVE, WAITING, Case, CaseState
from orchard_bot.community.community import Watch
from orchard_bot.features.books import Report
from orchard_bot.runtime.ledger import Ledger
from orchard_bot.storage.case_tables import cases
from orchard_bot.storage.tables import letters
from orchard_bot.testing.profiles import Profile
from orchard_bot.testing.sim_message import NotPossible, SimMessage
from tests.acceptance.conftest import Story, Telling
from tests.acceptance.stages import SIMULATED

QUIET = ("priya", "grace")
"""They write nothing in the group but commands: so nobody else may ever read their names."""
POSTERS = ("tomasz", "leila", "amira", "joe")
MODERATORS = ("amira", "joe")
EVERYBODY = (*QUIET, *POSTERS)
TEXTS = (
    "That new teaching assistant is useless",
    "What the f**k is going on with the car park",
    "He called my boy a paki at the gate",
    "Does anybody have the spelling list?",
)
PUBLIC = ("Our code of conduct in short", "From the newsletter:", "Hello, this is Orchard Bot. Parents run me")
NUMBERED = re.compile(r"^(\d+)  ", re.MULTILINE)
CODE = re.compile(r"[Yy]our code is ([A-Z0-9]{5})")

Move: TypeAlias = tuple[str, str, int]
"""What, who, and a number that picks one of what there is."""

WAYS = (
    ("Tell the moderators", "Not sure"),
    ("Tell the moderators", "No abuse"),
    ("Ask the poster", "Ask for me", "Not sure"),
    ("A child may be at risk",),
)
VERDICTS = ("dismiss", "Kind note", "Ask to remove", "Delete", "Mute for a day", "Remove from group", "School route")
SURE = ("Yes, mute", "Yes, remove", "I agree: remove")

choosing = st.tuples(st.just("choose"), st.sampled_from(EVERYBODY), st.integers(0, 40))
confiding = st.tuples(st.just("confide"), st.sampled_from(QUIET), st.integers(0, 7))
deciding = st.tuples(
    st.sampled_from(["decide", "decide", "agree", "claim"]), st.sampled_from(MODERATORS), st.integers(0, 6)
)
reporting = st.tuples(st.just("report"), st.sampled_from((*QUIET, *QUIET, *MODERATORS, "leila")), st.integers(0, 5))
posting = st.tuples(st.just("post"), st.sampled_from(POSTERS), st.integers(0, len(TEXTS) - 1))
changing = st.tuples(st.sampled_from(["edit", "delete"]), st.sampled_from(POSTERS), st.integers(0, 5))
telling_bot = st.tuples(st.just("tell"), st.sampled_from(EVERYBODY), st.integers(0, 8))
weather = st.tuples(
    st.sampled_from(["wait", "restart", "block", "unblock", "lose", "limit"]), st.just("amira"), st.just(0)
)
moves = st.lists(
    st.one_of(
        posting, confiding, confiding, deciding, deciding, choosing, choosing, reporting, changing, telling_bot, weather
    ),
    min_size=10,
    max_size=40,
)

SAID = ("/report", "/cases", "/case 1", "cancel", "It was very loud", "/rules", "/join", "/status", "/why")


@dataclass
class Day:
    """A story in which anything may happen."""

    story: Story

    async def do(self, move: Move) -> None:
        """One act, if it is possible just now."""
        what, who, number = move
        with suppress(NotPossible):  # as a phone would not let them
            await getattr(self, what)(who, number)
        await self.story.settle()

    def posted(self) -> list[SimMessage]:
        """What parents have written in the group and is there still."""
        return [one for one in self.story.world.transcript(self.story.larch) if one.text in TEXTS]

    async def post(self, who: str, number: int) -> None:
        """Something to be noticed or reported."""
        await self.story.says(who, TEXTS[number])

    async def report(self, who: str, number: int) -> None:
        """About one of the messages there are."""
        if found := self.posted():
            await self.story.says(who, "/report", reply_to=found[number % len(found)])

    async def confide(self, who: str, number: int) -> None:
        """A report that goes all the way, on one of the ways there are."""
        await self.report(who, number)
        for label in WAYS[number % len(WAYS)]:
            await self.take(who, label)

    async def claim(self, who: str, number: int) -> None:
        """A moderator looks at the newest case."""
        await self.take(who, "I'll look at it")

    async def decide(self, who: str, number: int) -> None:
        """A moderator decides, and means it."""
        await self.take(who, VERDICTS[number])
        await self.agree(who, number)

    async def agree(self, who: str, number: int) -> None:
        """A moderator says yes to whatever they are asked."""
        for label in SURE:
            await self.take(who, label)

    async def take(self, who: str, label: str) -> None:
        """The newest such choice, if there is one."""
        seen = self.story.seen_by_one(who)
        labels = [choice.label for message in seen for choice in message.choices]
        lines = [line for message in seen for line in message.text.splitlines() if NUMBERED.match(line)]
        if any(label in one for one in [*labels, *lines]):
            await self.story.chooses(who, label)

    async def edit(self, who: str, number: int) -> None:
        """Their own message."""
        mine = [one for one in self.posted() if one.author == self.story.world.person_ref(who)]
        if mine:
            await self.story.edits(who, mine[number % len(mine)], TEXTS[number % len(TEXTS)])

    async def delete(self, who: str, number: int) -> None:
        """Their own message."""
        mine = [one for one in self.posted() if one.author == self.story.world.person_ref(who)]
        if mine:
            await self.story.deletes(who, mine[number % len(mine)])

    async def choose(self, who: str, number: int) -> None:
        """Anything that stands on their phone, however old."""
        seen = self.story.seen_by_one(who)
        buttons = [(message, choice.token) for message in seen for choice in message.choices]
        numbers = [found for message in seen for found in NUMBERED.findall(message.text)]
        if buttons:
            self.story.world.press(who, *buttons[-1 - number % len(buttons)])
        elif numbers:
            await self.story.tells_bot(who, numbers[-1 - number % len(numbers)])

    async def tell(self, who: str, number: int) -> None:
        """Something to the bot, in private."""
        await self.story.tells_bot(who, SAID[number])

    async def wait(self, who: str, number: int) -> None:
        """Long enough for a poster's time to be over."""
        await self.story.later(hours=2, minutes=30, strides=timedelta(minutes=30))

    async def restart(self, who: str, number: int) -> None:
        """The bot is switched off and on."""
        await self.story.restarted()

    async def block(self, who: str, number: int) -> None:
        """A moderator wants no more from the bot."""
        self.story.world.block_bot(who)

    async def unblock(self, who: str, number: int) -> None:
        """And has it back."""
        self.story.world.unblock_bot(who)

    async def lose(self, who: str, number: int) -> None:
        """An answer gets lost."""
        self.story.world.faults.drop_answer()

    async def limit(self, who: str, number: int) -> None:
        """The platform asks for patience."""
        self.story.world.faults.rate_limited(retry_after=3)


async def all_cases(story: Story) -> Sequence[tuple[Case, Sequence[Report]]]:
    """Every case with its reports."""

    def look(connection: Connection) -> list[int]:
        return list(connection.execute(select(cases.c.number)).scalars())

    def read(ledger: Ledger) -> list[tuple[Case, Sequence[Report]]]:
        found = [ledger.cases.get("larch", number) for number in numbers]
        return [(case, ledger.cases.reports(case.id)) for case in found if case is not None]

    numbers = await story.storage.look(look)
    return await story.storage.read(read)


async def unsent(story: Story) -> list[tuple[str, str, str | None]]:
    """Letters that did not go out: key, state, reason."""

    def look(connection: Connection) -> list[tuple[str, str, str | None]]:
        rows = connection.execute(
            select(letters.c.key, letters.c.state, letters.c.why).where(letters.c.state != "sent")
        )
        return [(row.key, row.state, row.why) for row in rows]

    return await story.storage.look(look)


async def alerted(story: Story, case: Case) -> set[PersonRef]:
    """Who was sent an alert about this case."""
    alerts = await story.storage.read(lambda ledger: ledger.cases.alerts(case.id))
    return {alert.moderator for alert in alerts}


def nothing_private_in_public(story: Story) -> None:
    """The group hears public words alone."""
    for text in story.aloud():
        assert text.startswith(PUBLIC), text


def nobody_reads_who_reported(story: Story) -> None:
    """The names of those who only report are on no phone, their own apart."""
    for who in EVERYBODY:
        for name in {"Priya", "Grace"} - {story.world.person(who).name}:
            assert name not in story.phone(who)


async def moderators_keep_out_of_their_own_cases(story: Story) -> None:
    """Nobody sees what they wrote, or decides what they reported."""
    for case, reports in await all_cases(story):
        recused: set[PersonRef | None] = {case.author, *(report.reporter for report in reports)}
        assert case.decision is None or case.decision.moderator not in recused
    for who in MODERATORS:
        assert f"{story.world.person(who).name} wrote (" not in story.phone(who)


async def every_report_has_its_case(story: Story) -> None:
    """A code that a parent was given is the code of a case that knows them."""
    reporters = {case.code: {report.reporter.id for report in reports} for case, reports in await all_cases(story)}
    for who in EVERYBODY:
        for code in CODE.findall(story.phone(who)):
            assert who in reporters[code]


async def nothing_is_left_undone(story: Story) -> None:
    """Cases are decided, settled or with a moderator; letters are delivered, kept for somebody, or dead for a reason."""
    for case, reports in await all_cases(story):
        assert case.state is not CaseState.ASKED, "The poster's time has been over for long."
        assert (case.state in LIVE) == (case.settled_at is None)
        if case.state in WAITING:
            recused = {case.author, *(report.reporter for report in reports)}
            judges = {story.world.person_ref(who) for who in MODERATORS} - recused
            assert judges <= await alerted(story, case)
        else:
            assert all(report.told for report in reports)
    for key, state, why in await unsent(story):
        assert state == "held" or why, key


@settings(deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))
@given(profile=st.sampled_from(SIMULATED), watch=st.sampled_from(list(Watch)), acts=moves, two=st.booleans())
async def test_nothing_private_in_public_whatever_people_do(
    telling: Telling, profile: Profile, watch: Watch, acts: list[Move], two: bool
) -> None:
    async with telling(profile, watch=watch, more=f"confirm_removal_by_two = {str(two).lower()}") as story:
        day = Day(story)
        await day.post("tomasz", 0)
        for move in acts:
            await day.do(move)
        story.world.faults.clear()
        story.world.unblock_bot("amira")
        await story.later(hours=30, strides=timedelta(hours=1))
        nothing_private_in_public(story)
        nobody_reads_who_reported(story)
        await moderators_keep_out_of_their_own_cases(story)
        await every_report_has_its_case(story)
        await nothing_is_left_undone(story)
        assert story.bot.core.counts["failures"] == story.bot.core.counts["parked"] == 0
