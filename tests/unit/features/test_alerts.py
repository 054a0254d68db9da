"""What moderators are told, how it is kept true, and who never sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from orchard_bot.chat.events import MessagePosted
from orchard_bot.chat.intents import EditOwn, Priority, TellPrivately
from orchard_bot.chat.refs import PersonRef
from orchard_bot.community.case import Case
from orchard_bot.community.community import Moderator
from orchard_bot.testing.builders import a_message, a_person, abilities
from orchard_bot.testing.profiles import SIGNAL_REST, TELEGRAM

if TYPE_CHECKING:
    from tests.unit.features.conftest import Stage

CARL = a_person("carl")


def opened(
    stage: Stage, text: str = "You lot are idiots", author: PersonRef = CARL, *, way: str = "Not sure"
) -> tuple[MessagePosted, Case]:
    message = a_message(text, author=author, author_name="Carl\u202e <b>", at=stage.now)
    stage.report(message)
    stage.deliver()
    if way == "safety":
        stage.choose("A child may be at risk, or a threat")
    else:
        stage.choose("Tell the moderators, in confidence")
        stage.choose(way)
    stage.deliver()
    case = stage.books.cases.about(message.message)
    assert case is not None
    return message, case


def alerts(stage: Stage, to: PersonRef) -> list[TellPrivately]:
    return [one for one in stage.intents if isinstance(one, TellPrivately) and one.person == to and one.origin]


def test_an_alert_offers_every_verdict_mildest_first(stage: Stage) -> None:
    opened(stage)
    assert stage.labels(stage.mia) == [
        "I'll look at it",
        "It's fine: dismiss",
        "Kind note",
        "Ask to remove",
        "Warning",
        "Delete",
        "Mute for a day",
        "Remove from group",
        "School route",
        "More …",
    ]


def test_names_are_shown_without_tricks_and_long_texts_in_part(stage: Stage) -> None:
    opened(stage, "very long " * 500)
    text = stage.told(stage.mia)[-1]
    assert "Carl <b> wrote" in text
    assert len(text) < 900
    assert "…" in text


def test_a_message_without_text_is_shown_as_such(stage: Stage) -> None:
    opened(stage, "")
    assert "no text that I can read" in stage.told(stage.mia)[-1]


def test_what_the_bot_cannot_do_stays_on_offer_and_says_so(stage: Stage) -> None:
    stage.house.learn(stage.community.chat, abilities(SIGNAL_REST))
    opened(stage)
    labels = stage.labels(stage.mia)
    assert "Delete (I tell you how)" in labels
    assert "Mute for a day (I tell you how)" in labels


def test_a_message_too_old_to_delete_is_said_to_be_so(stage: Stage) -> None:
    stage.house.learn(stage.community.chat, abilities(TELEGRAM))
    _, case = opened(stage)
    assert "Delete" in stage.labels(stage.mia)
    stage.now += timedelta(hours=49)
    stage.command(f"/case {case.number}", by=stage.mia)
    assert "Delete (I tell you how)" in stage.labels(stage.mia)


def test_safety_goes_before_everything_else(stage: Stage) -> None:
    opened(stage, way="safety")
    assert alerts(stage, stage.mia)[-1].priority is Priority.SAFETY


def test_an_alert_goes_before_the_reporters_thanks_and_its_later_changes_do_not(stage: Stage) -> None:
    opened(stage)
    assert {one.priority for one in alerts(stage, stage.mia)} == {Priority.ALERT}
    assert Priority.SAFETY < Priority.ALERT < Priority.ACKNOWLEDGEMENT
    stage.choose("I'll look at it", by=stage.mia)
    changed = [one for one in stage.intents if isinstance(one, EditOwn) and one.origin]
    assert {one.priority for one in changed} == {Priority.MODERATION}


def test_a_case_about_a_moderator_reaches_only_the_others(stage: Stage) -> None:
    opened(stage, author=stage.mia)
    assert alerts(stage, stage.mia) == []
    assert len(alerts(stage, stage.omar)) == 1
    stage.command("/cases", by=stage.mia)
    assert "Nothing is waiting" in stage.told(stage.mia)[-1]


def test_a_moderator_who_reports_later_stands_aside_from_then_on(stage: Stage) -> None:
    message, case = opened(stage)
    stage.report(message, by=stage.mia)
    stage.choose("Tell the moderators, in confidence", stage.mia)
    before = len(stage.intents)
    stage.choose("Not sure", stage.mia)
    edits = [one for one in stage.intents[before:] if isinstance(one, EditOwn)]
    mias = next(one for one in stage.books.cases.alerts(case.id) if one.moderator == stage.mia)
    assert [one.text.value for one in edits if one.of == mias.key] == [
        "Case 1 in Class 3B now concerns you yourself, because you reported it too. The other moderators will decide it."
    ]
    stage.command("/cases", by=stage.mia)
    assert "Nothing is waiting" in stage.told(stage.mia)[-1]


def test_a_changed_alert_has_options_that_work_and_the_old_ones_do_not(stage: Stage) -> None:
    opened(stage)
    old = stage.offer("It's fine: dismiss", stage.mia)
    stage.choose("I'll look at it", stage.omar)
    assert stage.books.offers.by_token(old.token) is None
    assert stage.offer("It's fine: dismiss", stage.mia).number == old.number
    assert "Omar is looking at it until" in stage.changed()[-1]


def test_where_an_alert_cannot_be_changed_a_new_one_takes_its_place(stage: Stage) -> None:
    opened(stage)
    stage.choose("I'll look at it", stage.omar)
    [edit] = [one for one in stage.intents if one.origin == "alerts.updated"]
    assert stage.outcome(edit, waiting=True) == []
    stage.outcome(edit, why="Not here.")
    assert "Omar is looking at it" in stage.told(stage.mia)[-1]
    assert "I'll look at it" in stage.labels(stage.mia)
    stage.choose("It's fine: dismiss", stage.omar)
    closing = [one for one in stage.intents if one.origin == "alerts.updated"][-2:]
    for one in closing:
        stage.outcome(one)
    assert "is decided" in stage.told(stage.mia)[-1]
    assert stage.labels(stage.mia) == []


def test_an_alert_that_could_not_be_changed_is_not_sent_to_somebody_who_stood_aside(stage: Stage) -> None:
    opened(stage)
    stage.choose("I'll look at it", stage.omar)
    [edit] = [one for one in stage.intents if one.origin == "alerts.updated"]
    stage.set(moderators=(Moderator(stage.omar, "Omar"),))
    assert stage.outcome(edit) == []


def test_a_new_moderator_hears_of_an_open_case_with_its_next_change(stage: Stage) -> None:
    opened(stage)
    nina = a_person("nina")
    stage.set(moderators=(*stage.community.moderators, Moderator(nina, "Nina")))
    stage.choose("I'll look at it", stage.mia)
    assert "Mia is looking at it" in stage.told(nina)[-1]
    late = a_person("lea")
    stage.set(moderators=(*stage.community.moderators, Moderator(late, "Lea")))
    stage.choose("It's fine: dismiss", stage.mia)
    assert stage.told(late) == [], "nobody is told of a case for the first time after it was decided"


def test_the_outcome_of_an_alert_of_a_case_that_is_gone_does_nothing(stage: Stage) -> None:
    opened(stage)
    [alert] = alerts(stage, stage.mia)
    stage.choose("I'll look at it", stage.omar)
    [edit] = [one for one in stage.intents if one.origin == "alerts.updated"]
    del stage.house.communities["3b"]
    assert stage.outcome(alert) == []
    assert stage.outcome(edit) == []


def test_an_alert_that_arrives_after_the_decision_says_nothing_more_to_the_reporter(stage: Stage) -> None:
    opened(stage)
    stage.choose("It's fine: dismiss", stage.mia)
    before = stage.told(stage.anna)
    stage.outcome(alerts(stage, stage.omar)[0], delivered=True)
    stage.outcome(alerts(stage, stage.omar)[0])
    assert stage.told(stage.anna) == before


def test_a_claim_that_ran_out_is_no_longer_mentioned(stage: Stage) -> None:
    opened(stage)
    stage.choose("I'll look at it", stage.omar)
    stage.command("/case 1", by=stage.omar)
    assert "You are looking at it until" in stage.told(stage.omar)[-1]
    stage.now += timedelta(minutes=31)
    stage.command("/case 1", by=stage.mia)
    assert "is looking" not in stage.told(stage.mia)[-1]
