"""What happens in the World while the bot dies and comes back: four class groups on a busy day, drawn from a seed.

Talkers chat, ask, swear, edit and delete; reporters only report, each one thing at a time, as a parent would: they
read the newest menu on their phone and choose from it, by its button or by typing its number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

from orchard_bot.chat.refs import ChatRef, MessageRef
from orchard_bot.testing.sim_message import SimMessage
from tests.acceptance.stages import Place
from tests.crash.bot import ALOUD
from tests.crash.ground import Ground, Noted

GROUPS = ("ash", "birch", "larch", "rowan")
TALKERS = 6
REPORTERS = 5
MODERATORS = ("amira", "joe")
STEPS = ("Tell the moderators, in confidence", "Not sure")
DONE = "It is on its way to the moderators"
SWEARING = "This is bullshit"

NO_NIGHT = "quiet_hours = { start = 03:00:00, end = 03:00:00 }\n"
"""The clock is the real one, and moderators are to hear of reports at whatever hour the test runs."""


@dataclass
class ToReport:
    """One report on its way: ``taken`` steps through the menus so far."""

    reporter: str
    message: MessageRef
    asked: SimMessage
    taken: int = 0
    done: bool = False


@dataclass
class Story:
    """Everything that people do, and what of it must show in the end."""

    ground: Ground
    random: Random
    events: int
    reports: int
    posted: list[Noted] = field(default_factory=list)
    """Every event that the platform had for the bot."""
    tallied: list[Noted] = field(default_factory=list)
    """Those of them that leave a line in the audit trail."""
    aloud: dict[ChatRef, list[str]] = field(default_factory=dict)
    """What the bot is to say in each group, in order."""
    swearing: int = 0
    filed: list[ToReport] = field(default_factory=list)

    def __post_init__(self) -> None:
        for who in MODERATORS:
            self.world.add_person(who, who.title(), started=True)
        for group in GROUPS:
            people = [*self.talkers(group), *self.reporters(group)]
            for who in people:
                self.world.add_person(who, who.title(), started=True)
            self.world.add_group(group, group.title(), members=[*people, *MODERATORS], admins=MODERATORS)
        self._queues = {who: self._planned(each) for group in GROUPS for each, who in enumerate(self.reporters(group))}
        self._chatter: list[tuple[str, SimMessage]] = []
        self._number = 0
        self._switched = False

    @property
    def world(self) -> Place:
        """The people and what is on their phones."""
        return self.ground.world

    @staticmethod
    def talkers(group: str) -> list[str]:
        return [f"{group}-talker-{n}" for n in range(TALKERS)]

    @staticmethod
    def reporters(group: str) -> list[str]:
        return [f"{group}-reporter-{n}" for n in range(REPORTERS)]

    @property
    def over(self) -> bool:
        """Whether everybody has done all that they had to do."""
        return self.enough and all(report.done for report in self.filed)

    @property
    def enough(self) -> bool:
        """Whether nothing more begins."""
        return len(self.posted) >= self.events and len(self.filed) == self.reports

    def answer(self) -> bool:
        """Whoever reports looks at their phone and takes the next step. False where nobody had anything to do."""
        return sum(self._next_step(report) for report in self.filed if not report.done) > 0

    def go_on(self) -> bool:
        """The next thing happens somewhere. False where everybody who might report still waits for an answer."""
        if not self._switched and len(self.posted) > self.events // 2:
            self._switched = True
            with self._happening():
                self.ground.change_ways()
        elif len(self.filed) < self.reports and len(self.filed) * self.events < len(self.posted) * self.reports:
            return self._report()
        else:
            kinds, weights = zip(*self._kinds(), strict=True)
            self.random.choices(kinds, weights)[0](self.random.choice(GROUPS))
        return True

    def _kinds(self) -> Iterator[tuple[Callable[[str], None], int]]:
        yield self._chat, 28
        yield self._tally, 28
        yield self._tally_privately, 6
        yield self._ask_for_rules, 8
        yield self._swear, 5
        yield self._edit, 8
        yield self._delete, 5

    def _chat(self, group: str) -> None:
        with self._happening():
            who = self._talker(group)
            self._chatter.append((who, self.world.post(who, group, f"Ordinary message {self._next()}")))

    def _tally(self, group: str) -> None:
        number, aloud = self._next(), self.random.random() < 0.2
        with self._happening(tally=True):
            self.world.post(self._talker(group), group, f"/tally {number} {ALOUD}" if aloud else f"/tally {number}")
        if aloud:
            self.aloud.setdefault(self.world.group(group).ref, []).append(str(number))

    def _tally_privately(self, group: str) -> None:
        who = self.talkers(group)[0]
        with self._happening(tally=True):
            self.world.post(who, self.world.private(who), "/tally")

    def _ask_for_rules(self, group: str) -> None:
        with self._happening():
            self.world.post(self._talker(group), group, "/rules")

    def _swear(self, group: str) -> None:
        self.swearing += 1
        with self._happening(tally=True):
            self.world.post(self._talker(group), group, SWEARING)

    def _edit(self, group: str) -> None:
        if len(self._chatter) > self.reports:
            at = self.random.randrange(len(self._chatter))
            who, message = self._chatter[at]
            with self._happening(tally=True):
                self._chatter[at] = who, self.world.edit(who, message, f"Edited message {self._next()}")

    def _delete(self, group: str) -> None:
        if len(self._chatter) > self.reports:
            who, message = self._chatter.pop(self.random.randrange(len(self._chatter)))
            with self._happening(tally=True):
                self.world.delete(who, message)

    def _talker(self, group: str) -> str:
        return self.random.choice(self.talkers(group))

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _report(self) -> bool:
        """The next report by somebody who has finished their last one; its message is left alone from now on."""
        busy = {report.reporter for report in self.filed if not report.done}
        free = [who for group in GROUPS for who in self.reporters(group) if who not in busy and self._queues[who]]
        if not free:
            return False
        reporter = self.random.choice(free)
        found = [at for at, (author, _) in enumerate(self._chatter) if _neighbours(reporter, author)]
        if not found:
            self._chat(reporter.partition("-")[0])
            return True
        self._queues[reporter] -= 1
        _, message = self._chatter.pop(self.random.choice(found))
        with self._happening():
            asked = self.world.post(reporter, message.ref.chat, "/report", reply_to=message)
        self.filed.append(ToReport(reporter, message.ref, asked))
        return True

    def _planned(self, each: int) -> int:
        """How many reports are left to one reporter."""
        everybody = len(GROUPS) * REPORTERS
        return self.reports // everybody + (each < self.reports % everybody)

    def _next_step(self, report: ToReport) -> bool:
        news = [one for one in self.ground.seen_by(report.reporter) if one.by_bot and one.at > report.asked.at]
        if report.taken == len(STEPS):
            report.done = any(DONE in one.text for one in news)
            return report.done
        return any(self._chooses(report, message) for message in reversed(news))

    def _chooses(self, report: ToReport, message: SimMessage) -> bool:
        """Take the next step from this message, if it offers that."""
        who, label = report.reporter, STEPS[report.taken]
        for choice in message.choices:
            if choice.label == label:
                report.taken += 1
                with self._happening():
                    self.world.press(who, message, choice.token)
                return True
        for line in message.text.splitlines():
            number, _, words = line.partition("  ")
            if number.isdigit() and words == label:
                report.taken += 1
                with self._happening():
                    self.world.post(who, self.world.private(who), number)
                return True
        return False

    @contextmanager
    def _happening(self, *, tally: bool = False) -> Iterator[None]:
        """Take down what the platform has to tell the bot of it."""
        before = len(self.ground.waiting())
        yield
        new = self.ground.waiting()[before:]
        self.posted += new
        if tally:
            self.tallied += new


def _neighbours(who: str, author: str) -> bool:
    return who.partition("-")[0] == author.partition("-")[0]


def config(database: str, policy: str, ground: Ground) -> str:
    """The settings of a bot in these groups."""
    world = ground.world
    people = ", ".join(f'{{ person = "{world.person_ref(who)}", name = "{who.title()}" }}' for who in MODERATORS)
    communities = "".join(
        f'\n[[communities]]\nid = "{group}"\nname = "{group.title()} class"\nchat = "{world.group(group).ref}"\n'
        f'watch = "live"\nmoderators = [{people}]\n{NO_NIGHT}'
        for group in GROUPS
    )
    return f'[bot]\ndatabase = "{database}"\npolicy = "{policy}"\n\n{ground.settings}{communities}'
