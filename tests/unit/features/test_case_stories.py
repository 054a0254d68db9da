"""Any story that people can play with reports, in any order, keeps the promises."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import to_builtins
from sqlalchemy import or_, select

from orchard_bot.chat.events import MessageDeleted, MessagePosted
from orchard_bot.chat.intents import DeleteMessage, EditOwn, Intent, Remove, Restrict, Say, TellPrivately
from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.case import LIVE, CaseState
from orchard_bot.community.community import Moderator, Watch
from orchard_bot.detectors.observation import Observation
from orchard_bot.storage.tables import audit
from orchard_bot.testing.builders import a_message, a_person, an_edit, an_event_id

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

PEOPLE = {name: a_person(name) for name in ("anna", "ben", "mia", "omar", "lea")}
NAMES = st.sampled_from(sorted(PEOPLE))
SEEN = Observation("discrimination", (0, 3), 0.9, "It was noticed.", "slurs", "1")
FINAL_WAYS = (
    "Tell the moderators, in confidence",
    "A child may be at risk, or a threat",
    "Ask for me, without my name",
)

MOVES = st.one_of(
    st.tuples(st.just("report"), NAMES, st.integers(0, 2), st.sampled_from(FINAL_WAYS), st.booleans()),
    st.tuples(st.just("unreachable report"), NAMES, st.integers(0, 2), st.just(""), st.booleans()),
    st.tuples(st.just("choose"), NAMES, st.integers(0, 40), st.just(""), st.booleans()),
    st.tuples(st.just("edit"), NAMES, st.integers(0, 2), st.just(""), st.booleans()),
    st.tuples(st.just("delete"), NAMES, st.integers(0, 2), st.just(""), st.booleans()),
    st.tuples(st.just("wait"), NAMES, st.integers(1, 150), st.just(""), st.booleans()),
)
Move = tuple[str, str, int, str, bool]


class Story:
    """Three messages (one of them by a moderator), and what people do about them."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        moderators = tuple(Moderator(PEOPLE[name], name.title()) for name in ("mia", "omar", "lea"))
        stage.set(watch=Watch.LIVE, moderators=moderators)
        authors = ("ben", "mia", "carl")
        self.messages: list[MessagePosted] = [
            a_message(f"Words of {number}", author=a_person(name), author_name=name.title())
            for number, name in enumerate(authors)
        ]
        self.gone: set[int] = set()
        self.reported: set[tuple[int, str]] = set()

    def play(self, move: Move) -> None:
        what, name, number, way, flag = move
        who = PEOPLE[name]
        match what:
            case "report":
                self._report(number, who, name, way, flag)
            case "unreachable report":
                self._unreachable(number, who, name)
            case "choose":
                self._choose(who, number)
            case "edit" if number not in self.gone:
                edited = an_edit(self.messages[number], f"{self.messages[number].text} again")
                self.messages[number] = edited
                self.stage.group(edited, *([SEEN] if flag else []))
            case "delete" if number not in self.gone:
                self.gone.add(number)
                message = self.messages[number]
                event = MessageDeleted(an_event_id(), message.at, message.chat, message=message.message)
                self.stage.group(event)
            case "wait":
                self.stage.due(timedelta(minutes=number))
        if flag:
            self.stage.deliver()

    def _report(self, number: int, who: PersonRef, name: str, way: str, flag: bool) -> None:
        message = self.messages[number]
        if number in self.gone or message.author == who:
            return
        self.stage.report(message, by=who)
        self.stage.deliver()
        if way.startswith("Ask"):
            self.stage.choose("Ask the poster to remove it", who)
        self.stage.choose(way, who)
        if not way.startswith("A child"):
            self.stage.choose("Not sure", who)
        self.reported.add((number, name))
        if flag:
            self.stage.deliver(held=[PEOPLE["mia"]])

    def _unreachable(self, number: int, who: PersonRef, name: str) -> None:
        message = self.messages[number]
        if number not in self.gone and message.author != who:
            self.stage.report(message, by=who)
            self.stage.deliver(held=[who])
            self.reported.add((number, name))

    def _choose(self, who: PersonRef, number: int) -> None:
        """Any button that this person was ever shown, if it is still open."""
        labels = [
            choice.label
            for intent in self.stage.intents
            if isinstance(intent, TellPrivately | EditOwn)
            for choice in intent.choices
            if (offer := self.stage.books.offers.by_token(choice.token)) is not None and offer.person == who
        ]
        if labels:
            self.stage.choose(labels[number % len(labels)], who)


