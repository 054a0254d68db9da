"""/report: nothing in the group, nothing kept before a choice, and nothing lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from orchard_bot.chat.events import MessagePosted
from orchard_bot.chat.intents import HideCommand, Say, TellPrivately
from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.case import CaseState
from orchard_bot.features.books import Report
from orchard_bot.features.reporting.matter import TEXT_LIMIT
from orchard_bot.testing.builders import a_message, a_person

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

CARL = a_person("carl")
WORDS = "Mrs Penn is the worst teacher in the school"


def post(text: str = WORDS) -> MessagePosted:
    return a_message(text, author=CARL, author_name="Carl")


def confide(stage: Stage, about: MessagePosted | None = None, by: PersonRef | None = None) -> None:
    who = by or stage.anna
    stage.report(about or post(), by=who)
    stage.deliver()
    stage.choose("Tell the moderators, in confidence", who)
    stage.choose("Not sure", who)


def test_a_report_in_the_group_is_hidden_and_goes_on_in_private(stage: Stage) -> None:
    hidden, menu = stage.report(post())
    assert isinstance(hidden, HideCommand)
    assert isinstance(menu, TellPrivately)
    assert menu.person == stage.anna
    assert stage.said() == []


def test_the_ways_are_in_the_order_of_the_policy(stage: Stage) -> None:
    stage.report(post())
    assert stage.labels(stage.anna) == [
        "Ask the poster to remove it",
        "Tell the moderators, in confidence",
        "Write to the school myself",
        "A child may be at risk, or a threat",
        "I'm just noting it",
    ]


def test_nothing_is_kept_before_a_choice_and_nobody_else_is_told(stage: Stage) -> None:
    message = post()
    stage.report(message)
    stage.deliver()
    assert stage.books.cases.about(message.message) is None
    assert stage.books.schedules.upcoming("3b", "report.unseen") == []
    assert stage.told(stage.mia) == []


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ("Write to the school myself", "mailto:SCHOOL1@orchard.leics.sch.uk?subject="),
        ("I'm just noting it", "kept nothing"),
    ],
)
def test_the_ways_that_leave_no_trace_leave_none(stage: Stage, way: str, says: str) -> None:
    message = post()
    stage.report(message)
    stage.deliver()
    stage.choose(way)
    assert says in stage.told(stage.anna)[-1]
    assert stage.books.cases.about(message.message) is None
    assert stage.told(stage.mia) == []


def test_asking_oneself_gives_kind_words_and_closes(stage: Stage) -> None:
    message = post()
    stage.report(message)
    stage.choose("Ask the poster to remove it")
    stage.choose("I'll ask them myself")
    assert "would you mind taking it down" in stage.told(stage.anna)[-1]
    assert stage.books.cases.about(message.message) is None


def test_there_is_a_way_back_to_the_menu(stage: Stage) -> None:
    stage.report(post())
    stage.choose("Ask the poster to remove it")
    stage.choose("Back")
    assert "Tell the moderators, in confidence" in stage.labels(stage.anna)


def test_two_taps_bring_a_report_to_every_moderator(stage: Stage) -> None:
    message = post()
    confide(stage, message)
    case = stage.books.cases.about(message.message)
    assert case is not None
    assert case.state is CaseState.OPEN
    for moderator in (stage.mia, stage.omar):
        [alert] = stage.told(moderator)
        assert WORDS in alert
        assert "Carl wrote" in alert
        assert "A member reported it" in alert
        assert "Anna" not in alert


def test_sent_is_said_only_after_an_alert_has_arrived_and_only_once(stage: Stage) -> None:
    confide(stage)
    assert "on its way" in stage.told(stage.anna)[-1]
    assert not any("has reached the moderators" in text for text in stage.told(stage.anna))
    stage.deliver()
    assert sum("has reached the moderators" in text for text in stage.told(stage.anna)) == 1


def in_order(stage: Stage, person: PersonRef) -> list[str]:
    """The messages to one person as the outbox lets them out: by urgency, then in order."""
    told = [one for one in stage.intents if isinstance(one, TellPrivately) and one.person == person]
    return [one.text.value for one in sorted(told, key=lambda one: one.priority)]


def test_on_its_way_is_never_overtaken_by_the_word_that_it_has_arrived(stage: Stage) -> None:
    stage.report(post())
    stage.choose("A child may be at risk, or a threat")
    stage.deliver()
    wanted = ("no emergency service", "It is on its way", "has reached the moderators")
    texts = in_order(stage, stage.anna)
    places = [next(place for place, text in enumerate(texts) if words in text) for words in wanted]
    assert places == sorted(places)


def test_one_moderator_who_can_be_reached_is_enough(stage: Stage) -> None:
    confide(stage)
    stage.deliver(held=[stage.mia])
    assert sum("has reached the moderators" in text for text in stage.told(stage.anna)) == 1
    assert not any("can't reach" in text for text in stage.told(stage.anna))


def test_a_reporter_is_told_honestly_when_no_moderator_can_be_reached(stage: Stage) -> None:
    confide(stage)
    stage.deliver(held=[stage.mia], lost=[stage.omar])
    last = stage.told(stage.anna)[-1]
    assert "can't reach any of the moderators" in last
    assert "SCHOOL1@orchard.leics.sch.uk" in last
    [case] = stage.books.cases.waiting("3b")
    stage.command(f"/report {case.code}")
    assert "has not reached a moderator yet" in stage.told(stage.anna)[-1]
    stage.command("/cases", by=stage.mia)
    assert "Waiting for you moderators: 1" in stage.told(stage.mia)[-1]


def test_the_guideline_that_was_chosen_stands_in_the_case(stage: Stage) -> None:
    message = post()
    stage.report(message)
    stage.choose("Tell the moderators, in confidence")
    clause = stage.house.code.reportable()[0]
    stage.choose(clause.title)
    case = stage.books.cases.about(message.message)
    assert case is not None
    assert case.clauses == (clause.id,)
    assert clause.title in stage.told(stage.mia)[-1]


def test_every_guideline_can_be_found_on_some_page_and_no_page_is_too_long(stage: Stage) -> None:
    stage.report(post())
    stage.choose("Tell the moderators, in confidence")
    seen: set[str] = set()
    for _ in range(10):
        assert len(stage.labels(stage.anna)) <= 9
        seen |= set(stage.labels(stage.anna))
        stage.choose("More …")
    assert {clause.title for clause in stage.house.code.reportable()} <= seen


def test_a_short_code_of_conduct_needs_no_pages(stage: Stage) -> None:
    few = tuple(clause for clause in stage.house.code.clauses if clause.id in ("swearing", "politics"))
    stage.house.code = msgspec.structs.replace(stage.house.code, clauses=few)
    stage.report(post())
    stage.choose("Tell the moderators, in confidence")
    assert stage.labels(stage.anna) == [few[0].title, few[1].title, "Not sure"]


def test_words_instead_of_a_tap_go_along_at_once(stage: Stage) -> None:
    message = post()
    stage.report(message, words="please look")
    stage.choose("Tell the moderators, in confidence")
    stage.answer("it is about my son")
    alert = stage.told(stage.mia)[-1]
    assert "please look" in alert
    assert "it is about my son" in alert
    assert stage.books.dialogs.get(stage.account, stage.anna) is None


def test_a_child_at_risk_goes_straight_to_the_moderators_with_the_emergency_numbers(stage: Stage) -> None:
    message = post()
    stage.report(message)
    stage.choose("A child may be at risk, or a threat")
    emergency = next(text for text in stage.told(stage.anna) if "no emergency service" in text)
    for number in ("999", "101", "0800 1111", "0808 800 5000", "116 123"):
        assert number in emergency
    case = stage.books.cases.about(message.message)
    assert case is not None
    assert case.safety
    assert stage.told(stage.omar)[-1].startswith("Somebody may be at risk")


def test_many_reports_of_one_message_are_one_case_and_one_alert(stage: Stage) -> None:
    message = post()
    for by in (stage.anna, stage.ben):
        confide(stage, message, by=by)
        stage.deliver()
    assert len(stage.books.cases.waiting("3b")) == 1
    assert len(stage.told(stage.mia)) == 1
    assert "2 members reported it" in stage.changed()[-1]
    for by in (stage.anna, stage.ben):
        assert sum("has reached the moderators" in text for text in stage.told(by)) == 1


def test_a_second_report_by_the_same_person_is_answered_kindly_and_counts_once(stage: Stage) -> None:
    message = post()
    confide(stage, message)
    stage.deliver()
    confide(stage, message)
    assert "already" in stage.told(stage.anna)[-1]
    [case] = stage.books.cases.waiting("3b")
    assert len(stage.books.cases.reports(case.id)) == 1
    assert len(stage.told(stage.mia)) == 1


def test_a_moderator_who_reports_is_told_that_they_stand_aside(stage: Stage) -> None:
    stage.report(post(), by=stage.mia)
    assert "you stand aside" in stage.told(stage.mia)[-1]
    stage.choose("Tell the moderators, in confidence", stage.mia)
    stage.choose("Not sure", stage.mia)
    assert not any(WORDS in text for text in stage.told(stage.mia))
    assert WORDS in stage.told(stage.omar)[-1]


def test_where_every_moderator_is_concerned_the_reporter_hears_it_and_gets_the_school_route(stage: Stage) -> None:
    stage.set(moderators=stage.community.moderators[:1])
    about_mia = a_message("Nobody asked you", author=stage.mia, author_name="Mia")
    confide(stage, about_mia)
    last = stage.told(stage.anna)[-1]
    assert "no moderator who could look at this" in last
    assert "SCHOOL1@orchard.leics.sch.uk" in last
    assert stage.told(stage.mia) == []


def test_the_last_moderator_who_reports_too_leaves_nobody_and_everybody_hears_it(stage: Stage) -> None:
    stage.set(moderators=stage.community.moderators[:1])
    message = post()
    confide(stage, message)
    stage.deliver()
    stage.command("/cases", by=stage.mia)
    confide(stage, message, by=stage.mia)
    assert "no moderator who could look at this" in stage.told(stage.mia)[-1]
    assert "no moderator who could look at this" in stage.told(stage.anna)[-1]
    assert "concerns you yourself" in stage.changed()[-1]


def test_a_moderator_who_reports_what_they_have_claimed_gives_it_back(stage: Stage) -> None:
    message = post()
    confide(stage, message)
    stage.choose("I'll look at it", stage.mia)
    confide(stage, message, by=stage.mia)
    [case] = stage.books.cases.waiting("3b")
    assert case.holder(stage.now) is None
    stage.choose("It's fine: dismiss", stage.omar)
    assert stage.books.cases.waiting("3b") == []


def test_ones_own_message_is_answered_kindly(stage: Stage) -> None:
    stage.report(a_message("My own words", author=stage.anna))
    assert "your own message" in stage.told(stage.anna)[-1]
    assert stage.labels(stage.anna) == []


def test_a_message_of_the_bot_leads_to_the_moderators_names(stage: Stage) -> None:
    stage.report(post(), own=True)
    assert "Mia, Omar" in stage.told(stage.anna)[-1]
    assert stage.labels(stage.anna) == []


def test_nobody_is_asked_to_talk_to_a_channel(stage: Stage) -> None:
    message = post("Cheap loans")
    stage.report(message, impersonal=True)
    assert "Ask the poster to remove it" not in stage.labels(stage.anna)
    stage.choose("Tell the moderators, in confidence")
    stage.choose("Not sure")
    assert "in the name of a channel" in stage.told(stage.mia)[-1]
    assert stage.labels(stage.mia) == ["I'll look at it", "It's fine: dismiss", "Delete", "School route", "More …"]


def test_without_a_reply_the_bot_asks_in_private_which_message(stage: Stage) -> None:
    hidden, question = stage.command("/report", private=False)
    assert isinstance(hidden, HideCommand)
    assert isinstance(question, TellPrivately)
    assert "Which message do you mean?" in question.text.value
    assert not any(isinstance(intent, Say) for intent in stage.intents)


def test_a_very_long_message_is_kept_only_in_part(stage: Stage) -> None:
    message = post("x" * 100_000)
    confide(stage, message)
    case = stage.books.cases.about(message.message)
    assert case is not None
    assert len(case.evidence) == TEXT_LIMIT


def test_a_report_tells_where_it_stands_received_seen_decided(stage: Stage) -> None:
    confide(stage)
    stage.deliver()
    [case] = stage.books.cases.waiting("3b")
    stage.command(f"/report {case.code.lower()}")
    assert "received" in stage.told(stage.anna)[-1]
    stage.choose("I'll look at it", stage.mia)
    stage.command(f"/report {case.code}")
    assert "seen" in stage.told(stage.anna)[-1]
    stage.choose("Delete", stage.mia)
    stage.command(f"/report {case.code}")
    last = stage.told(stage.anna)[-1]
    assert "looked at" in last
    assert "delete" not in last.lower()


def test_somebody_elses_code_is_as_unknown_as_one_that_never_was(stage: Stage) -> None:
    confide(stage)
    [case] = stage.books.cases.waiting("3b")
    stage.command(f"/report {case.code}", by=stage.ben)
    stage.command("/report ZZ999", by=stage.ben)
    assert stage.told(stage.ben)[-1] == stage.told(stage.ben)[-2]


def test_the_outcome_is_told_once_and_never_the_sanction(stage: Stage) -> None:
    confide(stage)
    stage.deliver()
    stage.choose("Delete", stage.mia)
    stage.deliver()
    outcomes = [text for text in stage.told(stage.anna) if "has been looked at" in text]
    assert len(outcomes) == 1
    assert "delet" not in outcomes[0].lower()


def test_a_message_that_was_decided_can_be_reported_by_somebody_else_and_says_so(stage: Stage) -> None:
    message = post()
    confide(stage, message)
    stage.choose("It's fine: dismiss", stage.mia)
    confide(stage, message)
    assert "looked at" in stage.told(stage.anna)[-1]
    assert stage.books.cases.waiting("3b") == []
    confide(stage, message, by=stage.ben)
    [case] = stage.books.cases.waiting("3b")
    assert case.number == 2
    assert "looked at before, in case 1" in stage.told(stage.mia)[-1]


def test_a_report_is_stored_with_who_made_it_and_never_shown(stage: Stage) -> None:
    message = post()
    confide(stage, message)
    case = stage.books.cases.about(message.message)
    assert case is not None
    [report] = stage.books.cases.reports(case.id)
    assert report == Report(case=case.id, reporter=stage.anna, account=stage.account, at=stage.now, token=report.token)


def test_a_school_that_takes_no_mail_is_gone_to_in_person(stage: Stage) -> None:
    in_person = tuple(msgspec.structs.replace(one, email=None) for one in stage.house.code.contacts)
    stage.house.code = msgspec.structs.replace(stage.house.code, contacts=in_person)
    stage.report(post())
    stage.choose("Write to the school myself")
    assert in_person[0].how in stage.told(stage.anna)[-1]
    assert "mailto" not in stage.told(stage.anna)[-1]
