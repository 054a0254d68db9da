"""The bot asks the poster, without a name; whatever comes of it, the report ends in somebody's hands."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

import pytest

from orchard_bot.chat.events import MessagePosted
from orchard_bot.chat.intents import TellPrivately
from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.case import Case, CaseState
from orchard_bot.community.community import QuietHours
from orchard_bot.testing.builders import a_message, an_edit

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage


@pytest.fixture(autouse=True)
def a_long_evening(stage: Stage) -> None:
    """Moderators hear at once until late; what a quiet night changes has a test of its own."""
    stage.set(quiet_hours=QuietHours(time(23, 30), time(6)))


WORDS = "Who lets their child come in like that?"
CARL = PersonRef("sandbox", "carl")


def ask(
    stage: Stage, guideline: str = "Not sure", message: MessagePosted | None = None, by: PersonRef | None = None
) -> MessagePosted:
    about = message or a_message(WORDS, author=CARL, author_name="Carl")
    who = by or stage.anna
    stage.report(about, by=who)
    stage.deliver()
    stage.choose("Ask the poster to remove it", who)
    stage.choose("Ask for me, without my name", who)
    for _ in range(4):
        if guideline not in stage.labels(who):
            stage.choose("More …", who)
    stage.choose(guideline, who)
    return about


def case_about(stage: Stage, message: MessagePosted) -> Case:
    case = stage.books.cases.about(message.message)
    assert case is not None
    return case


def test_the_poster_is_asked_kindly_and_learns_nothing_of_the_reporter(stage: Stage) -> None:
    clause = next(one for one in stage.house.code.reportable() if not one.safety)
    message = ask(stage, clause.title)
    [note] = stage.told(CARL)
    assert clause.note in note
    assert "Anna" not in note
    assert stage.labels(CARL) == [
        "I've removed it",
        "I'll change it",
        "I think it is fine",
        "I'd like to talk to a moderator",
    ]
    assert case_about(stage, message).state is CaseState.ASKED
    assert stage.told(stage.mia) == []
    assert "two hours" in stage.told(stage.anna)[-1]


def test_no_moderator_can_open_a_case_that_only_the_poster_knows_of(stage: Stage) -> None:
    ask(stage)
    stage.command("/cases", by=stage.mia)
    stage.command("/case 1", by=stage.mia)
    assert "Nothing is waiting" in stage.told(stage.mia)[0]
    assert "no such case" in stage.told(stage.mia)[1]


def test_a_poster_who_removes_it_ends_the_case_kindly(stage: Stage) -> None:
    message = ask(stage)
    stage.deliver()
    stage.choose("I've removed it", CARL)
    assert case_about(stage, message).state is CaseState.SETTLED
    assert "says that the message is gone" in stage.told(stage.anna)[-1]
    assert "Thank you" in stage.told(CARL)[-1]
    stage.due(timedelta(hours=3))
    assert stage.told(stage.mia) == []


@pytest.mark.parametrize(
    ("answer", "remark"),
    [("I think it is fine", "thinks it is fine"), ("I'd like to talk to a moderator", "would like to talk")],
)
def test_any_other_answer_brings_the_case_to_the_moderators(stage: Stage, answer: str, remark: str) -> None:
    message = ask(stage)
    stage.deliver()
    stage.choose(answer, CARL)
    assert case_about(stage, message).state is CaseState.OPEN
    assert remark in stage.told(stage.mia)[-1]
    stage.deliver()
    assert "has reached the moderators" in stage.told(stage.anna)[-1]


def test_silence_brings_it_to_the_moderators_after_two_hours(stage: Stage) -> None:
    ask(stage)
    stage.deliver()
    stage.due(timedelta(hours=1, minutes=59))
    assert stage.told(stage.mia) == []
    stage.due(timedelta(minutes=2))
    assert "nothing has changed" in stage.told(stage.mia)[-1]
    stage.deliver()
    assert "has reached the moderators" in stage.told(stage.anna)[-1]


def test_where_a_child_is_concerned_the_poster_has_a_quarter_of_an_hour(stage: Stage) -> None:
    clause = next(one for one in stage.house.code.reportable() if one.safety)
    message = ask(stage, clause.title)
    assert "a quarter of an hour" in stage.told(stage.anna)[-1]
    stage.due(timedelta(minutes=16))
    assert case_about(stage, message).state is CaseState.OPEN
    assert stage.told(stage.mia)[-1].startswith("Somebody may be at risk")


def test_what_concerns_a_childs_safety_reaches_the_moderators_though_the_poster_says_it_is_gone(stage: Stage) -> None:
    clause = next(one for one in stage.house.code.reportable() if one.safety)
    ask(stage, clause.title)
    stage.choose("I've removed it", CARL)
    assert "The poster says it has been removed" in stage.told(stage.mia)[-1]


@pytest.mark.parametrize("waiting", [True, False])
def test_a_poster_who_cannot_be_reached_is_not_waited_for(stage: Stage, waiting: bool) -> None:
    message = ask(stage)
    stage.deliver(held=[CARL] if waiting else (), lost=[] if waiting else [CARL])
    assert case_about(stage, message).state is CaseState.OPEN
    assert any("could not reach the poster" in text for text in stage.told(stage.anna))
    assert "could not be reached" in stage.told(stage.mia)[-1]


def test_a_poster_who_answers_late_tells_the_moderators(stage: Stage) -> None:
    ask(stage)
    stage.due(timedelta(hours=3))
    stage.deliver()
    stage.choose("I've removed it", CARL)
    assert "The poster says it has been removed" in stage.changed()[-1]


def test_a_poster_who_answers_after_the_end_is_thanked(stage: Stage) -> None:
    ask(stage)
    stage.due(timedelta(hours=3))
    stage.choose("It's fine: dismiss", stage.mia)
    stage.choose("I think it is fine", CARL)
    assert "dealt with meanwhile" in stage.told(CARL)[-1]


def test_a_second_reporter_of_a_message_whose_poster_was_asked_joins_in(stage: Stage) -> None:
    message = ask(stage)
    ask(stage, message=message, by=stage.ben)
    assert len(stage.told(CARL)) == 1
    assert "asked about this one already" in stage.told(stage.ben)[-1]
    ask(stage, message=message, by=stage.ben)
    assert "told me about this one already" in stage.told(stage.ben)[-1]
    assert len(stage.books.cases.reports(case_about(stage, message).id)) == 2


def test_a_second_reporter_who_wants_the_moderators_gets_them(stage: Stage) -> None:
    message = ask(stage)
    stage.report(message, by=stage.ben)
    stage.choose("Tell the moderators, in confidence", stage.ben)
    stage.choose("Not sure", stage.ben)
    assert case_about(stage, message).state is CaseState.OPEN
    assert "2 members" in stage.told(stage.mia)[-1]
    stage.due(timedelta(hours=3))
    assert len(stage.told(stage.mia)) == 1


def test_the_same_reporter_may_change_their_mind_and_tell_the_moderators(stage: Stage) -> None:
    message = ask(stage)
    stage.report(message)
    stage.choose("Tell the moderators, in confidence")
    stage.choose("Not sure")
    assert case_about(stage, message).state is CaseState.OPEN
    assert len(stage.told(stage.mia)) == 1


def test_what_the_moderators_have_before_them_is_not_asked_about_as_well(stage: Stage) -> None:
    message = a_message(WORDS, author=CARL, author_name="Carl")
    stage.report(message)
    stage.choose("Tell the moderators, in confidence")
    stage.choose("Not sure")
    ask(stage, message=message, by=stage.ben)
    assert stage.told(CARL) == []
    assert "before them already" in stage.told(stage.ben)[-1]


def test_where_that_leaves_no_moderator_the_reporter_hears_it(stage: Stage) -> None:
    stage.set(moderators=stage.community.moderators[:1])
    message = a_message(WORDS, author=stage.mia, author_name="Mia")
    stage.report(message)
    stage.choose("Tell the moderators, in confidence")
    stage.choose("Not sure")
    ask(stage, message=message, by=stage.ben)
    assert "no moderator who could look at this" in stage.told(stage.ben)[-1]


def test_a_changed_message_is_shown_to_the_reporter_who_says_whether_it_is_fine(stage: Stage) -> None:
    message = ask(stage)
    stage.group(an_edit(message, "How are they all?"))
    assert "How are they all?" in stage.told(stage.anna)[-1]
    stage.choose("Yes, it's fine now")
    assert case_about(stage, message).state is CaseState.SETTLED
    assert stage.told(stage.mia) == []


def test_a_changed_message_that_is_still_wrong_goes_to_the_moderators(stage: Stage) -> None:
    message = ask(stage)
    stage.group(an_edit(message, "You know who I mean"))
    stage.choose("No, please tell the moderators")
    assert "whoever reported it still minds" in stage.told(stage.mia)[-1]
    assert "You know who I mean" in stage.told(stage.mia)[-1]
    assert case_about(stage, message).state is CaseState.OPEN


def test_a_message_changed_again_and_again_is_asked_about_once(stage: Stage) -> None:
    message = ask(stage)
    first = an_edit(message, "One")
    stage.group(first)
    before = len(stage.told(stage.anna))
    stage.group(an_edit(first, "Two"))
    assert len(stage.told(stage.anna)) == before


def test_a_changed_message_is_left_in_peace_if_nobody_minds_any_more(stage: Stage) -> None:
    message = ask(stage)
    stage.group(an_edit(message, "How are they all?"))
    stage.due(timedelta(hours=3))
    assert case_about(stage, message).state is CaseState.SETTLED
    assert "has changed the message you reported" in stage.told(stage.anna)[-1]


def test_with_two_reporters_one_alone_does_not_call_it_fine(stage: Stage) -> None:
    message = ask(stage)
    ask(stage, message=message, by=stage.ben)
    stage.group(an_edit(message, "How are they all?"))
    stage.choose("Yes, it's fine now")
    assert case_about(stage, message).state is CaseState.ASKED
    stage.choose("No, please tell the moderators", stage.ben)
    assert case_about(stage, message).state is CaseState.OPEN
    assert "has been asked" not in stage.told(stage.ben)[-1]


def test_an_answer_about_a_change_that_comes_too_late_tells_how_it_stands(stage: Stage) -> None:
    message = ask(stage)
    ask(stage, message=message, by=stage.ben)
    stage.group(an_edit(message, "How are they all?"))
    stage.choose("No, please tell the moderators", stage.ben)
    stage.choose("Yes, it's fine now")
    assert "received" in stage.told(stage.anna)[-1]


def test_a_no_that_comes_too_late_tells_how_it_stands(stage: Stage) -> None:
    message = ask(stage)
    ask(stage, message=message, by=stage.ben)
    stage.group(an_edit(message, "You know who I mean"))
    stage.choose("No, please tell the moderators", stage.ben)
    stage.choose("No, please tell the moderators")
    assert "received" in stage.told(stage.anna)[-1]
    assert len(stage.told(stage.mia)) == 1


def test_outcomes_and_timers_of_cases_that_are_gone_do_nothing(stage: Stage) -> None:
    ask(stage)
    [note] = [one for one in stage.intents if one.origin == "report.poster"]
    assert isinstance(note, TellPrivately)
    stage.choose("I've removed it", CARL)
    assert stage.outcome(note) == []
    assert stage.timer("report.poster-silent", subject="3b/1") == []
    assert stage.timer("report.poster-silent", subject="3b/77") == []
    assert stage.timer("report.poster-silent", subject="nonsense") == []
    del stage.house.communities["3b"]
    assert stage.outcome(note) == []


def test_a_poster_who_means_to_change_it_has_the_time_for_it(stage: Stage) -> None:
    message = ask(stage)
    stage.choose("I'll change it", CARL)
    assert "nobody holds it against you" in stage.told(CARL)[-1]
    assert stage.labels(CARL) == ["I've removed it", "I'd like to talk to a moderator"]
    assert case_about(stage, message).state is CaseState.ASKED
    assert stage.told(stage.mia) == []
    stage.due(timedelta(hours=2))
    assert "meant to change it" in stage.told(stage.mia)[-1]


def test_a_poster_who_changes_it_after_all_is_left_in_peace(stage: Stage) -> None:
    message = ask(stage)
    stage.choose("I'll change it", CARL)
    stage.choose("I've removed it", CARL)
    case = case_about(stage, message)
    assert (case.state, case.decision) == (CaseState.SETTLED, None)
    assert stage.told(stage.mia) == []