def readers(stage: Stage, intent: Intent) -> set[PersonRef]:
    """Who gets to read this."""
    if isinstance(intent, TellPrivately):
        return {intent.person}
    if isinstance(intent, EditOwn):
        return {one.person for one in stage.intents if isinstance(one, TellPrivately) and one.key == intent.of}
    return set()


@given(moves=st.lists(MOVES, max_size=14))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_story_keeps_the_promises(
    new_stage: Callable[[], AbstractContextManager[Stage]], moves: list[Move]
) -> None:
    with new_stage() as stage:
        story = Story(stage)
        for move in moves:
            before = len(stage.intents)
            story.play(move)
            _nobody_concerned_is_shown_the_case(stage, before)
        _no_report_is_lost(stage, story)
        _reporters_stay_unknown(stage)
        _nothing_is_said_in_the_group(stage)
        _people_decided_whatever_was_done(stage)


def _nobody_concerned_is_shown_the_case(stage: Stage, before: int) -> None:
    for intent in stage.intents[before:]:
        if intent.origin not in ("alerts.sent", "alerts.updated"):
            continue
        community, _, number = intent.subject.partition(" ")[0].rpartition("/")
        case = stage.books.cases.get(community, int(number))
        assert case is not None
        reader = PersonRef.parse(intent.subject.partition(" ")[2])
        assert readers(stage, intent) == {reader}
        assert reader != case.author
        assert reader not in {one.reporter for one in stage.books.cases.reports(case.id)}


def _no_report_is_lost(stage: Stage, story: Story) -> None:
    stage.due(timedelta(hours=48))
    stage.deliver()
    for number, name in story.reported:
        reports = [
            one
            for one in stage.books.cases.reports_by("3b", PEOPLE[name])
            if (case := stage.books.cases.get("3b", int(one.case.rpartition("/")[2]))) is not None
            and case.author == story.messages[number].author
        ]
        assert reports, "every report is in the books"
        for report in reports:
            case = stage.books.cases.get("3b", int(report.case.rpartition("/")[2]))
            assert case is not None
            assert case.state is not CaseState.ASKED, "nothing waits for a poster for ever"
            if case.state in LIVE:
                assert case in stage.books.cases.waiting("3b")
            else:
                assert report.told, "who reported it has heard that it is over"


def _reporters_stay_unknown(stage: Stage) -> None:
    """Anna is nobody but a reporter: no word that anybody else reads, and no key or subject of it, has her in it."""
    for intent in stage.intents:
        if readers(stage, intent) == {PEOPLE["anna"]} or type(intent).__name__ == "HideCommand":
            continue
        said = str(to_builtins(intent))
        for choice in getattr(intent, "choices", ()):
            said = said.replace(choice.token, "")  # random letters, in which any name may turn up
        assert "anna" not in said.lower()


def _nothing_is_said_in_the_group(stage: Stage) -> None:
    assert not any(isinstance(intent, Say) for intent in stage.intents)


def _people_decided_whatever_was_done(stage: Stage) -> None:
    for intent in stage.intents:
        if isinstance(intent, DeleteMessage | Restrict | Remove):
            community, _, number = intent.mandate.case.rpartition("/")
            case = stage.books.cases.get(community, int(number))
            assert case is not None
            decided = select(audit.c.id).where(
                audit.c.subject == case.id,
                audit.c.actor == intent.mandate.moderator,
                or_(audit.c.act.startswith("decided-"), audit.c.act.startswith("taken-back-")),
            )
            assert stage.books.connection.execute(decided).first() is not None, "they decided it, or took it back"
