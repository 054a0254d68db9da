"""The same busy day, and moderators who decide: notes, second looks by another moderator, decisions taken back.

Every report has a plan of who presses what, in order; each takes the next step when their phone offers it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, select

from orchard_bot.chat.refs import MessageRef
from orchard_bot.community.case import CaseState
from orchard_bot.storage.case_tables import cases
from orchard_bot.storage.sqlite import opened
from orchard_bot.storage.tables import audit
from orchard_bot.testing.sim_message import SimMessage
from tests.crash.story import Story

POSTER = "the poster"
NOTE, DISMISS = "Kind note", "It's fine: dismiss"
CLOSED = "is closed. I'll leave these words alone"
"""A phone may show choices a moment longer than they hold: who dismisses presses what is new until the bot says this."""
PRESSES = (
    # A second look: the poster asks for it, the other moderator gives in, and then finds nothing in it.
    (("amira", NOTE), (POSTER, "Ask another moderator"), ("joe", "Take it back for them"), ("joe", DISMISS)),
    # A decision that stands.
    (("joe", NOTE), (POSTER, "Ask another moderator"), ("amira", "It stands")),
    # Whoever decided thinks better of it, and looks again.
    (("amira", "I'll look at it"), ("amira", NOTE), ("amira", "Take it back"), ("amira", DISMISS)),
)
ACTS = (
    ("decided-note", "appealed", "taken-back-note", "decided-dismiss"),
    ("decided-note", "appealed", "appeal-upheld"),
    ("decided-note", "taken-back-note", "decided-dismiss"),
)
"""What the audit trail has to say of each, once each and in this order."""
ENDS = ("dismiss", "note", "dismiss")
HEARD = (
    ("A kind word", "has been taken back"),
    ("A kind word", "leaves it as it is"),
    ("A kind word", "has been taken back"),
)
"""What the poster has to hear of each, once each."""


@dataclass
class Course:
    """How one case goes: ``plan`` is a place in ``PRESSES``, ``taken`` counts the steps so far."""

    plan: int
    message: MessageRef
    words: str
    poster: str
    group: str
    number: str = ""
    taken: int = 0
    pressed: set[str] = field(default_factory=set)

    @property
    def done(self) -> bool:
        return self.taken == len(PRESSES[self.plan])


@dataclass
class CaseStory(Story):
    """A story whose reports are decided."""

    courses: list[Course] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._switched = True  # buttons to the end: who presses which is the point here

    @property
    def over(self) -> bool:
        return super().over and len(self.courses) == self.reports and all(course.done for course in self.courses)

    def answer(self) -> bool:
        """Reporters take their steps, and then the moderators and posters take theirs."""
        acted = super().answer()
        self._follow()
        return sum(self._goes_on(course) for course in self.courses if not course.done) > 0 or acted

    def _follow(self) -> None:
        for report in self.filed[len(self.courses) :]:
            shown = [one for one in self.world.ever_shown(report.message.chat) if one.message == report.message]
            message = shown[-1]
            group = report.reporter.partition("-")[0]
            poster = next(who for who in self.talkers(group) if self.world.person_ref(who) == message.author)
            self.courses.append(Course(len(self.courses) % len(PRESSES), report.message, message.text, poster, group))

    def _goes_on(self, course: Course) -> bool:
        by, label = PRESSES[course.plan][course.taken]
        who = course.poster if by == POSTER else by
        about = [one for one in self.ground.seen_by(who) if one.by_bot and self._is_about(course, one)]
        if label == DISMISS and any(CLOSED in one.text for one in about):
            course.taken += 1
            return True
        found = any(self._takes(who, one, label, course.pressed) for one in reversed(about))
        course.taken += found and label != DISMISS
        return found

    def _is_about(self, course: Course, message: SimMessage) -> bool:
        """By the words in question, or by the case's number where the words are not repeated."""
        about = f"“{course.words}”" in message.text
        if about and not course.number and "Case " in message.text:
            course.number = message.text.partition("Case ")[2].partition(" ")[0]
        named = f"Case {course.number} in {course.group.title()} class" in message.text
        return about or (bool(course.number) and named)

    def _takes(self, who: str, message: SimMessage, label: str, pressed: set[str]) -> bool:
        for choice in message.choices:
            if choice.label == label and choice.token not in pressed:
                pressed.add(choice.token)
                with self._happening():
                    self.world.press(who, message, choice.token)
                return True
        return False


def case_findings(story: CaseStory, database: Path) -> list[str]:
    """What is wrong with the decisions: each once, in order, and what people were told of them once."""
    with opened(database) as connection:
        return [*_decisions(story, connection), *_told(story)]


def _decisions(story: CaseStory, connection: Connection) -> Iterator[str]:
    for course in story.courses:
        row = connection.execute(select(cases).where(cases.c.message == course.message)).one()
        if (row.state, row.verdict) != (CaseState.DECIDED, ENDS[course.plan]):
            yield f"{course} ended as {row.state}, {row.verdict}"
        trail = select(audit.c.act).where(audit.c.subject == f"{row.community}/{row.number}").order_by(audit.c.id)
        acts = [act for act in connection.execute(trail).scalars() if act in ACTS[course.plan]]
        if acts != list(ACTS[course.plan]):
            yield f"the audit trail of {course} says {acts}"


def _told(story: CaseStory) -> Iterator[str]:
    for who, courses in _by_poster(story.courses):
        expected = Counter(words for course in courses for words in HEARD[course.plan])
        letters = {one.key: one.text for one in story.ground.seen_by(who) if one.by_bot}
        heard = Counter(words for text in letters.values() for words in expected if words in text)
        if heard != expected:
            yield f"{who} heard {heard} instead of {expected}"


def _by_poster(courses: Iterable[Course]) -> Iterator[tuple[str, list[Course]]]:
    found: dict[str, list[Course]] = {}
    for course in courses:
        found.setdefault(course.poster, []).append(course)
    yield from found.items()
